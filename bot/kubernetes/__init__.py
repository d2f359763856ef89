"""Talking to clusters: connections, impersonation, typed errors, reads, watches, reviews, and the one way to send."""
