"""Command lines and lives that many stories share."""

from __future__ import annotations

from typing import Final

from tests.installation.world import World

UNDO: Final = "rollout undo deploy/app"
PATCHED: Final = "kajitori:alice patch deployments/app"
ASKED: Final = ["request.planned alice", "request.waiting"]
VOTED: Final = [*ASKED, "vote.approve bob", "request.approved"]
DONE: Final = [*VOTED, "request.succeeded"]


def landed(world: World) -> list[str]:
    """What took effect of `World.sent`. A controller writes the status of a Rollout or an autoscaler at any moment, and
    a write that is pinned to the version before is refused (409, or 422 of a JSON Patch), read anew and sent again.
    """
    return [each for each in world.sent() if not each.endswith((" 409", " 422"))]
