"""What burns: three of the ten pods of `app` end again and again, long after their roll-out was done."""

from __future__ import annotations

from typing import Final

from playground.cluster.controllers.containers import CRASHES
from playground.cluster.server import SimulatedCluster
from playground.cluster.wire import Json, annotations_of, controller_of
from playground.town.clusters import APP, IMAGE, LATER, SHOP

CRASHING: Final = 3
LOST: Final = 4
"""The share of requests, in percent, that each crashing pod fails: traffic is made up, pods are not."""


def is_as_at_first(cluster: SimulatedCluster) -> bool:
    """Whether `app` should run what it ran when the town was made."""
    return _image(cluster.admin.get(APP)["spec"]["template"]["spec"]) == IMAGE + LATER[-1]


def ignite(cluster: SimulatedCluster) -> None:
    """Let it begin."""
    running = [each["metadata"]["name"] for each in _pods(cluster) if _state(each) != "going"]
    cluster.crash(SHOP, *running[:CRASHING])


def app_now(cluster: SimulatedCluster) -> Json:
    """The pods of `app`, those first that have been there longest; what it should run, and what gets lost."""
    found = cluster.admin.get(APP)
    wanted = _image(found["spec"]["template"]["spec"])
    pods = _pods(cluster)
    states = [_state(each) for each in pods]
    return {
        "wanted": found["spec"]["replicas"],
        "version": wanted.removeprefix(IMAGE),
        "bad": LATER[-1],
        "pods": [
            {"name": pod["metadata"]["name"], "state": state, "version": _image(pod["spec"]).removeprefix(IMAGE)}
            for pod, state in zip(pods, states, strict=True)
        ],
        "errors": LOST * states.count("crashing"),
    }


def _pods(cluster: SimulatedCluster) -> list[Json]:
    found = cluster.admin.items(f"/api/v1/namespaces/{SHOP}/pods", labels="app=app")
    pods = [each for each in found if controller_of(each)]
    return sorted(pods, key=lambda it: (it["metadata"]["creationTimestamp"], it["metadata"]["name"]))


def _image(spec: Json) -> str:
    return str(spec["containers"][0]["image"])


def _state(pod: Json) -> str:
    if pod["metadata"].get("deletionTimestamp"):
        return "going"
    statuses = pod.get("status", {}).get("containerStatuses") or []
    if CRASHES in annotations_of(pod) or any(each["restartCount"] for each in statuses):
        return "crashing"
    return "ready" if statuses and all(each["ready"] for each in statuses) else "starting"
