"""A Slack workspace on loopback against which the real slack-bolt and slack-sdk run unchanged.

It keeps Slack's rules (acknowledgement in three seconds, single use of triggers, limits of Block Kit, who sees what),
so that what works here is not refused there. Read `server.py` first: `Workspace` is all that others need.
"""
