"""Pictures of what was followed, drawn in a process of their own: a plot library in the bot's would never leave it."""
