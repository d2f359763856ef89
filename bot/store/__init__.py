"""What must not be forgotten: deliveries, requests, plans, votes, attempts, steps, messages and the audit record."""
