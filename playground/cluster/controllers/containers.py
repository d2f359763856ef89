"""What becomes of a container, by its image, and the statuses that tell it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from playground.cluster.wire import Json, annotations_of

RELEASED: Final = "kajitori.test/released"
CRASHES: Final = "kajitori.test/crashes"
"""The containers of a pod with this annotation end with 1 from then on, whatever their image."""


class Fate(StrEnum):
    """How a container fares."""

    RUNS = "runs"
    BROKEN = "broken"
    CRASHES = "crash"
    OUT_OF_MEMORY = "oom"
    HELD = "held"


def fate_of(image: str) -> Fate:
    """By the word after the colon, as `tests/controlplane/stages.py` has it."""
    return next((fate for fate in Fate if fate is not Fate.RUNS and f":{fate}" in image), Fate.RUNS)


def fates_of(pod: Json) -> dict[str, Fate]:
    """How each container of a pod fares."""
    crashes = CRASHES in annotations_of(pod)
    return {each["name"]: Fate.CRASHES if crashes else fate_of(each["image"]) for each in pod["spec"]["containers"]}


def statuses_of(pod: Json, fates: dict[str, Fate], *, failures: int, at: str) -> list[Json]:
    """A status for each container; what stays as it was keeps its times."""
    known = {each["name"]: each for each in pod["status"].get("containerStatuses") or ()}
    released = RELEASED in annotations_of(pod)
    found = []
    for container in pod["spec"]["containers"]:
        fate = fates[container["name"]]
        status = _status(container, fate, failures=failures, at=at, released=released)
        before = known.get(container["name"])
        if before and _kind(before) == _kind(status) and before["restartCount"] == status["restartCount"]:
            status = {**status, "state": before["state"], "lastState": before["lastState"]}
        found.append(status)
    return found


def summed(containers: Iterable[Json]) -> str:
    """The pod's phase."""
    pulling = ("ErrImagePull", "ImagePullBackOff", "ContainerCreating")
    waiting = [each["state"].get("waiting", {}).get("reason") for each in containers]
    return "Pending" if any(each in pulling for each in waiting) else "Running"


def _kind(status: Json) -> tuple[str, str]:
    name = next(iter(status["state"]), "")
    return name, (status["state"].get(name) or {}).get("reason", "")


def _status(container: Json, fate: Fate, *, failures: int, at: str, released: bool) -> Json:
    name, image = container["name"], container["image"]
    found: Json = {"name": name, "state": {"running": {"startedAt": at}}, "lastState": {}, "ready": True}
    found |= {"restartCount": 0, "image": image, "imageID": "", "started": True}
    if fate is Fate.HELD:
        return found | {"ready": released}
    if fate is Fate.BROKEN:
        reason = "ErrImagePull" if failures <= 1 else "ImagePullBackOff"
        message = f'Back-off pulling image "{image}": ErrImagePull: {image}: not found'
        waiting = {"reason": reason, "message": message}
        return found | {"state": {"waiting": waiting}, "ready": False, "started": False}
    if fate in (Fate.CRASHES, Fate.OUT_OF_MEMORY):
        ended = {"exitCode": 1, "reason": "Error"}
        if fate is Fate.OUT_OF_MEMORY:
            ended = {"exitCode": 137, "reason": "OOMKilled"}
        terminated = {**ended, "startedAt": at, "finishedAt": at}
        waiting = {"reason": "CrashLoopBackOff", "message": f"back-off 40s restarting failed container={name}"}
        failed = {"ready": False, "started": False, "restartCount": max(failures, 1)}
        return found | {"state": {"waiting": waiting}, "lastState": {"terminated": terminated}, **failed}
    return found
