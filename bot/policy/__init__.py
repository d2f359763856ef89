"""What is asked for besides a person's own rights: approvals, confirmations, refusals. It never gives a right."""
