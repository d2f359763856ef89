"""The whole bot in this process, between the workspace emulator and the simulated cluster, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, cast

from bot.app import Knobs, serving
from playground.workspace.server import Workspace
from tests.cluster.installation import Bot, prepare
from tests.controlplane.shop import Shop
from tests.scenarios.shop import SimulatedShop

Install = Callable[..., AbstractAsyncContextManager[Bot]]
QUICK = Knobs(settle=0.2, lease_ttl=8.0)


@asynccontextmanager
async def installed(
    shop: SimulatedShop, folder: Path, database: str, knobs: Knobs | None = None, **entry: Any
) -> AsyncIterator[Bot]:
    """Workspace, roles, configuration and the bot, up. `entry` are further keys of the cluster's configuration."""
    alike = cast(Shop, shop)  # the same methods; one is on the real API server, the other on the simulated
    async with Workspace() as workspace:
        prepared = (await prepare(alike, folder, workspace, **entry)).model_copy(update={"database_url": database})
        async with serving(prepared, knobs or QUICK) as running:
            yield Bot(workspace, alike, running)
