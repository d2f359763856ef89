"""A namespace of its own in the real control plane for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.configuration import kubeconfig_connection
from bot.kubernetes.transport import Transport
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.shop import Shop, fresh

Connect = Callable[[Path], Awaitable[Client]]


@pytest.fixture
def shop(control_plane: ControlPlane) -> Iterator[Shop]:
    """A fresh namespace with what a story needs; how it is used stands at the head of `tests/controlplane/shop.py`."""
    with fresh(control_plane) as shop:
        yield shop


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens the bot's own transport by a kubeconfig: `client = await connect(path)`; closed after the test."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:

        async def opened(kubeconfig: Path) -> Client:
            connection = kubeconfig_connection("real", path=str(kubeconfig), clock=clock)
            transport = await stack.enter_async_context(Transport(connection, clock=clock))
            return Cluster(name="real", transport=transport, clock=clock).as_(None)

        yield opened
