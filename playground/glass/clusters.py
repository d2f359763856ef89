"""A cluster as it is now, in one namespace: what `kubectl get` would show, without asking for anybody's rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from playground.cluster.server import SimulatedCluster
from playground.cluster.wire import Json, annotations_of, controller_of, labels_of

if TYPE_CHECKING:
    from playground.stage import Stage

APPS: Final = "apis/apps/v1"
KINDS: Final = {
    "deployments": APPS,
    "statefulsets": APPS,
    "daemonsets": APPS,
    "rollouts": "apis/argoproj.io/v1alpha1",
}
REVISIONS: Final = ("deployment.kubernetes.io/revision", "rollout.argoproj.io/revision")
HASH: Final = "pod-template-hash"
EVENTS: Final = 10
"""The last warnings that are shown."""


async def cluster_now(stage: Stage, cluster: str, namespace: str) -> Json:
    """Workloads, pods and warnings. Raises `KeyError` for a cluster that there is not."""
    found = stage.clusters[cluster]
    sets = {each["metadata"]["name"]: each for each in found.admin.items(_path(APPS, "replicasets", namespace))}
    return {
        "cluster": cluster,
        "namespace": namespace,
        "workloads": [
            _workload(each) for kind, root in KINDS.items() for each in found.admin.items(_path(root, kind, namespace))
        ],
        "pods": [_pod(each, sets) for each in found.admin.items(f"/api/v1/namespaces/{namespace}/pods")],
        "warnings": _warnings(found, namespace),
    }


def _path(root: str, plural: str, namespace: str) -> str:
    return f"/{root}/namespaces/{namespace}/{plural}"


def _workload(found: Json) -> Json:
    status, spec = found.get("status", {}), found["spec"]
    wanted = spec.get("replicas", status.get("desiredNumberScheduled", 0))
    return {
        "kind": found["kind"],
        "name": found["metadata"]["name"],
        "wanted": wanted,
        "ready": status.get("readyReplicas", status.get("numberReady", 0)),
        "updated": status.get("updatedReplicas", status.get("updatedNumberScheduled", 0)),
        "images": [each["image"] for each in spec["template"]["spec"]["containers"]],
        "revision": _revision(found) or status.get("updateRevision", ""),
        "paused": bool(spec.get("paused") or status.get("pauseConditions")),
        "resource_version": found["metadata"]["resourceVersion"],
    }


def _pod(found: Json, sets: dict[str, Json]) -> Json:
    owner = controller_of(found) or {}
    above = sets.get(owner.get("name", "")) if owner.get("kind") == "ReplicaSet" else None
    workload = (controller_of(above) or {}) if above is not None else owner
    containers = found.get("status", {}).get("containerStatuses") or []
    revision = _revision(above) if above is not None else ""
    return {
        "name": found["metadata"]["name"],
        "workload": f"{workload['kind']}/{workload['name']}" if workload else "",
        "state": _state(found, containers),
        "ready": bool(containers) and all(each["ready"] for each in containers),
        "restarts": sum(each["restartCount"] for each in containers),
        "node": found["spec"].get("nodeName", ""),
        "images": [each["image"] for each in found["spec"]["containers"]],
        "revision": revision or labels_of(found).get("controller-revision-hash", ""),
        "created_at": found["metadata"]["creationTimestamp"],
    }


def _revision(found: Json) -> str:
    """The number that the controller of a Deployment or a Rollout gave it; empty where none did."""
    annotations = annotations_of(found)
    return next((annotations[each] for each in REVISIONS if each in annotations), "")


def _state(pod: Json, containers: list[Json]) -> str:
    """As the STATUS column of `kubectl get pods` has it."""
    if pod["metadata"].get("deletionTimestamp"):
        return "Terminating"
    waiting = [each["state"]["waiting"].get("reason", "") for each in containers if each["state"].get("waiting")]
    return str(next(filter(None, waiting), pod.get("status", {}).get("phase", "Pending")))


def _warnings(cluster: SimulatedCluster, namespace: str) -> list[Json]:
    events = cluster.admin.items(f"/api/v1/namespaces/{namespace}/events")
    warnings = sorted((each for each in events if each.get("type") == "Warning"), key=lambda it: it["lastTimestamp"])
    return [
        {
            "at": each["lastTimestamp"],
            "about": f"{each['involvedObject']['kind']}/{each['involvedObject']['name']}",
            "reason": each["reason"],
            "message": each["message"],
            "count": each.get("count", 1),
        }
        for each in warnings[-EVENTS:]
    ]
