"""A budget of three pods of a Deployment, as their cluster would answer them."""

from __future__ import annotations

from typing import Any

from tests.nodes.made import pod
from tests.parity.world import NOW, World

Object = dict[str, Any]
SELECTOR = {"matchLabels": {"app": "app"}}
REPLICA_SET = {"kind": "ReplicaSet", "name": "app-1", "uid": "rs", "controller": True}
DEPLOYMENT = {"kind": "Deployment", "name": "app", "uid": "d", "controller": True}
AGENT = {"kind": "DaemonSet", "name": "agent", "uid": "ds", "controller": True}


def workload(replicas: int = 3) -> list[Object]:
    metadata = {"namespace": "shop"}
    return [
        {"kind": "Deployment", "metadata": {**metadata, "name": "app", "uid": "d"}, "spec": {"replicas": replicas}},
        {
            "kind": "ReplicaSet",
            "metadata": {**metadata, "name": "app-1", "uid": "rs", "ownerReferences": [DEPLOYMENT]},
            "spec": {"replicas": replicas},
        },
    ]


def pods(ready: int = 3, unready: int = 0, *, owner: Object | None = REPLICA_SET) -> list[Object]:
    return [pod(f"app-1-{number}", owner=owner, ready=number < ready) for number in range(ready + unready)]


def budget(name: str = "app", *, allowed: int = 0, **spec: Any) -> Object:
    """`minAvailable: 3` where nothing else is said, observed, and letting `allowed` go."""
    metadata = {"name": name, "namespace": "shop", "uid": f"b-{name}", "generation": 1}
    return {
        "kind": "PodDisruptionBudget",
        "apiVersion": "policy/v1",
        "metadata": metadata,
        "spec": {"selector": SELECTOR, **(spec or {"minAvailable": 3})},
        "status": {"observedGeneration": 1, "disruptionsAllowed": allowed, "desiredHealthy": 3, "currentHealthy": 3},
    }


def world(*objects: Object, replicas: int = 3, **more: Any) -> World:
    """Those, or the pods and their budget; with the Deployment."""
    return World(objects=[*(objects or (*pods(replicas), budget())), *workload(replicas)], now=NOW, **more)
