"""An Application that says what git has is walked: compared, brought once a revision, and put back where it heals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.cluster.server import SimulatedCluster
from tests.simulator.workloads import APP, rolled_out

ROOT = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
PATH = f"{ROOT}/git"
MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: shop}
spec: {template: {spec: {containers: [{name: app, image: "IMAGE"}]}}}
"""


def git(image: str) -> dict[str, Any]:
    return {"metadata": {"annotations": {"kajitori.test/git": MANIFEST.replace("IMAGE", image)}}}


def keep(cluster: SimulatedCluster, automated: Any) -> None:
    cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": "argocd"}})
    spec = {"project": "default", "destination": {}, "syncPolicy": {"automated": automated}}
    named = {"metadata": {"name": "git", **git("app:v2")["metadata"]}}
    cluster.admin.create(ROOT, {**named, "spec": spec})


async def compared(cluster: SimulatedCluster, status: str, image: str) -> dict[str, Any]:
    """The Deployment, once it is this image and Argo CD says so."""
    await cluster.admin.until(PATH, lambda it: it.get("status", {}).get("sync", {}).get("status") == status)
    return await cluster.admin.until(APP, lambda it: image_of(it) == image)


def image_of(found: dict[str, Any]) -> str:
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"])


def by_hand(cluster: SimulatedCluster, image: str) -> None:
    containers = [{"name": "app", "image": image}]
    cluster.admin.merge(APP, {"spec": {"template": {"spec": {"containers": containers}}}})


async def test_what_git_says_is_brought_and_put_back_where_it_heals(cluster: SimulatedCluster) -> None:
    await rolled_out(cluster)
    keep(cluster, {"selfHeal": True})
    brought = await compared(cluster, "Synced", "app:v2")
    assert "argocd-controller" in [each["manager"] for each in brought["metadata"]["managedFields"]]
    by_hand(cluster, "app:v9")
    await compared(cluster, "OutOfSync", "app:v9")
    await compared(cluster, "Synced", "app:v2")
    await cluster.admin.until(PATH, lambda it: it["status"]["health"]["status"] == "Healthy")


async def test_without_healing_each_revision_is_brought_once(cluster: SimulatedCluster) -> None:
    await rolled_out(cluster)
    keep(cluster, {})
    await compared(cluster, "Synced", "app:v2")
    by_hand(cluster, "app:v9")
    await compared(cluster, "OutOfSync", "app:v9")
    cluster.admin.merge(PATH, git("app:v3"))
    await compared(cluster, "Synced", "app:v3")


@pytest.mark.parametrize("automated", [None, {"enabled": False, "selfHeal": True}])
async def test_paused_it_compares_only_until_it_is_resumed(cluster: SimulatedCluster, automated: Any) -> None:
    await rolled_out(cluster)
    before = image_of(cluster.admin.get(APP))
    keep(cluster, automated)
    await compared(cluster, "OutOfSync", before)
    cluster.admin.merge(PATH, {"spec": {"syncPolicy": {"automated": {"enabled": None, "selfHeal": True}}}})
    await compared(cluster, "Synced", "app:v2")


async def test_what_is_gone_is_made_anew(cluster: SimulatedCluster) -> None:
    await rolled_out(cluster)
    whole = cluster.admin.get(APP)
    keep(cluster, {"selfHeal": True})
    await compared(cluster, "Synced", "app:v2")
    manifest = {key: whole[key] for key in ("apiVersion", "kind", "spec")}
    named = {**manifest, "metadata": {"name": "app", "namespace": "shop"}}
    cluster.admin.merge(PATH, {"metadata": {"annotations": {"kajitori.test/git": json.dumps(named)}}})
    await cluster.admin.until(APP, lambda it: image_of(it) == image_of(whole))
    cluster.admin.delete(APP)
    await cluster.admin.until(APP, lambda it: it["metadata"]["uid"] != whole["metadata"]["uid"])
