"""A Service with two colours behind it, as its cluster would answer it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.parity.world import NOW, World

NAMESPACE = "shop"
READY_SINCE = "2026-11-25T03:00:00Z"
Object = dict[str, Any]


def service(selector: Mapping[str, str] | None, *, namespace: str = NAMESPACE, **spec: Any) -> Object:
    ports = spec.pop("ports", [{"port": 80, "targetPort": 8080}])
    annotations = spec.pop("annotations", {})
    return {
        "kind": "Service",
        "metadata": {"name": "app", "namespace": namespace, "uid": "s-1", "annotations": annotations},
        "spec": {"type": "ClusterIP", "selector": selector, "ports": ports, "clusterIP": "10.0.0.1", **spec},
    }


def colour(name: str, count: int, labels: Mapping[str, str], **more: Any) -> list[Object]:
    """A ReplicaSet of a Deployment `app-NAME` and its pods. `more`: `ready` are as many of them, `rollout` makes it a
    Rollout's, `hash` is the template's, `least` its minReadySeconds, `port` the name of the container's port.
    """
    ready, namespace = more.get("ready", count), more.get("namespace", NAMESPACE)
    above = "Rollout" if more.get("rollout") else "Deployment"
    owner = {"kind": above, "name": f"app-{name}", "uid": f"d-{name}", "controller": True}
    template_hash = more.get("hash", "h1")
    set_name = f"app-{name}-{template_hash}"
    made = {
        "kind": "ReplicaSet",
        "metadata": {
            "name": set_name,
            "namespace": namespace,
            "uid": f"r-{set_name}",
            "labels": {"pod-template-hash": template_hash},
            "ownerReferences": [owner],
        },
        "spec": {"replicas": count, "minReadySeconds": more.get("least", 0)},
    }
    reference = {"kind": "ReplicaSet", "name": set_name, "uid": f"r-{set_name}", "controller": True}
    ports = [{"name": more["port"], "containerPort": 8080}] if "port" in more else []
    pods = []
    for number in range(count):
        status = "True" if number < ready else "False"
        pods.append(
            {
                "kind": "Pod",
                "metadata": {
                    "name": f"{set_name}-{number}",
                    "namespace": namespace,
                    "uid": f"p-{set_name}-{number}",
                    "labels": {**labels, "pod-template-hash": template_hash},
                    "ownerReferences": [reference],
                },
                "spec": {"containers": [{"name": "app", "image": f"app:{name}", "ports": ports}]},
                "status": {"conditions": [{"type": "Ready", "status": status, "lastTransitionTime": READY_SINCE}]},
            }
        )
    return [made, *pods]


def endpoints(selector: Mapping[str, str], objects: list[Object], *, namespace: str = NAMESPACE) -> Object:
    """The EndpointSlice that the controller would keep."""
    found = [
        {
            "addresses": ["10.1.0.1"],
            "conditions": {"ready": each["status"]["conditions"][0]["status"] == "True"},
            "targetRef": {"kind": "Pod", "name": each["metadata"]["name"], "uid": each["metadata"]["uid"]},
        }
        for each in objects
        if each["kind"] == "Pod" and selector.items() <= each["metadata"]["labels"].items()
    ]
    labels = {"kubernetes.io/service-name": "app"}
    return {
        "kind": "EndpointSlice",
        "metadata": {"name": "app-1", "namespace": namespace, "labels": labels},
        "endpoints": found,
    }


BLUE = {"app": "myapp", "version": "blue"}
GREEN = {"app": "myapp", "version": "green"}


def world(*, made: Object | None = None, blue: list[Object] | None = None, green: list[Object] | None = None) -> World:
    """Three blue pods that get the traffic, and three green ones, where nothing else is said."""
    here = made or service(BLUE)
    every = [
        *(colour("blue", 3, BLUE) if blue is None else blue),
        *(colour("green", 3, GREEN) if green is None else green),
    ]
    return World(objects=[here, *every, endpoints(here["spec"]["selector"] or {"-": "-"}, every)], now=NOW)
