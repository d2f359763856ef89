"""The life of a request: planned, voted on, executed under a lease, followed to its end."""
