"""Command lines and lives that many stories share."""

from __future__ import annotations

from typing import Final

UNDO: Final = "rollout undo deploy/app"
PATCHED: Final = "kajitori:alice patch deployments/app"
ASKED: Final = ["request.planned alice", "request.waiting"]
VOTED: Final = [*ASKED, "vote.approve bob", "request.approved"]
DONE: Final = [*VOTED, "request.succeeded"]
