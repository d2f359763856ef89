"""Two bots on one PostgreSQL: whoever is first does it, and whoever stands still is taken over, with one write."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.running import Knobs
from tests.installation.world import World
from tests.scenarios.lines import PATCHED, UNDO

pytestmark = pytest.mark.long


@pytest.fixture
def world(replicas_world: World) -> World:
    return replicas_world


async def test_ten_requests_are_each_done_once(world: World) -> None:
    names = [f"app-{number}" for number in range(4)]
    for name in names:
        await world.app(name=name, replicas=1)
    async with world.bot() as bot, world.bot():
        for number, name in enumerate(names, 1):
            await bot.command("alice", f"rollout undo deploy/{name}")
            await bot.approve("bob", await bot.card(number))
        for number in range(1, len(names) + 1):
            await bot.ended(number, "✅")
    assert sorted(world.sent()) == [f"kajitori:alice patch deployments/{name}" for name in names]


@pytest.mark.parametrize("label", ["before-intent", "intent-stored", "sent"])
async def test_one_that_ends_in_the_middle_is_taken_over(world: World, label: str) -> None:
    """Its process is cancelled where it stands, as far as one process can show it; `tests/chaos` kills real ones."""
    app = await world.app()
    stopped = asyncio.Event()

    def point(reached: str) -> None:
        if reached == label and not stopped.is_set():
            stopped.set()
            raise asyncio.CancelledError

    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(world.bot(knobs=Knobs(point=point)))
        await bot.command("alice", UNDO)
        await bot.approve("bob", await bot.card(1))
        async with asyncio.timeout(20):
            await stopped.wait()
        second = await stack.enter_async_context(world.bot())
        await second.ended(1, "✅")
    assert await app.image() == "app:v1"
    assert world.sent() == [PATCHED]
