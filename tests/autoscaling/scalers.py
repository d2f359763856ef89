"""A Deployment of five pods and its autoscaler, as their cluster would answer them."""

from __future__ import annotations

from typing import Any

from tests.parity.world import NOW, World

Object = dict[str, Any]


def deployment(replicas: int = 5, *, name: str = "app", requests: Object | None = None) -> Object:
    container = {"name": "app", "image": "app:v1", "resources": {"requests": requests or {}}}
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop", "uid": f"d-{name}", "generation": 1},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}},
        },
        "status": {"observedGeneration": 1, "replicas": replicas, "readyReplicas": replicas},
    }


def scaler(least: int | None = 2, most: int = 10, **more: Any) -> Object:
    aim = {"kind": more.get("kind", "Deployment"), "name": more.get("aim", "app"), "apiVersion": "apps/v1"}
    spec = {"minReplicas": least, "maxReplicas": most, "scaleTargetRef": aim, "metrics": more.get("metrics")}
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {
            "name": more.get("name", "app"),
            "namespace": "shop",
            "uid": "h-1",
            "annotations": more.get("annotations", {}),
        },
        "spec": spec,
        "status": {"currentReplicas": 5, "desiredReplicas": 6, "conditions": more.get("conditions", [])},
    }


def world(*objects: Object) -> World:
    return World(objects=list(objects) or [deployment(), scaler()], now=NOW)
