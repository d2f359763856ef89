"""What is in the clusters when the playground opens: five revisions of `app`, a broken roll-out, a canary at 20 %."""

from __future__ import annotations

import asyncio
import copy
from pathlib import Path
from typing import Final

from playground.cluster.server import SimulatedCluster
from playground.cluster.wire import Json
from playground.town.backups import furnish_backups

HERE: Final = Path(__file__).parent
SHOP: Final = "shop"
APP: Final = f"/apis/apps/v1/namespaces/{SHOP}/deployments/app"
CHECKOUT: Final = f"/apis/apps/v1/namespaces/{SHOP}/deployments/checkout"
INVOICES: Final = "/apis/apps/v1/namespaces/billing/deployments/invoices"
APPLICATION: Final = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/billing"
CANARY: Final = f"/apis/argoproj.io/v1alpha1/namespaces/{SHOP}/rollouts/app-rollout"
CANDIDATE: Final = "registry.example/shop/search:v5.3.0"
IMAGE: Final = "registry.example/shop/app:"
BROKEN: Final = "registry.example/shop/checkout:broken-1"
LATER: Final = ("v2.3.9", "v2.4.0", "v2.4.0-hotfix", "v2.4.1")
"""Revisions two to five of `app`; the last is what runs."""

HURRY: Final = 200.0
"""How much faster the cluster runs until everything stands as it should."""


async def furnish(cluster: SimulatedCluster) -> None:
    """Apply everything and roll it out; returns when a person may look."""
    usual, cluster.pace.speed = cluster.pace.speed, HURRY
    try:
        for file in ("shop.yaml", "releases.yaml", "canary.yaml"):
            cluster.admin.apply((HERE / file).read_text(), namespace=SHOP)
        cluster.admin.apply((HERE / "around.yaml").read_text())
        async with asyncio.TaskGroup() as group:
            group.create_task(_revise(cluster))
            group.create_task(_begin_canary(cluster))
            group.create_task(_hand_over(cluster))
        await cluster.admin.until(CHECKOUT, rolled_out)
        await furnish_backups(cluster)
        _set_image(cluster, CHECKOUT, BROKEN)
    finally:
        cluster.pace.speed = usual


async def _revise(cluster: SimulatedCluster) -> None:
    for image in LATER:
        await cluster.admin.until(APP, rolled_out)
        _set_image(cluster, APP, IMAGE + image)
    await cluster.admin.until(APP, rolled_out)


async def _begin_canary(cluster: SimulatedCluster) -> None:
    """Its first version is rolled out without steps; the second one waits at the pause."""
    await cluster.admin.until(CANARY, lambda found: found.get("status", {}).get("phase") == "Healthy")
    _set_image(cluster, CANARY, CANDIDATE)
    await cluster.admin.until(CANARY, lambda found: found["status"]["phase"] == "Paused")


async def _hand_over(cluster: SimulatedCluster) -> None:
    """Argo CD keeps `invoices` from its first version on, and brings the second."""
    await cluster.admin.until(INVOICES, rolled_out)
    cluster.admin.apply((HERE / "gitops.yaml").read_text())
    await cluster.admin.until(APPLICATION, lambda found: _health(found) == ("Synced", "Healthy"))


def _health(found: Json) -> tuple[str, ...]:
    status = found.get("status", {})
    return tuple(status.get(each, {}).get("status", "") for each in ("sync", "health"))


def _set_image(cluster: SimulatedCluster, path: str, image: str) -> None:
    def changed(found: Json) -> Json:
        wanted = copy.deepcopy(found)
        wanted["spec"]["template"]["spec"]["containers"][0]["image"] = image
        return wanted

    cluster.admin.change(path, changed)


def rolled_out(found: Json) -> bool:
    """Whether a Deployment runs what its spec says, and nothing else."""
    status, wanted = found.get("status", {}), found["spec"]["replicas"]
    seen = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
    return (
        seen and [status.get(each, 0) for each in ("replicas", "updatedReplicas", "availableReplicas")] == [wanted] * 3
    )
