"""What people see of a request and of an answer: cards, pings, replies, Home, within Slack's limits."""
