"""What a kubelet remembers of a pod, and what it takes up when it was started again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from playground.cluster.wire import Json

BACK_OFF: Final = (10.0, 20.0, 40.0, 80.0, 160.0, 300.0)


@dataclass(kw_only=True)
class Life:
    """When a pod was placed, how often it failed, and when it is looked at again."""

    placed: float
    started: bool = False
    failures: int = 0
    next: float = 0.0
    ready_since: float | None = None


def life_of(pod: Json, now: float) -> Life:
    """What is to be remembered of a pod that runs, from its status."""
    containers = pod["status"].get("containerStatuses") or ()
    waiting = {(each["state"].get("waiting") or {}).get("reason", "") for each in containers}
    failures = max((each["restartCount"] for each in containers), default=0)
    if "ImagePullBackOff" in waiting:
        failures = max(failures, 2)
    elif "ErrImagePull" in waiting:
        failures = max(failures, 1)
    ready = bool(containers) and all(each["ready"] for each in containers)
    pause = BACK_OFF[min(failures, len(BACK_OFF)) - 1] if failures else 0.0
    return Life(placed=now, started=True, failures=failures, next=now + pause, ready_since=now if ready else None)
