"""A simulated cluster with a namespace, and the bot's own client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.configuration import kubeconfig_connection
from bot.kubernetes.transport import Transport
from playground.cluster.server import SimulatedCluster

Connect = Callable[[Path], Awaitable[Client]]


@pytest.fixture
async def cluster() -> AsyncIterator[SimulatedCluster]:
    """Fifty cluster seconds pass in one."""
    async with SimulatedCluster(speed=50, seed=1) as found:
        found.admin.create("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        yield found


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens the bot's own transport by a kubeconfig; closed after the test."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:

        async def opened(kubeconfig: Path) -> Client:
            connection = kubeconfig_connection("simulated", path=str(kubeconfig), clock=clock)
            transport = await stack.enter_async_context(Transport(connection, clock=clock, timeout=5))
            return Cluster(name="simulated", transport=transport, clock=clock).as_(None)

        yield opened


@pytest.fixture
async def admin(cluster: SimulatedCluster, connect: Connect, tmp_path: Path) -> Client:
    """Everything is allowed to it."""
    return await connect(cluster.kubeconfig_for("admin", tmp_path))
