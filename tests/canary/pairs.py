"""A stable Deployment behind a Service, with or without a canary beside it, as its cluster would answer it."""

from __future__ import annotations

from typing import Any

from tests.parity.world import NOW, World

Object = dict[str, Any]
STABLE = {"app": "web"}
CANARY = {"app": "web", "track": "canary"}


def deployment(name: str, replicas: int, image: str, labels: dict[str, str], **more: Any) -> Object:
    """All of its pods are ready, where `ready` does not say otherwise."""
    ready = more.get("ready", replicas)
    return {
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"d-{name}",
            "generation": 1,
            "labels": {"app": "web", "argocd.argoproj.io/instance": "shop"} if more.get("argo") else {"app": "web"},
            "annotations": more.get("annotations", {}),
        },
        "spec": {
            "replicas": replicas,
            "paused": more.get("paused", False),
            "selector": more.get("selector", {"matchLabels": dict(labels)}),
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {
                    "containers": [
                        {"name": "app", "image": image, "env": [{"name": "LEVEL", "value": more.get("level", "info")}]}
                    ],
                    **({"volumes": more["volumes"]} if "volumes" in more else {}),
                },
            },
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
        },
        "status": {
            "observedGeneration": 1,
            "replicas": replicas,
            "readyReplicas": ready,
            "updatedReplicas": replicas,
            "availableReplicas": ready,
        },
    }


def stable(replicas: int = 10, **more: Any) -> Object:
    return deployment("web", replicas, more.pop("image", "web:v1"), more.pop("labels", STABLE), **more)


def canary(replicas: int, **more: Any) -> Object:
    made = {"annotations": {"kajitori.dev/canary-of": "web"}, **more}
    return deployment("web-canary", replicas, made.pop("image", "web:v2"), made.pop("labels", CANARY), **made)


def service(selector: dict[str, str], name: str = "web", **annotations: str) -> Object:
    return {
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop", "uid": f"s-{name}", "annotations": annotations},
        "spec": {"selector": selector, "ports": [{"port": 80}]},
    }


def autoscaler(target: str) -> Object:
    aim = {"kind": "Deployment", "name": target, "apiVersion": "apps/v1"}
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": target, "namespace": "shop", "uid": f"h-{target}"},
        "spec": {"scaleTargetRef": aim, "minReplicas": 2, "maxReplicas": 20},
    }


def world(*objects: Object) -> World:
    """These objects and a Service `web` that sends to both."""
    return World(objects=[service(STABLE), *objects], now=NOW)


def pair(name: str, pods: int, *, made: bool) -> list[Object]:
    """A stable Deployment of this name behind a Service, and its canary with so many pods, if that is made."""
    labels = {"app": name}
    found = [service(labels, name), deployment(name, 4, "web:v1", labels)]
    mark = {"kajitori.dev/canary-of": name}
    narrow = {**labels, "track": "canary"}
    return [*found, *([deployment(f"{name}-canary", pods, "web:v2", narrow, annotations=mark)] if made else [])]
