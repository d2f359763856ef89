"""`kill -9` in the middle of a drain: the API server logged one eviction of each pod, and the record is whole."""

from __future__ import annotations

import asyncio

import pytest

from tests.chaos.conftest import Ground
from tests.clocks import RunningClock
from tests.installation.bot import PATIENCE
from tests.installation.process import process
from tests.installation.world import World
from tests.scenarios.nodes import drained, opened_again

pytestmark = [pytest.mark.chaos, pytest.mark.cluster]

POINTS = (
    ("executing", 2),
    ("members-stored", 1),
    ("before-intent", 2),
    ("intent-stored", 2),
    ("sent", 2),
    ("sent", 3),
    ("outcome-stored", 2),
    ("followed", 1),
)
"""Where it dies and the how-manieth time it comes there: the first is the cordon's."""


@pytest.mark.parametrize(("point", "nth"), POINTS)
async def test_one_eviction_of_each_pod_however_it_dies(ground: Ground, point: str, nth: int) -> None:
    world = World(shop=ground.shop, folder=ground.data, address="", clock=RunningClock(), real=True)
    found = await drained(world, app="web")
    with opened_again(found):
        async with process(ground.slack, ground.data, point, nth=nth, database=ground.database) as doomed:
            await ground.bot.command("alice", found.line)
            await ground.bot.approve("bob", await ground.bot.card(1))
            async with asyncio.timeout(PATIENCE):
                assert await doomed.wait() == -9
        async with process(ground.slack, ground.data, database=ground.database):
            await ground.bot.ended(1, "✅", f"{len(found.names)} pods evicted and gone")
        assert found.cordoned()
    assert found.evicted() == found.names
    assert found.patches() == ["kajitori:alice patch nodes"]
    await ground.verified()
