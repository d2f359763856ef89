"""Where bots die: the real control plane, the workspace, either database, and the bot as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playground.workspace.server import Workspace
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.shop import AppWorld, Shop, fresh
from tests.databases import PostgreSQL
from tests.installation.bot import Bot
from tests.installation.configuration import prepare, workspace
from tests.installation.process import ROOT
from tests.installation.world import changes


@dataclass(kw_only=True)
class Ground:
    """`bot` is the people's side; the process is whoever runs at the moment. `database` is empty for SQLite."""

    shop: Shop
    data: Path
    slack: Workspace
    bot: Bot
    app: AppWorld
    database: str

    async def ask(self) -> dict[str, Any]:
        """alice asks for the undo; its card."""
        await self.bot.command("alice", "rollout undo deploy/app")
        return await self.bot.card(1)

    def sent(self) -> list[str]:
        """What the API server was asked to change."""
        return changes(self.shop)

    async def verified(self) -> None:
        """`kajitori audit verify`, as anyone would run it, finds nothing."""
        environment = {**os.environ, "KAJITORI_DATA": str(self.data), "KAJITORI_CONFIG": str(self.data / "config.yaml")}
        if self.database:
            environment["KAJITORI_DATABASE_URL"] = self.database
        command = str(Path(sys.executable).with_name("kajitori"))
        ran = await asyncio.create_subprocess_exec(command, "audit", "verify", env=environment, cwd=ROOT)
        assert await ran.wait() == 0


@asynccontextmanager
async def _ground(plane: ControlPlane, folder: Path, database: str) -> AsyncIterator[Ground]:
    data = folder / "data"
    with fresh(plane) as shop:
        app = await shop.deployment("app", images=["app:v1", "app:v2"], replicas=2)
        async with workspace() as slack:
            await prepare(shop, data, slack)
            bot = Bot(slack, None)
            yield Ground(shop=shop, data=data, slack=slack, bot=bot, app=app, database=database)


@pytest.fixture(params=["sqlite", "postgresql"])
async def ground(request: pytest.FixtureRequest, control_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[Ground]:
    """A shop whose app went from v1 to v2, on either database."""
    if request.param == "sqlite":
        async with _ground(control_plane, tmp_path, "") as found:
            yield found
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    address = await server.fresh()
    async with _ground(control_plane, tmp_path, address) as found:
        yield found
    await server.drop(address)


@pytest.fixture
async def replicas(postgresql: PostgreSQL, control_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[Ground]:
    """The same on PostgreSQL only, where several bots may run."""
    address = await postgresql.fresh()
    async with _ground(control_plane, tmp_path, address) as found:
        yield found
    await postgresql.drop(address)
