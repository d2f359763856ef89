"""What the playground keeps over restarts: its world beside the bot's own data, in one folder."""
