"""A budget of three pods of a Deployment, as their cluster would answer them."""

from __future__ import annotations

from typing import Any

from tests.nodes.made import pod
from tests.parity.world import NOW, World

Object = dict[str, Any]
OF_THREE = (
    ("minAvailable", 0, 3),
    ("minAvailable", 2, 1),
    ("minAvailable", 3, 0),
    ("minAvailable", 4, 0),
    ("minAvailable", "50%", 1),
    ("minAvailable", "67%", 0),
    ("maxUnavailable", 0, 0),
    ("maxUnavailable", 1, 1),
    ("maxUnavailable", "50%", 2),
    ("maxUnavailable", "100%", 3),
)
"""How many of three ready pods of a Deployment may go at once, by a limit; held against the disruption controllers."""
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
