"""Workloads whose pods use what their annotations say, and how much of it the real metrics-server has seen."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any, Final

from playground.cluster.quantities import parse_quantity
from tests.controlplane.metrics import look_at, until_used
from tests.controlplane.shop import AppWorld
from tests.controlplane.stages import CPU, HOLD, MEMORY
from tests.installation.world import World

Json = dict[str, Any]
NEAR: Final = Decimal("0.02")
"""How far a measured rate may be from what is used: two looks at a counter are not exactly ten seconds apart."""


def workload(
    name: str, *, replicas: int = 1, image: str = "app:v1", cpu: str = "40m", memory: str = "64Mi", **more: Any
) -> Json:
    """A Deployment whose containers request 200m and use that much each.

    `containers`: their names. `held`: no pod of it becomes ready before `let_go`.
    """
    resources = {"requests": {"cpu": "200m", "memory": "128Mi"}}
    containers = [{"name": each, "image": image, "resources": resources} for each in more.get("containers", ("app",))]
    annotations = {CPU: cpu, MEMORY: memory, **({HOLD: "1h"} if more.get("held") else {})}
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
    await _annotate(world, name, {CPU: cpu})


async def let_go(world: World, name: str) -> None:
    """The held pods of a workload that are there become ready."""
    await _annotate(world, name, {HOLD: "0s"})


async def _annotate(world: World, name: str, annotations: dict[str, str]) -> None:
    path = f"/api/v1/namespaces/{world.namespace}/pods"
    for pod in await AppWorld(world.shop, name).pods():
        change = {"metadata": {"annotations": annotations}}
        await asyncio.to_thread(world.shop.admin.merge, f"{path}/{pod['metadata']['name']}", change)


def _near(found: str, wanted: str) -> bool:
    used, goal = parse_quantity(found), parse_quantity(wanted)
    return abs(used - goal) <= NEAR * goal
