"""Where the stories are told: on the simulated cluster with either database, and on the real control plane.

`world` is the simulated cluster and SQLite, and under `-m cluster` the same story on the real API server. What is told
in a `shared_world` is told on PostgreSQL too: stories in which the engine, its leases or several voters take part.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from bot.slack.edge.app import RECORDING_SECONDS
from playground.cluster.object_store import SIGNED
from playground.cluster.server import SimulatedCluster
from tests.clocks import RunningClock
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.repositories import Repository
from tests.controlplane.shop import fresh
from tests.databases import PostgreSQL, SQLite
from tests.installation.bot import Bot
from tests.installation.configuration import UNHURRIED
from tests.installation.simulated_shop import SimulatedShop
from tests.installation.velero import VeleroWorld, with_velero
from tests.installation.world import World, simulated
from tests.scenarios.kept import Kept, kept_by_argo_cd

SPEED: Final = 20
"""Seconds of bot and cluster in one, so that pauses between messages and the start of pods hold up no story."""

TIMES: Final[dict[str, Any]] = {"write_timeout": 2, "recording": RECORDING_SECONDS / UNHURRIED}
"""Seconds. As Slack waits longer for an answer here, so may the store take longer for what is to be answered."""

REAL: Final = pytest.param("real", marks=pytest.mark.cluster)


@pytest.fixture(params=["simulated", REAL])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A story's world on SQLite."""
    async with _world(request, tmp_path) as found:
        yield found


@pytest.fixture(params=["simulated", pytest.param("postgresql", marks=pytest.mark.long), REAL])
async def shared_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """The same, and on PostgreSQL too. There the leases are the server's clock's, so nobody turns the time on."""
    async with _world(request, tmp_path) as found:
        yield found


@pytest.fixture(params=["simulated", REAL])
async def argo_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A story's world in which Rollouts are walked: by the simulator, or by the real controller of Argo Rollouts."""
    if request.param == "real":
        request.getfixturevalue("argo_control_plane")
    async with _world(request, tmp_path) as found:
        yield found


@pytest.fixture
async def argo_real_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """For what only the real controller of Argo Rollouts does. What takes it is marked `cluster`."""
    request.getfixturevalue("argo_control_plane")
    async with _real(request, tmp_path) as found:
        yield found


@pytest.fixture
async def bare_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """On a real control plane of its own, to which no test has added anything. What takes it is marked `cluster`."""
    folder = tmp_path / "plane"
    folder.mkdir()
    plane = ControlPlane(folder)
    await asyncio.to_thread(plane.start)
    try:
        async with _real(request, tmp_path, plane) as found:
            yield found
    finally:
        await asyncio.to_thread(plane.stop)


@pytest.fixture
async def metrics_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """With the real metrics-server, by which the real autoscalers scale. What takes it is marked `cluster`."""
    request.getfixturevalue("metrics_control_plane")
    async with _real(request, tmp_path) as found:
        yield found


@pytest.fixture
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    """A story's world in which a real Argo CD keeps a Deployment. What takes it is marked `cluster`."""
    request.getfixturevalue("argo_cd_control_plane")
    async with _real(request, tmp_path) as found:
        story = await kept_by_argo_cd(found, Repository(tmp_path / "git"))
        yield story
        await asyncio.to_thread(story.forget)


@pytest.fixture
async def velero(world: World, request: pytest.FixtureRequest) -> AsyncIterator[VeleroWorld]:
    """Velero in the story's world: the simulated one, or the real server. No story tells anybody a file's address."""
    if world.real:
        request.getfixturevalue("velero_server")
    yield await with_velero(world)
    assert SIGNED not in Bot(world.slack, None).posted()


@pytest.fixture
async def simulated_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """For what only the simulated cluster can be told to do."""
    async with simulated_on(tmp_path, await _sqlite(request, tmp_path), speed=SPEED) as found:
        yield found


@pytest.fixture
async def real_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """For what only the real API server does. What takes it is marked `cluster`."""
    async with _real(request, tmp_path) as found:
        yield found


@pytest.fixture
async def replicas_world(postgresql: PostgreSQL, tmp_path: Path) -> AsyncIterator[World]:
    """PostgreSQL only: where several bots may run."""
    address = await postgresql.borrow()
    async with simulated_on(tmp_path, address, speed=1) as found:
        yield found
    await postgresql.give_back(address)


@asynccontextmanager
async def _world(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[World]:
    match request.param:
        case "real":
            async with _real(request, folder) as found:
                yield found
        case "postgresql":
            server: PostgreSQL = request.getfixturevalue("postgresql")
            address = await server.borrow()
            async with simulated_on(folder, address, speed=1) as found:
                yield found
            await server.give_back(address)
        case _:
            async with simulated_on(folder, await _sqlite(request, folder), speed=SPEED) as found:
                yield found


async def _sqlite(request: pytest.FixtureRequest, folder: Path) -> str:
    files: SQLite = request.getfixturevalue("sqlite")
    return await files.fresh(folder / "kajitori.db")


@asynccontextmanager
async def simulated_on(folder: Path, address: str, *, speed: float) -> AsyncIterator[World]:
    clock = RunningClock(speed)
    times: dict[str, Any] = {**TIMES, "settle": 0.2 * speed, "lease_ttl": 5.0 * speed}
    async with SimulatedCluster(clock=clock, speed=SPEED / speed, seed=1) as cluster:
        shop = simulated(SimulatedShop(cluster, "shop", folder))
        world = World(shop=shop, folder=folder / "data", address=address, clock=clock, knobs=times)
        async with world.slack:
            yield world


@asynccontextmanager
async def _real(
    request: pytest.FixtureRequest, folder: Path, plane: ControlPlane | None = None
) -> AsyncIterator[World]:
    """On the session's control plane, or on one of the test's own."""
    with fresh(plane or request.getfixturevalue("control_plane")) as shop:
        world = World(
            shop=shop,
            folder=folder / "data",
            address=await _sqlite(request, folder),
            clock=RunningClock(),
            real=True,
            knobs={**TIMES, "settle": 0.5, "lease_ttl": 8.0},
        )
        async with world.slack:
            yield world
