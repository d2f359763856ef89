"""The workspace of the playground, and inboxes and outboxes worked on by the bot's own workers."""

from __future__ import annotations

from tests.workspace.conftest import client, clock, no_proxy, session, workspace

__all__ = ["client", "clock", "no_proxy", "session", "workspace"]
