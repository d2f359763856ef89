"""A Rollout's status: numbers, pauses, conditions, and the phase that follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from playground.cluster.controllers.rollout_view import View, available, total
from playground.cluster.wire import Json

ABORTED: Final = "RolloutAborted"
PAUSED: Final = "RolloutPaused"
TIMED_OUT: Final = "ProgressDeadlineExceeded"
COMPLETED: Final = "RolloutCompleted"
HEALTHY: Final = "RolloutHealthy"
AVAILABLE: Final = "NewReplicaSetAvailable"
KEPT: Final = ("currentStepIndex", "currentStepHash", "promoteFull", "restartedAt", "stableRS", "conditions")


def counted(view: View) -> Json:
    """What any strategy begins with; pauses and abort are decided later."""
    return {key: view.status[key] for key in KEPT if key in view.status} | {
        "blueGreen": dict(view.status.get("blueGreen") or {}),
        "canary": {},
        "currentPodHash": view.new_hash,
        "replicas": total(view.sets, "replicas"),
        "updatedReplicas": total([view.new], "replicas"),
        "readyReplicas": total(view.sets, "readyReplicas"),
    }


def finished(view: View, status: Json, *, at: str, timed_out: bool) -> Json:
    """With pauses, abort, conditions and phase, as Go writes it: what is zero is left out but for the step."""
    status["observedGeneration"] = str(view.found["metadata"]["generation"])
    _pauses(view, status, at)
    status["conditions"] = _conditions(view, status, at=at, timed_out=timed_out)
    status["phase"], status["message"] = phase(view.spec, status)
    always = ("blueGreen", "canary", "currentStepIndex")
    written = {key: value for key, value in status.items() if key in always or value}
    # It patches what differs: a zero that somebody else wrote out, as `abort: false`, is none to it, and stays.
    return {key: value for key, value in view.status.items() if not value and key not in always} | written


def _pauses(view: View, status: Json, at: str) -> None:
    if view.aborted:
        status |= {"abort": True, "abortedAt": view.status.get("abortedAt") or at}
        return
    if view.clear:
        return
    known = list(view.status.get("pauseConditions") or ())
    kept = [each for each in known if each["reason"] not in view.remove]
    added = [reason for reason in view.add if all(each["reason"] != reason for each in known)]
    kept += [{"reason": reason, "startTime": at} for reason in added]
    if kept:
        status["pauseConditions"] = kept
        status["controllerPause"] = bool(added) or bool(view.status.get("controllerPause"))


def noted(view: View, *, at: str) -> Json | None:
    """What the conditions say of a pause or an abort that somebody just changed; None where they say it already.

    `checkPausedConditions`: it is written before anything else is looked at.
    """
    status = dict(view.status)
    if str(view.found["metadata"]["generation"]) != status.get("observedGeneration"):
        return None
    conditions: list[Json] = list(status.get("conditions") or ())
    progressing, paused = _of(conditions, "Progressing"), bool(view.spec.get("paused") or status.get("pauseConditions"))
    reason = (progressing or {}).get("reason")
    for wanted in _notes(view, reason, _of(conditions, "Paused"), paused=paused):
        conditions = _set(conditions, wanted, at=at)
    if conditions == (status.get("conditions") or []):
        return None
    status["conditions"] = conditions
    status["phase"], message = phase(view.spec, status)
    status.pop("message", None)
    return status | ({"message": message} if message else {})


def _notes(view: View, reason: object, known: Json | None, *, paused: bool) -> Iterator[Json]:
    aborted = reason == ABORTED
    if paused != (reason == PAUSED) and not aborted and not _promoted(view.status):
        words = (PAUSED, "Rollout is paused") if paused else ("RolloutResumed", "Rollout is resumed")
        yield _condition("Progressing", "Unknown", *words)
    if aborted and not view.status.get("abort"):
        yield _condition("Progressing", "Unknown", "RolloutRetry", "Retrying Rollout after abort")
    if paused != ((known or {}).get("status") == "True") and not aborted:
        yield _condition("Paused", "True" if paused else "False", PAUSED, "Rollout is paused")


def _conditions(view: View, status: Json, *, at: str, timed_out: bool) -> list[Json]:
    found: list[Json] = [each for each in status.get("conditions") or () if each["type"] != "InvalidSpec"]
    paused = bool(status.get("pauseConditions") or view.spec.get("paused"))
    healthy, before = is_healthy(view, status), _of(found, "Healthy")
    became_unhealthy = False
    if healthy and not paused:
        found = _set(found, _condition("Healthy", "True", HEALTHY, "Rollout is healthy"), at=at)
    elif before is not None:
        became_unhealthy = before["status"] == "True"
        wanted = _condition("Healthy", "False", HEALTHY, "Rollout is not healthy")
        found = _set(found, wanted, at=at)
    progressing = _progressing(view, status, healthy=healthy, unhealthy=became_unhealthy, timed_out=timed_out)
    if progressing is not None:
        found = _renewed(found, progressing, at=at)
    least = _is_available(view, status)
    words = "Rollout has minimum availability" if least else "Rollout does not have minimum availability"
    wanted = _condition("Available", "True" if least else "False", "AvailableReason", words)
    found = _set(found, wanted, at=at)
    found = _failures(view, found)
    done = "True" if _promoted(status) else "False"
    return _set(found, _condition("Completed", done, COMPLETED, COMPLETED), at=at)


def _progressing(view: View, status: Json, *, healthy: bool, unhealthy: bool, timed_out: bool) -> Json | None:
    """None where it stays as it was."""
    if view.aborted:
        return _condition("Progressing", "False", ABORTED, f"Rollout aborted update to revision {view.revision}")
    named = f'ReplicaSet "{view.new["metadata"]["name"]}"'
    if healthy:
        return _condition("Progressing", "True", AVAILABLE, f"{named} has successfully progressed.")
    if unhealthy and _promoted(status):
        return _condition("Progressing", "True", "ReplicaSetNotAvailable", "Rollout does not have minimum availability")
    if unhealthy or _came_on(view, status):
        return _condition("Progressing", "True", "ReplicaSetUpdated", f"{named} is progressing.")
    if timed_out:
        return _condition("Progressing", "False", TIMED_OUT, f"{named} has timed out progressing.")
    return None


def _renewed(found: list[Json], wanted: Json, *, at: str) -> list[Json]:
    """Coming on is told again with each step that it does: its time of update is what the deadline counts from."""
    known = _of(found, "Progressing")
    if wanted["reason"] != "ReplicaSetUpdated" or known is None or known["status"] != "True":
        return _set(found, wanted, at=at)
    others = [each for each in found if each["type"] != "Progressing"]
    times = {"lastUpdateTime": at, "lastTransitionTime": known["lastTransitionTime"]}
    return [*others, {**wanted, **times}]


def _came_on(view: View, status: Json) -> bool:
    """`RolloutProgressing`: any of what moves in an update did move."""
    old, before = view.status, view.status.get("blueGreen") or {}
    if view.canary is None:
        moved = any(before.get(each) != status["blueGreen"].get(each) for each in ("activeSelector", "previewSelector"))
    else:
        moved = any(old.get(each) != status.get(each) for each in ("stableRS", "currentStepIndex", "currentStepHash"))

    def number(of: Json, key: str) -> int:
        return int(of.get(key) or 0)

    surplus = [number(each, "replicas") - number(each, "updatedReplicas") for each in (old, status)]
    return (
        moved
        or number(old, "updatedReplicas") != number(status, "updatedReplicas")
        or surplus[1] < surplus[0]
        or any(number(status, each) > number(old, each) for each in ("readyReplicas", "availableReplicas"))
    )


def is_healthy(view: View, status: Json) -> bool:
    """All pods are new, available and served, and none is old (`RolloutHealthy`)."""
    if view.canary is None:
        places = ["activeSelector"] + (["previewSelector"] if view.blue_green.get("previewService") else [])
        done = all(status["blueGreen"].get(each) == status["currentPodHash"] for each in places)
    else:
        stepped = not view.steps or status.get("currentStepIndex") in (None, len(view.steps))
        done = stepped and _promoted(status) and status["replicas"] == view.wanted
    observed = view.status.get("observedGeneration") == str(view.found["metadata"]["generation"])
    return status["updatedReplicas"] == view.wanted == status["availableReplicas"] and observed and done


def _is_available(view: View, status: Json) -> bool:
    if view.canary is not None:
        return total(view.sets, "availableReplicas") >= view.wanted
    active = view.by_hash(status["blueGreen"].get("activeSelector", ""))
    return active is not None and int(active["spec"]["replicas"]) == view.wanted == available(active)


def _failures(view: View, found: list[Json]) -> list[Json]:
    failed = [
        each
        for target in (view.new, *view.sets)
        for each in target["status"].get("conditions") or ()
        if each["type"] == "ReplicaFailure"
    ]
    rest = [each for each in found if each["type"] != "ReplicaFailure"]
    return [*rest, {**failed[0], "lastUpdateTime": failed[0]["lastTransitionTime"]}] if failed else rest


def phase(spec: Json, status: Json) -> tuple[str, str]:
    """`CalculateRolloutPhase`: the first that holds."""
    for each in status.get("conditions") or ():
        if each["type"] == "InvalidSpec":
            return "Degraded", f"InvalidSpec: {each['message']}"
        if each["reason"] in (ABORTED, TIMED_OUT):
            return "Degraded", f"{each['reason']}: {each['message']}"
    if spec.get("paused"):
        return "Paused", "manually paused"
    if status.get("pauseConditions"):
        return "Paused", str(status["pauseConditions"][0]["reason"])
    coming = _coming(spec, status)
    return ("Progressing", coming) if coming else ("Healthy", "")


def _coming(spec: Json, status: Json) -> str:
    updated, serving = int(status.get("updatedReplicas") or 0), int(status.get("availableReplicas") or 0)
    if spec.get("restartAt") and spec["restartAt"] != status.get("restartedAt"):
        return "rollout is restarting"
    if updated < spec.get("replicas", 1):
        return "more replicas need to be updated"
    if serving < updated:
        return "updated replicas are still becoming available"
    if spec["strategy"].get("blueGreen") is not None:
        active = (status.get("blueGreen") or {}).get("activeSelector", "")
        if not active or active != status.get("currentPodHash"):
            return "active service cutover pending"
        return "" if _promoted(status) else "waiting for post-promotion verification to complete"
    if int(status.get("replicas") or 0) > updated:
        return "old replicas are pending termination"
    return "" if _promoted(status) else "waiting for all steps to complete"


def _promoted(status: Json) -> bool:
    return bool(status.get("stableRS")) and status["stableRS"] == status.get("currentPodHash")


def _of(conditions: list[Json], kind: str) -> Json | None:
    return next((each for each in conditions if each["type"] == kind), None)


def _condition(kind: str, status: str, reason: str, message: str) -> Json:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def _set(conditions: list[Json], wanted: Json, *, at: str) -> list[Json]:
    """By status and reason alone: another message is no change (`SetRolloutCondition`). The changed one comes last."""
    known = _of(conditions, wanted["type"])
    if known is not None and (known["status"], known["reason"]) == (wanted["status"], wanted["reason"]):
        return conditions
    since = known["lastTransitionTime"] if known is not None and known["status"] == wanted["status"] else at
    times = {"lastUpdateTime": at, "lastTransitionTime": since}
    return [*(each for each in conditions if each["type"] != wanted["type"]), {**wanted, **times}]
