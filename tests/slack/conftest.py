"""The workspace of the playground and real clients against it."""

from __future__ import annotations

from tests.workspace.conftest import client, clock, no_proxy, session, workspace

__all__ = ["client", "clock", "no_proxy", "session", "workspace"]
