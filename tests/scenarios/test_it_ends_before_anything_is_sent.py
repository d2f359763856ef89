"""Taken back, or too late: what was not begun in time is never begun."""

from __future__ import annotations

from tests.installation.bot import buttons
from tests.installation.world import World
from tests.scenarios.lines import ASKED, UNDO, VOTED


async def test_its_requester_takes_it_back_while_it_waits(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        waiting = await bot.card(1)
        await bot.click("bob", waiting, "cancel")
        await bot.refused("bob", "alice", "R-1")
        assert await bot.life(1) == ASKED

        await bot.click("alice", waiting, "cancel")
        await bot.ended(1, "⏹️", "cancelled it", "Nothing was sent")
        assert await bot.life(1) == [*ASKED, "request.cancelled alice"]
    assert world.sent() == []


async def test_nobody_decides_in_time(world: World) -> None:
    await world.app()
    async with world.bot(policy="rules: [{name: quick, decision: {expiresMinutes: 1}}]\n") as bot:
        await bot.command("alice", UNDO)
        await bot.card(1)
        world.clock.turn_on(minutes=2)
        card = await bot.ended(1, "⌛", "It was not decided in time", "Nothing was sent")
        assert await bot.life(1) == [*ASKED, "request.expired"]

        await bot.click("bob", card, "ask_again")
        await bot.card(2, "bob")
        assert (await bot.life(2))[0] == "request.planned bob"
    assert world.sent() == []


async def test_a_view_that_was_open_too_long_votes_no_more(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.click("bob", await bot.card(1), "approve")
        await bot.modal("bob")
        world.clock.turn_on(minutes=16)
        await bot.ended(1, "⌛")
        await bot.submit("bob")
        await bot.refused("bob", "changed under your finger, so nothing was done.", "Look at the card again")
        assert await bot.refusals() == ["refused.click bob"]
        assert await bot.life(1) == [*ASKED, "request.expired"]
    assert world.sent() == []


async def test_what_was_approved_and_could_not_be_started_in_time_expires(simulated_world: World) -> None:
    world = simulated_world
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.click("bob", await bot.card(1), "approve")
        await bot.modal("bob")
        world.cluster.faults.answer(503, times=10_000, verb="get", path="/deployments/")
        await bot.submit("bob")
        assert "cancel" in buttons(await bot.card(1, "☑️"))
        world.clock.turn_on(minutes=16)
        await bot.ended(1, "⌛", "started", "Nothing was sent")
        assert await bot.life(1) == [*VOTED, "request.expired"]
    assert world.sent() == []


async def test_what_was_approved_is_taken_back_before_it_could_be_started(simulated_world: World) -> None:
    world = simulated_world
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.click("bob", await bot.card(1), "approve")
        await bot.modal("bob")
        world.cluster.faults.answer(503, times=10_000, verb="get", path="/deployments/")
        await bot.submit("bob")
        await bot.click("alice", await bot.card(1, "☑️"), "cancel")
        await bot.ended(1, "⏹️", "Nothing was sent")
        assert (await bot.life(1))[-1].startswith("request.cancelled")
    assert world.sent() == []
