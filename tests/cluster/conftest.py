"""The real control plane, started once for all cluster tests, and a namespace of its own for each.

A control plane that is not built is a failure that says `make controlplane`, never a skip: what is not run proves
nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from secrets import token_hex

import pytest

from bot.clock import SystemClock
from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.configuration import kubeconfig_connection
from bot.kubernetes.transport import Transport
from tests.controlplane.binaries import NotBuilt
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.shop import Shop

Connect = Callable[[Path], Awaitable[Client]]


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """etcd, API server, controllers, scheduler and kwok (`tests/controlplane`), ready in about three seconds."""
    plane = ControlPlane(tmp_path_factory.mktemp("controlplane"))
    try:
        plane.start()
    except NotBuilt as error:
        pytest.fail(str(error), pytrace=False)
    yield plane
    plane.stop()


@pytest.fixture
def shop(control_plane: ControlPlane) -> Shop:
    """A fresh namespace with what a story needs; how it is used stands at the head of `tests/controlplane/shop.py`."""
    name = f"shop-{token_hex(3)}"
    admin = control_plane.admin
    admin.create("/api/v1/namespaces", {"metadata": {"name": name}})
    admin.wait(f"/api/v1/namespaces/{name}/serviceaccounts/default", lambda _: True)
    return Shop(control_plane, name)


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
