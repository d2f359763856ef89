"""Jobs: as many pods as wanted until enough have ended well, or too many have not (`pkg/controller/job`, 1.36).

Pods that ended are counted once: each holds a finalizer until it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, final

from playground.cluster.budgets import is_ready, write_status
from playground.cluster.controllers.ownership import is_active, is_going, owned_by, pod_of, touches
from playground.cluster.controllers.recorder import Recorder
from playground.cluster.problems import Problem
from playground.cluster.resources import JOBS, PODS
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json, controller_of
from playground.cluster.writes import Writer, Writes

TRACKING: Final = "batch.kubernetes.io/job-tracking"
BACK_OFF: Final = 10.0
LONGEST: Final = 600.0
"""Seconds before the pod that follows on a failure, doubled with each, and the longest."""

REACHED: Final = ("CompletionsReached", "Reached expected number of succeeded pods")
EXCEEDED: Final = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")


@final
class Jobs:
    def __init__(self, writes: Writes) -> None:
        self._writes, self._store = writes, writes.store
        self._events = Recorder(writes, "job-controller")
        self._failed_at: dict[str, float] = {}

    def touched(self, change: Change) -> Iterable[Key]:
        return touches(change, JOBS, (PODS,))

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(JOBS, namespace, name)
        if found is None or is_going(found):
            self._let_go(namespace, name)
            return None
        if _ended(found):
            return None
        pods = owned_by(self._store, PODS, found)
        status = self._counted(found, pods)
        again = self._manage(found, status)
        pods = owned_by(self._store, PODS, found)
        active = [each for each in pods if is_active(each)]
        status["ready"] = sum(is_ready(each) for each in active)
        status["terminating"] = sum(is_going(each) for each in pods)
        write_status(self._writes, JOBS, found, _without_nothing(status, len(active)))
        return again

    def _counted(self, found: Json, pods: list[Json]) -> Json:
        """The status so far, with those that ended since; each is let go by that."""
        status: Json = {**found["status"]}
        status.setdefault("startTime", self._writes.pace.stamp())
        status["uncountedTerminatedPods"] = {}
        for pod in pods:
            phase = pod["status"].get("phase")
            if phase not in ("Succeeded", "Failed") or TRACKING not in (pod["metadata"].get("finalizers") or ()):
                continue
            key = phase.lower()
            status[key] = status.get(key, 0) + 1
            if phase == "Failed":
                self._failed_at[found["metadata"]["uid"]] = self._writes.pace.moment()
            self._release(pod)
        return status

    def _manage(self, found: Json, status: Json) -> float | None:
        """Come to an end, or have as many pods as are wanted now."""
        spec, succeeded, failed = found["spec"], status.get("succeeded", 0), status.get("failed", 0)
        active = [each for each in owned_by(self._store, PODS, found) if is_active(each)]
        completions = spec.get("completions")
        if failed > spec["backoffLimit"]:
            self._end(found, status, active, "FailureTarget", "Failed", EXCEEDED)
            return None
        if succeeded >= completions if completions is not None else succeeded and not active:
            self._end(found, status, active, "SuccessCriteriaMet", "Complete", REACHED)
            return None
        left = spec["parallelism"] if completions is None else min(spec["parallelism"], completions - succeeded)
        missing = 0 if completions is None and succeeded else left - len(active)
        pause = self._pause(found, failed)
        if missing > 0 and pause > 0:
            return pause
        for _ in range(missing):
            self._create(found)
        return None

    def _pause(self, found: Json, failed: int) -> float:
        last = self._failed_at.get(found["metadata"]["uid"])
        if last is None or not failed:
            return 0.0
        until: float = last + min(LONGEST, BACK_OFF * 2 ** min(failed - 1, 10))
        return max(0.0, until - self._writes.pace.moment())

    def _create(self, found: Json) -> None:
        """Raises `Problem` when a pod is refused."""
        pod = pod_of(found, found["spec"]["template"])
        pod["metadata"]["generateName"] = f"{found['metadata']['name']}-"
        pod["metadata"]["finalizers"] = [TRACKING]
        try:
            made = self._writes.create(PODS, found["metadata"]["namespace"], pod, Writer())
        except Problem as problem:
            self._events.warning(found, "FailedCreate", f"Error creating: {problem.message}")
            raise
        self._events.normal(found, "SuccessfulCreate", f"Created pod: {made['metadata']['name']}")

    def _end(self, found: Json, status: Json, active: list[Json], first: str, last: str, why: tuple[str, str]) -> None:
        for pod in active:
            self._writes.delete(PODS, pod["metadata"]["namespace"], pod["metadata"]["name"], {})
            self._release(pod)
            self._events.normal(found, "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")
        now, (reason, message) = self._writes.pace.stamp(), why
        conditions = [
            {
                "type": kind,
                "status": "True",
                "lastProbeTime": now,
                "lastTransitionTime": now,
                "reason": reason,
                "message": message,
            }
            for kind in (first, last)
        ]
        status["conditions"] = conditions
        if last == "Complete":
            status["completionTime"] = now
            self._events.normal(found, "Completed", "Job completed")
        else:
            status["failed"] = status.get("failed", 0) + len(active)
            self._events.warning(found, reason, message)

    def _let_go(self, namespace: str, name: str) -> None:
        """Nobody counts the pods of a Job that is gone."""
        for pod in self._store.list(PODS, namespace):
            owner = controller_of(pod)
            if owner is not None and (owner["kind"], owner["name"]) == (JOBS.kind, name):
                self._release(pod)

    def _release(self, pod: Json) -> None:
        metadata = pod["metadata"]
        found = self._store.get(PODS, metadata["namespace"], metadata["name"])
        if found is None or TRACKING not in (found["metadata"].get("finalizers") or ()):
            return

        def change(it: Json) -> None:
            it["metadata"]["finalizers"] = [each for each in it["metadata"]["finalizers"] if each != TRACKING]

        self._writes.change(PODS, metadata["namespace"], metadata["name"], change, Writer())


def _ended(found: Json) -> bool:
    conditions = found["status"].get("conditions") or ()
    return any(each["type"] in ("Complete", "Failed") and each["status"] == "True" for each in conditions)


def _without_nothing(status: Json, active: int) -> Json:
    """As it is written: counts that are pointers there stay when they are 0 (`ready`, `terminating`)."""
    kept = {key: value for key, value in status.items() if key != "active"}
    return {**kept, "active": active} if active else kept
