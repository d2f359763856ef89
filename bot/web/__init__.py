"""What the bot answers over HTTP: whether it lives, whether it is ready, and Slack's deliveries in HTTP mode."""
