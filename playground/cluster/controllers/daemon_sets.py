"""DaemonSets: one pod on each node that takes it (`pkg/controller/daemon`, 1.36), without surge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, final

from playground.cluster.budgets import is_ready, rounded, write_status
from playground.cluster.controllers.kubelet import Kubelet
from playground.cluster.controllers.ownership import REVISION_HASH, hashed, is_going, owned_by, pod_of, touches
from playground.cluster.controllers.recorder import Recorder
from playground.cluster.controllers.revisions import current_revision, trim
from playground.cluster.controllers.scheduling import refusal
from playground.cluster.problems import not_simulated
from playground.cluster.resources import DAEMON_SETS, NODES, PODS
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json, annotations_of
from playground.cluster.writes import Writer, Writes

GENERATION: Final = "deprecated.daemonset.template.generation"
TOLERATED: Final = (
    *(("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute")),
    *(("node.kubernetes.io/disk-pressure", "NoSchedule"), ("node.kubernetes.io/memory-pressure", "NoSchedule")),
    *(("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule")),
)


@final
class DaemonSets:
    def __init__(self, writes: Writes, kubelet: Kubelet) -> None:
        self._writes, self._store, self._kubelet = writes, writes.store, kubelet
        self._events = Recorder(writes, "daemonset-controller")

    def touched(self, change: Change) -> Iterable[Key]:
        if change.resource is NODES:
            found = self._store.list(DAEMON_SETS)
            return [(each["metadata"]["namespace"], each["metadata"]["name"]) for each in found]
        return touches(change, DAEMON_SETS, (PODS,))

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(DAEMON_SETS, namespace, name)
        if found is None or is_going(found):
            return None
        if (found["spec"]["updateStrategy"].get("rollingUpdate") or {}).get("maxSurge") not in (None, 0, "0%"):
            raise not_simulated("DaemonSets with maxSurge")
        update = current_revision(self._writes, found, _annotations)
        digest = hashed(update, REVISION_HASH)
        pods = owned_by(self._store, PODS, found)
        nodes = [each["metadata"]["name"] for each in self._store.list(NODES) if self._takes(each, found)]
        self._place(found, pods, nodes, digest)
        self._roll(found, owned_by(self._store, PODS, found), nodes, digest)
        again = self._tell(namespace, name, nodes, digest)
        trim(self._writes, found, {update["metadata"]["name"]})
        return again

    def _takes(self, node: Json, found: Json) -> bool:
        pod = pod_of(found, found["spec"]["template"])
        pod["spec"]["tolerations"] = [*(pod["spec"].get("tolerations") or ()), *_tolerations()]
        return not refusal(node, pod, [])

    def _place(self, found: Json, pods: list[Json], nodes: list[str], digest: str) -> None:
        on = {_node_of(each) for each in pods}
        for node in nodes:
            if node not in on:
                self._make(found, node, digest)
        for each in pods:
            if _node_of(each) not in nodes and not is_going(each):
                self._drop(found, each)

    def _roll(self, found: Json, pods: list[Json], nodes: list[str], digest: str) -> None:
        if found["spec"]["updateStrategy"]["type"] != "RollingUpdate":
            return
        most = rounded(found["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"], len(nodes), up=True)
        old = [each for each in pods if hashed(each, REVISION_HASH) != digest and not is_going(each)]
        down = len(nodes) - sum(self._available(found, each) for each in pods if not is_going(each))
        for each in sorted(old, key=lambda pod: (self._available(found, pod), pod["metadata"]["name"])):
            if self._available(found, each):
                if down >= most:
                    return
                down += 1
            self._drop(found, each)

    def _make(self, found: Json, node: str, digest: str) -> None:
        metadata = found["metadata"]
        pod = pod_of(found, found["spec"]["template"], **{REVISION_HASH: digest})
        pod["metadata"]["generateName"] = f"{metadata['name']}-"
        labels = pod["metadata"]["labels"]
        labels["pod-template-generation"] = str(annotations_of(found).get(GENERATION, metadata["generation"]))
        pod["spec"]["tolerations"] = [*(pod["spec"].get("tolerations") or ()), *_tolerations()]
        term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
        required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
        pod["spec"]["affinity"] = {**(pod["spec"].get("affinity") or {}), "nodeAffinity": required}
        pod["spec"]["nodeName"] = node
        made = self._writes.create(PODS, metadata["namespace"], pod, Writer())
        self._events.normal(found, "SuccessfulCreate", f"Created pod: {made['metadata']['name']}")

    def _drop(self, found: Json, pod: Json) -> None:
        self._writes.delete(PODS, pod["metadata"]["namespace"], pod["metadata"]["name"], {})
        self._events.normal(found, "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")

    def _available(self, found: Json, pod: Json) -> bool:
        ready_for = self._kubelet.ready_for(pod)
        return is_ready(pod) and (ready_for or 0.0) >= (found["spec"].get("minReadySeconds") or 0)

    def _tell(self, namespace: str, name: str, nodes: list[str], digest: str) -> float | None:
        found = self._store.known(DAEMON_SETS, namespace, name)
        alive = [each for each in owned_by(self._store, PODS, found) if not is_going(each)]
        here = [each for each in alive if _node_of(each) in nodes]
        ready = [each for each in here if is_ready(each)]
        available = sum(self._available(found, each) for each in ready)
        updated = sum(hashed(each, REVISION_HASH) == digest for each in here)
        status = {
            "currentNumberScheduled": len({_node_of(each) for each in here}),
            "numberMisscheduled": len(alive) - len(here),
            "desiredNumberScheduled": len(nodes),
            "numberReady": len(ready),
            "observedGeneration": found["metadata"]["generation"],
        }
        more = {
            "updatedNumberScheduled": updated,
            "numberAvailable": available,
            "numberUnavailable": len(nodes) - available,
        }
        status |= {key: value for key, value in more.items() if value}
        write_status(self._writes, DAEMON_SETS, found, status)
        return 0.5 if available < len(ready) else None


def _annotations(found: Json) -> dict[str, str]:
    return {**annotations_of(found), GENERATION: str(annotations_of(found).get(GENERATION, "1"))}


def _node_of(pod: Json) -> str:
    return str(pod["spec"].get("nodeName", ""))


def _tolerations() -> list[Json]:
    return [{"key": key, "operator": "Exists", "effect": effect} for key, effect in TOLERATED]
