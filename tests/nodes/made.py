"""Nodes, pods and budgets, made as the API server gives them."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.operations.evict import Evict, Rule
from bot.operations.kinds import NODE, Target
from bot.operations.models import Budget, Pod
from tests.parity.world import World

RS = {"kind": "ReplicaSet", "name": "app-1", "uid": "rs", "controller": True}
DS = {"kind": "DaemonSet", "name": "agent", "uid": "ds", "controller": True}


def pod(name: str = "app-1-a", *, owner: dict[str, Any] | None = RS, **more: Any) -> dict[str, Any]:
    """A Running, ready pod on node-a. `more`: `phase`, `ready`, `local`, `mirror`, `node`, `going`, `namespace`."""
    namespace = more.get("namespace", "shop")
    metadata: dict[str, Any] = {"name": name, "namespace": namespace, "uid": f"u-{name}", "labels": {"app": "app"}}
    if owner is not None:
        metadata["ownerReferences"] = [owner]
    if more.get("mirror"):
        metadata["annotations"] = {"kubernetes.io/config.mirror": "x"}
    if more.get("going"):
        metadata["deletionTimestamp"] = "2026-11-25T03:08:00Z"
    ready = [{"type": "Ready", "status": "True" if more.get("ready", True) else "False"}]
    return {
        "kind": "Pod",
        "metadata": metadata,
        "spec": {
            "nodeName": more.get("node", "node-a"),
            "volumes": [{"name": "tmp", "emptyDir": {}}] if more.get("local") else [],
        },
        "status": {"phase": more.get("phase", "Running"), "conditions": ready},
    }


def seen(found: dict[str, Any]) -> Pod:
    return msgspec.convert(found, Pod)


def budget(name: str = "app", *, allowed: int = 0, needs: int = 2, has: int = 2, **more: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {"selector": more.get("selector", {"matchLabels": {"app": "app"}})}
    if "policy" in more:
        spec["unhealthyPodEvictionPolicy"] = more["policy"]
    return {
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name, "namespace": more.get("namespace", "shop"), "uid": f"b-{name}"},
        "spec": spec,
        "status": {"disruptionsAllowed": allowed, "desiredHealthy": needs, "currentHealthy": has},
    }


def seen_budget(found: dict[str, Any]) -> Budget:
    return msgspec.convert(found, Budget)


def node(name: str = "node-a", *, cordoned: bool = False) -> dict[str, Any]:
    spec = {"unschedulable": True} if cordoned else {}
    return {"kind": "Node", "metadata": {"name": name, "uid": f"n-{name}"}, "spec": spec}


def agent() -> dict[str, Any]:
    return {"kind": "DaemonSet", "metadata": {"name": "agent", "namespace": "shop", "uid": "ds"}}


def world(*objects: dict[str, Any], cordoned: bool = False, forbidden: frozenset[str] = frozenset()) -> World:
    return World(objects=[node(cordoned=cordoned), agent(), *objects], forbidden=forbidden)


def step(made: Any) -> Evict:
    """The only Evict of a plan."""
    (found,) = made.evictions
    assert isinstance(found, Evict)
    return found


def bare_step(*, rule: Rule | None = None, most: int = 1) -> Evict:
    target = Target(kind=NODE, name="node-a")
    return Evict(id="step-2", target=target, uid="n-node-a", rule=rule or Rule(), most=most)
