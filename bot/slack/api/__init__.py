"""Slack's Web API: one client, its errors, and the few questions that are asked of it."""
