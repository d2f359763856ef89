"""Workloads of the simulated cluster, and when they are what they should be."""

from __future__ import annotations

from typing import Any

from playground.cluster.server import SimulatedCluster

Object = dict[str, Any]
APPS = "/apis/apps/v1/namespaces/shop"
APP = f"{APPS}/deployments/app"


def workload(kind: str, image: str, *, replicas: int = 3, **spec: Any) -> Object:
    template = {
        "metadata": {"labels": {"app": "app"}},
        "spec": {"containers": [{"name": "app", "image": image}], "terminationGracePeriodSeconds": 1},
    }
    sized = {} if kind == "DaemonSet" else {"replicas": replicas}
    return {
        "metadata": {"name": "app", "labels": {"app": "app"}},
        "spec": {**sized, "selector": {"matchLabels": {"app": "app"}}, "template": template, **spec},
    }


def with_image(image: str) -> Object:
    return {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": image}]}}}}


def ready(count: int) -> Any:
    """Observed, and so many ready, all of the newest template."""

    def met(found: Object) -> bool:
        status = found["status"]
        return (
            status.get("observedGeneration") == found["metadata"]["generation"]
            and status.get("readyReplicas", status.get("numberReady", 0)) == count
            and status.get("updatedReplicas", status.get("updatedNumberScheduled", 0)) == count
            and status.get("replicas", status.get("currentNumberScheduled", 0)) == count
        )

    return met


async def rolled_out(cluster: SimulatedCluster, image: str = "app:v1", replicas: int = 3, **spec: Any) -> None:
    cluster.admin.create(f"{APPS}/deployments", workload("Deployment", image, replicas=replicas, **spec))
    await cluster.admin.until(APP, ready(replicas))
