"""A Kubernetes cluster in this process: its REST API over HTTP on loopback, its controllers, and nodes that run pods.

What is served behaves as the API server 1.36 does, held against recordings of the real one; whatever is not served is
answered 501 and named, never approximated. It shares no code with the bot, which it is there to judge.

Known limit: without the API's schemas unknown fields are kept, where the real one drops them with a warning.
"""
