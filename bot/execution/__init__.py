"""The senders: the only code that changes a cluster. One file a step kind, and the envelope they share."""
