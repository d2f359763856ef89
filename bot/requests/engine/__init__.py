"""The engine: one leased execution at a time for each request, judged again, sent once, followed to its end."""
