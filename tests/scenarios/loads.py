"""Workloads whose pods use what their annotations say, and how much of it the real metrics-server has seen."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any, Final

from playground.cluster.quantities import parse_quantity
from tests.controlplane.metrics import look_at, until_used
from tests.controlplane.shop import AppWorld
from tests.controlplane.stages import CPU, MEMORY
from tests.installation.world import World

Json = dict[str, Any]
NEAR: Final = Decimal("0.02")
"""How far a measured rate may be from what is used: two looks at a counter are not exactly ten seconds apart."""


def workload(
    name: str, *, replicas: int = 1, image: str = "app:v1", cpu: str = "40m", memory: str = "64Mi", **more: Any
) -> Json:
    """A Deployment whose containers use that much each. `requests` None: it asks for nothing."""
    requests = more.get("requests", {"cpu": "200m", "memory": "128Mi"})
    resources = {"requests": requests} if requests else {}
    containers = [{"name": each, "image": image, "resources": resources} for each in more.get("containers", ("app",))]
    annotations = {CPU: cpu, MEMORY: memory}
    template = {
        "metadata": {"labels": {"app": name}, "annotations": annotations},
        "spec": {"containers": containers, "terminationGracePeriodSeconds": 1},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template},
    }


async def measured(world: World, cpu: dict[str, str]) -> None:
    """Returns when every workload's pods, by its name, are up and known to use this much processor."""
    for name in cpu:
        await AppWorld(world.shop, name).rolled_out()
    await asyncio.to_thread(look_at, world.shop.control_plane)

    def met(used: dict[str, dict[str, str]]) -> bool:
        of = {name: [each["cpu"] for pod, each in used.items() if pod.startswith(f"{name}-")] for name in cpu}
        return all(of[name] and all(_near(each, cpu[name]) for each in of[name]) for name in cpu)

    await asyncio.to_thread(until_used, world.shop.control_plane, world.namespace, met)


async def use(world: World, name: str, cpu: str) -> None:
    """The pods of a workload that are there use this much from now on."""
    path = f"/api/v1/namespaces/{world.namespace}/pods"
    for pod in await asyncio.to_thread(lambda: world.shop.admin.items(path, labels=f"app={name}")):
        change = {"metadata": {"annotations": {CPU: cpu}}}
        await asyncio.to_thread(world.shop.admin.merge, f"{path}/{pod['metadata']['name']}", change)


def _near(found: str, wanted: str) -> bool:
    used, goal = parse_quantity(found), parse_quantity(wanted)
    return abs(used - goal) <= NEAR * goal
