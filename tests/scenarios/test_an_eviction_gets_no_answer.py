"""An eviction without a usable answer: each pod goes once, however the line behaves."""

from __future__ import annotations

from tests.installation.world import World
from tests.scenarios.nodes import drained


async def test_one_that_landed_is_not_asked_for_again(simulated_world: World) -> None:
    found = await drained(simulated_world)
    async with simulated_world.bot() as bot:
        await bot.command("alice", found.line)
        card = await bot.card(1)
        simulated_world.cluster.faults.lose_answer(verb="create", path="/eviction")
        await bot.approve("bob", card)
        await bot.ended(1, "✅", "evicted and gone")
    assert found.evicted() == found.names


async def test_one_that_did_not_land_is_asked_for_again_when_it_can_no_more(simulated_world: World) -> None:
    found = await drained(simulated_world)
    async with simulated_world.bot() as bot:
        await bot.command("alice", found.line)
        card = await bot.card(1)
        simulated_world.cluster.faults.drop(verb="create", path="/eviction")
        await bot.approve("bob", card)
        await bot.ended(1, "✅", "evicted and gone")
    assert found.evicted() == found.names


async def test_a_server_that_is_busy_is_asked_later(simulated_world: World) -> None:
    found = await drained(simulated_world)
    async with simulated_world.bot() as bot:
        await bot.command("alice", found.line)
        card = await bot.card(1)
        simulated_world.cluster.faults.answer(429, verb="create", path="/eviction", retry_after=1)
        await bot.approve("bob", card)
        await bot.ended(1, "✅", "evicted and gone")
    assert found.evicted() == found.names


async def test_one_pod_that_is_refused_leaves_the_others_evicted(simulated_world: World) -> None:
    found = await drained(simulated_world)
    async with simulated_world.bot() as bot:
        await bot.command("alice", found.line)
        card = await bot.card(1)
        message = "no more today"
        simulated_world.cluster.faults.answer(403, verb="create", path=f"{found.names[0]}/eviction", message=message)
        await bot.approve("bob", card)
        await bot.ended(1, "⚠️", f"{found.names[0]}: stays: It says: no more today", f"{found.names[1]}: is gone")
    assert found.evicted() == found.names[1:]
