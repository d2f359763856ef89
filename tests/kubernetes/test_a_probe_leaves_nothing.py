"""A probe is sent as the person, dry, and gives the API server's warnings; nothing stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from bot.clock import SystemClock
from bot.errors import Refused
from bot.kubernetes.cluster import Cluster
from bot.kubernetes.configuration import kubeconfig_connection
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.reader import ClusterReader
from bot.kubernetes.transport import Transport
from bot.operations.probes import PodSecurityProbe
from playground.cluster.server import SimulatedCluster

PROBE: Final = PodSecurityProbe(namespace="shop", labels={"pod-security.kubernetes.io/enforce": "restricted"})
SPACE: Final = "/api/v1/namespaces/shop"
ALICE: Final = Impersonation("kajitori:alice", ("kajitori:dev",))


@pytest.fixture
async def shop() -> AsyncIterator[SimulatedCluster]:
    async with SimulatedCluster(speed=50, seed=1) as cluster:
        cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        pod = {"metadata": {"name": "app"}, "spec": {"containers": [{"name": "app", "image": "app:v1"}]}}
        await cluster.admin.until(f"{SPACE}/serviceaccounts/default", lambda _: True)
        cluster.admin.create(f"{SPACE}/pods", pod)
        yield cluster


async def probed(cluster: SimulatedCluster, folder: Path, person: Impersonation | None) -> tuple[str, ...]:
    clock = SystemClock()
    connection = kubeconfig_connection("simulated", path=str(cluster.kubeconfig_for("admin", folder)), clock=clock)
    async with Transport(connection, clock=clock, timeout=5) as transport:
        bot = Cluster(name="simulated", transport=transport, clock=clock)
        reader = ClusterReader(
            client=bot.as_(person), bot=bot.as_(None), person=person, cluster="simulated", now=clock.now()
        )
        return await reader.probe(PROBE)


def writes(cluster: SimulatedCluster) -> list[dict[str, Any]]:
    return cluster.audit_entries(verbs={"patch"})


async def test_the_warnings_name_the_pods(shop: SimulatedCluster, tmp_path: Path) -> None:
    before = shop.admin.get(SPACE)
    head, line = await probed(shop, tmp_path, None)
    assert head.startswith('existing pods in namespace "shop" violate the new PodSecurity enforce level')
    assert line.startswith("app: allowPrivilegeEscalation != false")
    assert shop.admin.get(SPACE) == before
    (entry,) = writes(shop)
    assert "dryRun=All" in entry["requestURI"]


async def test_it_takes_the_persons_own_right(shop: SimulatedCluster, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="kajitori:alice"):
        await probed(shop, tmp_path, ALICE)
    (entry,) = writes(shop)
    assert entry["impersonatedUser"]["username"] == "kajitori:alice"
