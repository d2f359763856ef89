"""What every test may ask for: either real database, migrated and empty, and the real control plane."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bot.store.database import Database
from tests.controlplane.argo import add_argo_rollouts
from tests.controlplane.argocd import add_argo_cd
from tests.controlplane.binaries import NotBuilt
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.metrics import add_metrics_server
from tests.controlplane.velero_server import VeleroServer
from tests.databases import PostgreSQL, SQLite, opened, postgresql_server

# A busy machine fails no test: no time limit for an example. Where a landing hangs on it, the same examples each time.
settings.register_profile("kajitori", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("kajitori"), derandomize=True)
settings.load_profile("ci" if "KAJITORI_CI" in os.environ else "kajitori")

# Outside of the program structlog draws each traceback with all its variables, half a second long.
RENDERER = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], RENDERER])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """One PostgreSQL server for this process."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SQLite:
    """Copies of one migrated file."""
    return SQLite(tmp_path_factory.mktemp("sqlite") / "template.db")


@pytest.fixture(params=["sqlite", "postgresql"])
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a fresh database: each test that takes this runs on both."""
    if request.param == "sqlite":
        files: SQLite = request.getfixturevalue("sqlite")
        yield await files.fresh(tmp_path / "kajitori.db")
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    made = await server.borrow()
    yield made
    await server.give_back(made)


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    """That database, opened as the program opens it."""
    async with opened(address) as database:
        yield database


@pytest.fixture
async def postgresql_database(postgresql: PostgreSQL) -> AsyncIterator[Database]:
    """A fresh database in PostgreSQL, for what only replicas meet."""
    made = await postgresql.fresh()
    async with opened(made) as database:
        yield database
    await postgresql.drop(made)


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """etcd, API server, controllers, scheduler and kwok (`tests/controlplane`), ready in about three seconds.

    One that is not built is a failure that says `make controlplane`, never a skip: what is not run proves nothing.
    """
    plane = ControlPlane(tmp_path_factory.mktemp("controlplane"))
    try:
        plane.start()
    except NotBuilt as error:
        pytest.fail(str(error), pytrace=False)
    yield plane
    plane.stop()


@pytest.fixture(scope="session")
def velero_server(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VeleroServer]:
    """Velero's server beside the control plane, with a storage location that is available."""
    try:
        server = VeleroServer(control_plane, tmp_path_factory.mktemp("velero"))
    except NotBuilt as error:
        pytest.fail(str(error), pytrace=False)
    with server:
        yield server


@pytest.fixture(scope="session")
def argo_control_plane(control_plane: ControlPlane) -> ControlPlane:
    """The same with the kinds and the real controller of Argo Rollouts, from the first test on that asks for it."""
    try:
        add_argo_rollouts(control_plane)
    except NotBuilt as error:
        pytest.fail(str(error), pytrace=False)
    return control_plane


@pytest.fixture(scope="session")
def metrics_control_plane(control_plane: ControlPlane) -> ControlPlane:
    """The same with the real metrics-server, from the first test on that asks for it."""
    try:
        add_metrics_server(control_plane)
    except NotBuilt as error:
        pytest.fail(str(error), pytrace=False)
    return control_plane


@pytest.fixture(scope="session")
def argo_cd_control_plane(control_plane: ControlPlane) -> ControlPlane:
    """The same with the kinds and the real parts of Argo CD, from the first test on that asks for it."""
    try:
        add_argo_cd(control_plane)
    except NotBuilt as error:
        pytest.fail(str(error), pytrace=False)
    return control_plane
