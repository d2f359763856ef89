"""A cluster that refuses, is cut off, slow or silent: while votes are given, while a change is sent, after it was sent.

What passes is waited for and ends well with one write; what is a refusal is told as one, and nothing was done.
"""

from __future__ import annotations

import asyncio

import pytest

from bot.running import Knobs
from tests.installation.bot import Bot, Json, everything
from tests.installation.world import World
from tests.scenarios.lines import ASKED, PATCHED, UNDO

REVIEWS = "subjectaccessreviews"
DEPLOYMENT = "/deployments/app"
HANGS = 10.0
"""Seconds: longer than a write may take and its late effect is waited for."""


@pytest.mark.parametrize("status", [401, 403, 409, 410, 429, 500])
async def test_who_votes_while_rights_cannot_be_asked_is_told_and_votes_later(
    simulated_world: World, status: int
) -> None:
    world = simulated_world
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await asked(bot)
        world.cluster.faults.answer(status, times=100, path=REVIEWS)
        await bot.click("bob", card, "approve")
        said = everything(await bot.refused("bob"))
        assert len(said.splitlines()) > 1, said
        assert await bot.life(1) == ASKED
        assert world.sent() == []
        world.cluster.faults.clear()
        await bot.approve("bob", card)
        await bot.ended(1, "✅")
    assert world.sent() == [PATCHED]


@pytest.mark.parametrize("status", [401, 429, 500, 503, 504])
async def test_a_write_that_is_put_off_is_sent_again_until_it_is_taken(simulated_world: World, status: int) -> None:
    world = simulated_world
    app = await world.app()
    async with world.bot() as bot:
        await opened(bot)
        world.cluster.faults.answer(status, times=3, verb="patch", path=DEPLOYMENT)
        await bot.submit("bob")
        await bot.ended(1, "✅")
        assert await app.image() == "app:v1"
    assert taken(world) == [PATCHED]


@pytest.mark.parametrize("status", [400, 403, 409, 410, 422])
async def test_a_write_that_is_refused_is_told_and_nothing_was_done(simulated_world: World, status: int) -> None:
    world = simulated_world
    app = await world.app()
    async with world.bot() as bot:
        await opened(bot)
        world.cluster.faults.answer(status, times=10, verb="patch", path=DEPLOYMENT, message="not like this")
        await bot.submit("bob")
        await bot.ended(1, "❌")
        assert await app.image() == "app:v2"
        assert (await bot.life(1))[-1] == "request.failed"
    assert taken(world) == []


@pytest.mark.parametrize("fault", ["drop", "lose_answer", "delay"])
async def test_a_write_without_an_answer_is_looked_for_before_it_is_sent_again(
    simulated_world: World, fault: str
) -> None:
    world = simulated_world
    app = await world.app()
    async with world.bot() as bot:
        await opened(bot)
        match fault:
            case "drop":
                world.cluster.faults.drop(verb="patch", path=DEPLOYMENT)
            case "lose_answer":
                world.cluster.faults.lose_answer(verb="patch", path=DEPLOYMENT)
            case _:
                world.cluster.faults.delay(3.0, verb="patch", path=DEPLOYMENT)
        await bot.submit("bob")
        await bot.ended(1, "✅")
        assert await app.image() == "app:v1"
    assert taken(world) == [PATCHED]


@pytest.mark.parametrize("point", ["executing", "intent-stored", "sent", "outcome-stored"])
async def test_a_cluster_that_goes_in_the_middle_is_waited_for_and_gets_one_write(
    simulated_world: World, point: str
) -> None:
    world = simulated_world
    app = await world.app()
    gone = asyncio.Event()

    def at(label: str) -> None:
        if label == point and not gone.is_set():
            world.cluster.faults.drop(times=10_000)
            world.cluster.drop_watches()
            gone.set()

    async with world.bot(knobs=Knobs(point=at)) as bot:
        await bot.command("alice", UNDO)
        await bot.approve("bob", await asked(bot))
        await gone.wait()
        await bot.card(1, "⏳")
        world.cluster.faults.clear()
        await bot.ended(1, "✅", "2/2 ready")
        assert await app.image() == "app:v1"
    assert taken(world) == [PATCHED]


@pytest.mark.cluster
async def test_a_real_api_server_that_stands_still_when_the_write_comes_does_it_once(real_world: World) -> None:
    """It has the request in its hands and answers when nobody waits any more: the late write and the next one race."""
    world = real_world
    app = await world.app()
    before = (await app.get())["metadata"]["generation"]
    stuck = world.shop.control_plane.frozen()
    reached = asyncio.Event()

    def at(label: str) -> None:
        if label == "intent-stored" and not reached.is_set():
            stuck.__enter__()
            reached.set()

    async with world.bot(knobs=Knobs(point=at)) as bot:
        await bot.command("alice", UNDO)
        await bot.approve("bob", await asked(bot))
        await reached.wait()
        try:
            await asyncio.sleep(HANGS)
        finally:
            stuck.__exit__(None, None, None)
        await bot.ended(1, "✅", "2/2 ready")
        assert await app.image() == "app:v1"
    # Its log may call the late one too late (504) and yet have done it: what counts is what became of the object.
    assert (await app.get())["metadata"]["generation"] == before + 1, world.sent()
    assert taken(world) in ([PATCHED], [])


async def asked(bot: Bot) -> Json:
    """The card of the first request, once everything about it is said."""
    card = await bot.card(1)
    await bot.said("waits for approval", thread_ts=card["ts"])
    return card


async def opened(bot: Bot) -> None:
    """alice asks, and bob has the view open in which he approves."""
    await bot.command("alice", UNDO)
    await bot.click("bob", await asked(bot), "approve")
    await bot.modal("bob")


def taken(world: World) -> list[str]:
    """The writes that the API server did."""
    return [each for each in world.sent() if not each[-3:].isdigit()]
