"""One vote covers the way back for a while, for whoever asked, once; otherwise it is a request like any other."""

from __future__ import annotations

import pytest

from tests.installation.bot import CHANNEL, Bot, Json, buttons, everything
from tests.installation.world import World
from tests.scenarios.lines import PATCHED, UNDO


async def done(bot: Bot) -> Json:
    """alice's undo, approved by bob, at its end."""
    await bot.command("alice", UNDO)
    await bot.approve("bob", await bot.card(1))
    return await bot.ended(1, "✅")


async def test_within_the_window_whoever_asked_goes_back_without_a_vote_and_once(world: World) -> None:
    app = await world.app()
    async with world.bot() as bot:
        card = await done(bot)
        assert "Going back needs no new vote until" in everything(card)
        await bot.click("alice", card, "back")
        await bot.modal("alice")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        assert await app.image() == "app:v2"
        assert await bot.life(2) == [
            "request.planned alice",
            "request.waiting",
            "vote.approve alice",
            "request.approved",
            "request.succeeded",
        ]
        assert "back" not in everything(await bot.card(1, "Taken back by R-2")).lower().split("taken back")[-1]
    assert world.sent() == [PATCHED, PATCHED]


async def test_a_second_press_of_the_way_back_is_refused(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        card = await done(bot)
        await bot.click("alice", card, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        value = buttons(card)["back"]["value"]
        await bot.workspace.click("alice", CHANNEL, card["ts"], "back", value=value, forged=True)
        await bot.submit("alice")
        await bot.refused("alice", "R-1 was taken back already by R-2")
        assert await bot.life(3) == []
    assert world.sent() == [PATCHED, PATCHED]


async def test_after_the_window_it_asks_for_votes(world: World) -> None:
    app = await world.app()
    async with world.bot() as bot:
        card = await done(bot)
        world.clock.turn_on(minutes=31)
        await bot.click("alice", card, "back")
        await bot.submit("alice")
        waiting = await bot.card(2, "needs 1")
        assert await app.image() == "app:v1"
        await bot.approve("carol", waiting)
        await bot.ended(2, "✅")
        assert await app.image() == "app:v2"
    assert world.sent() == [PATCHED, PATCHED]


@pytest.mark.parametrize("line", [UNDO, "set image deploy/app app=app:v3", "scale deploy/app --replicas=3"])
async def test_what_somebody_changed_since_is_not_taken_back_without_a_vote(world: World, line: str) -> None:
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", line)
        await bot.approve("bob", await bot.card(1))
        card = await bot.ended(1, "✅")
        if "scale" in line:
            await app.merge({"spec": {"replicas": 4}})
        else:
            await app.set_image("app:v9")
        changed = await app.rolled_out()
        await bot.click("alice", card, "back")
        await bot.submit("alice")
        await bot.card(2, "needs 1")
        assert (await app.get())["spec"] == changed["spec"]
    assert len(world.sent()) == 1


async def test_what_somebody_changed_beside_it_needs_no_vote(world: World) -> None:
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app app=app:v3")
        await bot.approve("bob", await bot.card(1))
        card = await bot.ended(1, "✅")
        await app.merge({"spec": {"replicas": 3}, "metadata": {"annotations": {"oncall.example/lock": "carol"}}})
        await app.rolled_out()
        await bot.click("alice", card, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        assert await app.image() == "app:v2"
    assert world.sent() == [PATCHED, PATCHED]


async def test_somebody_else_who_goes_back_needs_votes(world: World) -> None:
    app = await world.app()
    async with world.bot() as bot:
        card = await done(bot)
        await bot.click("bob", card, "back")
        await bot.submit("bob")
        waiting = await bot.card(2, "needs 1")
        await bot.approve("alice", waiting)
        await bot.ended(2, "✅")
        assert await app.image() == "app:v2"
    assert world.sent() == [PATCHED, "kajitori:bob patch deployments/app"]


async def test_a_policy_without_a_window_asks_for_votes(world: World) -> None:
    await world.app()
    async with world.bot(policy="rules: [{name: no-back, decision: {backMinutes: 0}}]\n") as bot:
        card = await done(bot)
        assert "Going back needs no new vote" not in everything(card)
        await bot.click("alice", card, "back")
        await bot.submit("alice")
        await bot.card(2, "needs 1")
    assert world.sent() == [PATCHED]


async def test_stop_and_go_back_in_the_middle_of_a_roll_out(shared_world: World) -> None:
    world = shared_world
    app = await world.app("app:v1")
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app app=app:held-2")
        await bot.approve("bob", await bot.card(1))
        running = await bot.card(1, "⏳", "sent once")
        await bot.click("alice", running, "stop")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        assert await app.image() == "app:v1"
        await bot.card(1, "🛑", "Following was stopped", "Taken back by R-2")
        assert (await bot.life(1))[-2:] == ["cancel.asked alice", "request.halted"]
    assert world.sent() == [PATCHED, PATCHED]
