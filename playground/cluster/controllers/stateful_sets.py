"""StatefulSets: pods with names, one after the other (`pkg/controller/statefulset`, 1.36)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from playground.cluster.budgets import is_ready, write_status
from playground.cluster.controllers.kubelet import Kubelet
from playground.cluster.controllers.ownership import REVISION_HASH, hashed, is_going, owned_by, pod_of, touches
from playground.cluster.controllers.recorder import Recorder
from playground.cluster.controllers.revisions import current_revision, own_annotations, trim
from playground.cluster.resources import PODS, REVISIONS, STATEFUL_SETS
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json
from playground.cluster.writes import Writer, Writes


@final
class StatefulSets:
    def __init__(self, writes: Writes, kubelet: Kubelet) -> None:
        self._writes, self._store, self._kubelet = writes, writes.store, kubelet
        self._events = Recorder(writes, "statefulset-controller")

    def touched(self, change: Change) -> Iterable[Key]:
        return touches(change, STATEFUL_SETS, (PODS,))

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(STATEFUL_SETS, namespace, name)
        if found is None or is_going(found):
            return None
        update = current_revision(self._writes, found, own_annotations)["metadata"]["name"]
        current = (found.get("status") or {}).get("currentRevision") or update
        if self._store.get(REVISIONS, namespace, current) is None:
            current = update
        pods = {_ordinal(each): each for each in owned_by(self._store, PODS, found)}
        self._step(found, pods, current, update)
        again = self._tell(namespace, name, current, update)
        trim(self._writes, found, {current, update})
        return again

    def _step(self, found: Json, pods: dict[int, Json], current: str, update: str) -> None:
        """One act at a time for ordered sets, all that is due for parallel ones."""
        wanted = found["spec"]["replicas"]
        ordered = found["spec"]["podManagementPolicy"] == "OrderedReady"
        for ordinal in range(wanted):
            pod = pods.get(ordinal)
            if pod is None:
                self._make(found, ordinal, self._revision(found, ordinal, current, update))
            if ordered and (pod is None or is_going(pod) or not self._available(found, pod)):
                return
        for ordinal in sorted((each for each in pods if each >= wanted), reverse=True):
            if not is_going(pods[ordinal]):
                self._drop(found, pods[ordinal])
            if ordered:
                return
        if found["spec"]["updateStrategy"]["type"] != "RollingUpdate":
            return
        for ordinal in range(wanted - 1, _partition(found) - 1, -1):
            pod = pods.get(ordinal)
            if pod is None or is_going(pod):
                return
            if hashed(pod, REVISION_HASH) != update:
                self._drop(found, pod)
                return
            if not self._available(found, pod):
                return

    def _revision(self, found: Json, ordinal: int, current: str, update: str) -> str:
        """Below the partition, and before the update reaches it, a pod comes back as it was."""
        if found["spec"]["updateStrategy"]["type"] != "RollingUpdate":
            return update
        status = found.get("status") or {}
        first = (status.get("currentReplicas", 0)) if current != update else 0
        return current if ordinal < max(_partition(found), first) and current != update else update

    def _make(self, found: Json, ordinal: int, revision: str) -> None:
        metadata = found["metadata"]
        kept = self._store.get(REVISIONS, metadata["namespace"], revision)
        template = {key: value for key, value in (kept or {})["data"]["spec"]["template"].items() if key != "$patch"}
        name = f"{metadata['name']}-{ordinal}"
        labels = {
            REVISION_HASH: revision,
            "statefulset.kubernetes.io/pod-name": name,
            "apps.kubernetes.io/pod-index": str(ordinal),
        }
        pod = pod_of(found, template, **labels)
        pod["metadata"]["name"], pod["metadata"]["generateName"] = name, f"{metadata['name']}-"
        pod["spec"]["hostname"] = name
        if found["spec"].get("serviceName"):
            pod["spec"]["subdomain"] = found["spec"]["serviceName"]
        self._writes.create(PODS, metadata["namespace"], pod, Writer())
        words = f"create Pod {name} in StatefulSet {metadata['name']} successful"
        self._events.normal(found, "SuccessfulCreate", words)

    def _drop(self, found: Json, pod: Json) -> None:
        name = pod["metadata"]["name"]
        self._writes.delete(PODS, pod["metadata"]["namespace"], name, {})
        words = f"delete Pod {name} in StatefulSet {found['metadata']['name']} successful"
        self._events.normal(found, "SuccessfulDelete", words)

    def _available(self, found: Json, pod: Json) -> bool:
        ready_for = self._kubelet.ready_for(pod)
        return is_ready(pod) and (ready_for or 0.0) >= (found["spec"].get("minReadySeconds") or 0)

    def _tell(self, namespace: str, name: str, current: str, update: str) -> float | None:
        found = self._store.known(STATEFUL_SETS, namespace, name)
        pods = owned_by(self._store, PODS, found)
        alive = [each for each in pods if not is_going(each)]
        updated = sum(hashed(each, REVISION_HASH) == update for each in alive)
        old = sum(hashed(each, REVISION_HASH) == current for each in alive)
        ready = [each for each in alive if is_ready(each)]
        available = sum(self._available(found, each) for each in ready)
        whole = updated == len(pods) == len(ready) == found["spec"]["replicas"] and not _partition(found)
        counts = {
            "readyReplicas": len(ready),
            "currentReplicas": updated if whole else old,
            "updatedReplicas": updated,
        }
        status: Json = {"observedGeneration": found["metadata"]["generation"], "replicas": len(pods)}
        status |= {key: value for key, value in counts.items() if value}
        status |= {"currentRevision": update if whole else current, "updateRevision": update, "collisionCount": 0}
        status["availableReplicas"] = available
        write_status(self._writes, STATEFUL_SETS, found, status)
        return 0.5 if available < len(ready) else None


def _ordinal(pod: Json) -> int:
    return int(pod["metadata"]["name"].rpartition("-")[2])


def _partition(found: Json) -> int:
    return int((found["spec"]["updateStrategy"].get("rollingUpdate") or {}).get("partition") or 0)
