"""What goes out: rendered when its turn comes, within Slack's rates, found again after a crash."""
