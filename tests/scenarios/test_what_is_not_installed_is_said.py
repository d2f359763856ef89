"""On a real API server that has the kinds of Kubernetes alone: what is missing is named, with what would bring it."""

from __future__ import annotations

import pytest

from tests.installation.world import World

pytestmark = pytest.mark.cluster

VELERO = ["backups", "backupstoragelocations", "schedules"]
"""Without the right to look nobody is told what there is not."""


GITOPS = [
    {"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["get", "list", "patch"]},
    {"apiGroups": ["kustomize.toolkit.fluxcd.io"], "resources": ["kustomizations"], "verbs": ["get", "list", "patch"]},
]


async def test_each_family_of_another_controller_says_that_it_is_not_there(bare_world: World) -> None:
    rule = {"apiGroups": ["velero.io"], "resources": VELERO, "verbs": ["get", "list", "create"]}
    await bare_world.shop.allow_everywhere([rule, *GITOPS], user="kajitori:alice")
    async with bare_world.bot() as bot:
        for line, missing, needed in (
            ("argo rollouts promote app", "Argo Rollouts is not installed", "custom resource definitions"),
            ("argo rollouts status app", "Argo Rollouts is not installed", "custom resource definitions"),
            ("velero backup create all", "Velero is not installed", "velero"),
            ("velero backup get", "Velero is not installed", "velero"),
            ("gitops status application/shop", "Argo CD is not installed", "another cluster"),
            ("gitops pause kustomization/apps", "Flux is not installed", "another cluster"),
            ("top pods", "Metrics API not available", "No metrics-server is installed"),
        ):
            await bot.command("alice", line)
            await bot.refused("alice", missing, needed)
        await bot.command("alice", "")
        await bot.said(bare_world.namespace)
    assert bare_world.sent() == []
