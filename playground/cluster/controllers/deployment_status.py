"""A Deployment's status: numbers, whether it is available, and how its roll-out goes (`deployment/progress.go`)."""

from __future__ import annotations

from dataclasses import dataclass

from playground.cluster.controllers.ownership import set_condition
from playground.cluster.controllers.rolling import fenceposts
from playground.cluster.wire import Json


@dataclass(kw_only=True)
class Progress:
    """When a roll-out last came on, in the cluster's exact seconds: written times have whole ones only."""

    new: str = ""
    moment: float = 0.0
    event: str = ""
    counts: tuple[int, ...] = ()
    done: bool = False
    paused: bool = False

    def created(self, name: str, now: float) -> None:
        self._begin(name, now, "NewReplicaSetCreated")

    def found(self, name: str, now: float, *, known: bool) -> None:
        self._begin(name, now, "FoundNewReplicaSet" if known else "")

    def _begin(self, name: str, now: float, event: str) -> None:
        self.new, self.moment, self.event, self.done = name, now, event, False
        self.counts = ()

    def note(self, found: Json, counts: Json, now: float) -> None:
        """Any of the numbers that get better counts as coming on."""
        updated, replicas = counts.get("updatedReplicas", 0), counts.get("replicas", 0)
        better = (updated, updated - replicas, counts.get("readyReplicas", 0), counts.get("availableReplicas", 0))
        if any(new > old for new, old in zip(better, self.counts, strict=False)):
            self.moment, self.event = now, "ReplicaSetUpdated"
        self.counts = better
        if found["spec"].get("paused"):
            self.moment = now
        wanted = found["spec"]["replicas"]
        self.done = (
            counts.get("updatedReplicas", 0) == wanted
            and counts.get("replicas", 0) == wanted
            and counts.get("availableReplicas", 0) == wanted
        )

    def left(self, found: Json, now: float) -> float | None:
        """Seconds until the deadline, while there is something to come."""
        deadline = found["spec"].get("progressDeadlineSeconds")
        if self.done or deadline is None or found["spec"].get("paused"):
            return None
        seconds = self.moment + float(deadline) - now
        return seconds + 0.01 if seconds > -0.001 else None


def counts_of(found: Json, new: Json | None, sets: list[Json]) -> Json:
    """As Go writes it: zeros are left out, but for terminating pods."""

    def total(key: str) -> int:
        return sum(each["status"].get(key) or 0 for each in sets)

    available = total("availableReplicas")
    counts = {
        "replicas": total("replicas"),
        "updatedReplicas": (new["status"].get("replicas") or 0) if new else 0,
        "readyReplicas": total("readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(sum(each["spec"]["replicas"] for each in sets) - available, 0),
    }
    status = {"observedGeneration": found["metadata"]["generation"]}
    status |= {key: value for key, value in counts.items() if value}
    return status | {"terminatingReplicas": total("terminatingReplicas")}


def conditions_of(
    found: Json, counts: Json, new: Json | None, sets: list[Json], *, progress: Progress, now: float, at: str
) -> list[Json]:
    conditions = list((found.get("status") or {}).get("conditions") or ())
    conditions = set_condition(conditions, _available(found, counts), at=at, update_time=True)
    progressing = _progressing(found, new, conditions, progress, now)
    if progressing is not None:
        conditions = set_condition(conditions, progressing, at=at, update_time=True)
    failures = [
        each
        for found_set in sets
        for each in found_set["status"].get("conditions") or ()
        if each["type"] == "ReplicaFailure"
    ]
    if failures:
        return set_condition(conditions, failures[0], at=at, update_time=True)
    return [each for each in conditions if each["type"] != "ReplicaFailure"]


def _available(found: Json, counts: Json) -> Json:
    least = found["spec"]["replicas"] - fenceposts(found)[1]
    if counts.get("availableReplicas", 0) >= least:
        return {
            "type": "Available",
            "status": "True",
            "reason": "MinimumReplicasAvailable",
            "message": "Deployment has minimum availability.",
        }
    return {
        "type": "Available",
        "status": "False",
        "reason": "MinimumReplicasUnavailable",
        "message": "Deployment does not have minimum availability.",
    }


def _progressing(found: Json, new: Json | None, conditions: list[Json], progress: Progress, now: float) -> Json | None:
    """None where it stays as it was."""
    if found["spec"].get("progressDeadlineSeconds") is None:
        return None
    known = next((each for each in conditions if each["type"] == "Progressing"), None)
    reason = known["reason"] if known else ""
    if found["spec"].get("paused"):
        if reason == "DeploymentPaused":
            return None
        progress.paused = True
        return _condition("Unknown", "DeploymentPaused", "Deployment is paused")
    if progress.paused or reason == "DeploymentPaused":
        progress.paused, progress.moment = False, now
        return _condition("Unknown", "DeploymentResumed", "Deployment is resumed")
    named = f'ReplicaSet "{new["metadata"]["name"]}"' if new else f'Deployment "{found["metadata"]["name"]}"'
    if progress.done:
        if reason == "NewReplicaSetAvailable" and new and new["metadata"]["name"] in known_message(known):
            return None
        return _condition("True", "NewReplicaSetAvailable", f"{named} has successfully progressed.")
    # A finished roll-out whose pods fail later, or that is scaled, is not begun anew.
    if reason == "NewReplicaSetAvailable" and new and new["metadata"]["name"] in known_message(known):
        return None
    left = progress.left(found, now)
    if left is None or left <= 0.011:
        return _condition("False", "ProgressDeadlineExceeded", f"{named} has timed out progressing.")
    if progress.event == "NewReplicaSetCreated" and new:
        return _condition(
            "True", "NewReplicaSetCreated", f"Created new replica set {new['metadata']['name']!r}".replace("'", '"')
        )
    if progress.event == "FoundNewReplicaSet" and new:
        return _condition(
            "True", "FoundNewReplicaSet", f"Found new replica set {new['metadata']['name']!r}".replace("'", '"')
        )
    return _condition("True", "ReplicaSetUpdated", f"{named} is progressing.")


def known_message(condition: Json | None) -> str:
    return str(condition["message"]) if condition else ""


def _condition(status: str, reason: str, message: str) -> Json:
    return {"type": "Progressing", "status": status, "reason": reason, "message": message}
