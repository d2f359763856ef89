"""ReplicaSets: as many pods as wanted, no more, and a status that counts them (`pkg/controller/replicaset`, 1.36)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from playground.cluster.budgets import is_ready, write_status
from playground.cluster.controllers.kubelet import Kubelet
from playground.cluster.controllers.ownership import (
    is_active,
    is_going,
    owned_by,
    pod_of,
    set_condition,
    touches,
)
from playground.cluster.controllers.recorder import Recorder
from playground.cluster.problems import Problem
from playground.cluster.resources import PODS, REPLICA_SETS
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json, labels_of
from playground.cluster.writes import Writer, Writes


@final
class ReplicaSets:
    def __init__(self, writes: Writes, kubelet: Kubelet) -> None:
        self._writes, self._store, self._kubelet = writes, writes.store, kubelet
        self._events = Recorder(writes, "replicaset-controller")

    def touched(self, change: Change) -> Iterable[Key]:
        return touches(change, REPLICA_SETS, (PODS,))

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(REPLICA_SETS, namespace, name)
        if found is None or is_going(found):
            return None
        problem: Problem | None = None
        try:
            self._manage(found)
        except Problem as error:
            problem = error
        found = self._store.known(REPLICA_SETS, namespace, name)
        again = self._tell(found, problem)
        return 1.0 if problem is not None else again

    def _manage(self, found: Json) -> None:
        """Raises `Problem` when a pod is refused."""
        namespace = found["metadata"]["namespace"]
        active = [each for each in owned_by(self._store, PODS, found) if is_active(each)]
        missing = found["spec"]["replicas"] - len(active)
        for _ in range(missing):
            pod = pod_of(found, found["spec"]["template"])
            pod["metadata"]["generateName"] = f"{found['metadata']['name']}-"
            try:
                made = self._writes.create(PODS, namespace, pod, Writer())
            except Problem as problem:
                self._events.warning(found, "FailedCreate", f"Error creating: {problem.message}")
                raise
            self._events.normal(found, "SuccessfulCreate", f"Created pod: {made['metadata']['name']}")
        if missing < 0:
            for each in sorted(active, key=self._worth)[:-missing]:
                name = each["metadata"]["name"]
                self._writes.delete(PODS, namespace, name, {})
                self._events.normal(found, "SuccessfulDelete", f"Deleted pod: {name}")

    def _worth(self, pod: Json) -> tuple[object, ...]:
        """Who goes first: not placed, not running, not ready, ready for less time, younger (`ActivePodsWithRanks`)."""
        ready_for = self._kubelet.ready_for(pod)
        return (
            bool(pod["spec"].get("nodeName")),
            pod["status"].get("phase") == "Running",
            is_ready(pod),
            ready_for if ready_for is not None else 0.0,
            -int(pod["metadata"]["resourceVersion"]),
        )

    def _tell(self, found: Json, problem: Problem | None) -> float | None:
        pods = owned_by(self._store, PODS, found)
        active = [each for each in pods if is_active(each)]
        labels = found["spec"]["template"]["metadata"].get("labels") or {}
        delay = found["spec"].get("minReadySeconds") or 0
        ready = [each for each in active if is_ready(each)]
        waits = [delay - (self._kubelet.ready_for(each) or 0.0) for each in ready]
        counts = {
            "fullyLabeledReplicas": sum(labels.items() <= labels_of(each).items() for each in active),
            "readyReplicas": len(ready),
            "availableReplicas": sum(each <= 0 for each in waits),
        }
        status: Json = {"replicas": len(active)} | {key: value for key, value in counts.items() if value}
        status["terminatingReplicas"] = sum(is_going(each) for each in pods)
        status["observedGeneration"] = found["metadata"]["generation"]
        conditions = [each for each in found["status"].get("conditions") or () if each["type"] != "ReplicaFailure"]
        if problem is not None:
            failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": problem.message}
            known = found["status"].get("conditions") or []
            conditions = set_condition(known, failure, at=self._writes.pace.stamp(), update_time=False)
        if conditions:
            status["conditions"] = conditions
        write_status(self._writes, REPLICA_SETS, found, status)
        return min((each for each in waits if each > 0), default=None)
