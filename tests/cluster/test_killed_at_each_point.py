"""`kill -9` at each labelled point, and the API server's own audit log shows exactly one write; the record is whole."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from playground.workspace.server import Workspace
from tests.cluster.installation import PATIENCE, Bot, everything, prepare
from tests.controlplane.shop import Shop

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
POINTS = ("claimed", "executing", "before-intent", "intent-stored", "sent", "outcome-stored", "followed")


@asynccontextmanager
async def process(workspace: Workspace, data: Path, point: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot as a process of its own, up; stopped in order afterwards if it still lives."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_API_URL": f"{workspace.address}/api/",
        "PYTHONPATH": str(ROOT),
    }
    with (data / f"bot-{point or 'whole'}.log").open("ab") as log:
        bot = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.cluster.bot_process", str(data), point),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    try:
        assert bot.stdout is not None
        async with asyncio.timeout(PATIENCE):
            first = await bot.stdout.readline()
        assert first == b"up\n", (data / f"bot-{point or 'whole'}.log").read_text()[-4000:]
        yield bot
    finally:
        if bot.returncode is None:
            bot.terminate()
        async with asyncio.timeout(PATIENCE):
            await bot.communicate()


@pytest.mark.parametrize("point", POINTS)
async def test_one_write_however_it_dies(shop: Shop, tmp_path: Path, point: str) -> None:
    world = await shop.deployment("app", images=["app:v1", "app:v2"], replicas=2)
    data = tmp_path / "data"
    async with Workspace() as workspace:
        await prepare(shop, data, workspace)
        bot = Bot(workspace, shop, None)
        async with process(workspace, data, point) as doomed:
            await bot.command("alice", "rollout undo deploy/app")
            card = await bot.said("R-1")
            await bot.click("bob", card, "approve")
            await bot.submit("bob")
            async with asyncio.timeout(PATIENCE):
                assert await doomed.wait() == -9
        async with process(workspace, data):
            await bot.message(lambda each: each["ts"] == card["ts"] and "✅" in everything(each))
    assert await world.image() == "app:v1"
    entries = shop.control_plane.audit_entries(verbs={"patch", "update"}, namespace=shop.namespace)
    sent = [
        entry
        for entry in entries
        if entry["objectRef"]["resource"] == "deployments" and "dryRun" not in entry["requestURI"]
    ]
    assert len([entry for entry in sent if entry["user"]["username"] != "admin"]) == 1
    assert (await verify(data)) == 0


async def verify(data: Path) -> int:
    """`kajitori audit verify`, as anyone would run it."""
    environment = {**os.environ, "KAJITORI_DATA": str(data), "KAJITORI_CONFIG": str(data / "config.yaml")}
    ran = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("kajitori")), "audit", "verify", env=environment, cwd=ROOT
    )
    return await ran.wait()
