"""Where Slack comes in: Bolt, sockets, HTTP mode, and what becomes of a delivery before it is acknowledged."""
