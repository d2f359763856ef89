"""Pods that run once: a Job's, with restartPolicy Never. How they end, and the status that tells it."""

from __future__ import annotations

from typing import Any

from playground.cluster.controllers.containers import RELEASED, Fate
from playground.cluster.wire import Json, annotations_of, controller_of


def runs_once(pod: Json) -> bool:
    owner = controller_of(pod)
    return owner is not None and owner["kind"] == "Job"


def is_held(pod: Json, fates: dict[str, Fate]) -> bool:
    """Whether it goes on running until somebody releases it."""
    return Fate.HELD in fates.values() and RELEASED not in annotations_of(pod)


def ended(pod: Json, fates: dict[str, Fate], *, at: str) -> dict[str, Any]:
    """Its status at the end: `Succeeded`, or `Failed` if one of its containers did not end with 0."""
    known = {each["name"]: each for each in pod["status"].get("containerStatuses") or ()}
    containers = [{**known[name], **_ended(known[name], fate, at)} for name, fate in fates.items()]
    well = all(each["state"]["terminated"]["exitCode"] == 0 for each in containers)
    why = {"reason": "PodCompleted"} if well else {"reason": "PodFailed"}
    times = {"lastProbeTime": None, "lastTransitionTime": at}
    kept = [each for each in pod["status"]["conditions"] if each["type"] not in ("Ready", "ContainersReady")]
    conditions = [*kept, *({"type": kind, "status": "False", **times, **why} for kind in ("Ready", "ContainersReady"))]
    return {"phase": "Succeeded" if well else "Failed", "conditions": conditions, "containerStatuses": containers}


def _ended(status: Json, fate: Fate, at: str) -> Json:
    how = {"exitCode": 0, "reason": "Completed"}
    if fate is Fate.CRASHES:
        how = {"exitCode": 1, "reason": "Error"}
    elif fate is Fate.OUT_OF_MEMORY:
        how = {"exitCode": 137, "reason": "OOMKilled"}
    began = (status["state"].get("running") or {}).get("startedAt", at)
    terminated = {"terminated": {**how, "startedAt": began, "finishedAt": at}}
    return {"ready": False, "started": False, "restartCount": 0, "state": terminated, "lastState": {}}
