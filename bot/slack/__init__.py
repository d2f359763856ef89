"""The edge to Slack: what comes in as deliveries, what goes out as messages; nothing is decided here."""
