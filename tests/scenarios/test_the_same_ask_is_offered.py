"""Two people type the same at the same time: the second is offered the first one's request."""

from __future__ import annotations

from tests.installation.bot import buttons
from tests.installation.world import World
from tests.scenarios.lines import ASKED, DONE, PATCHED, UNDO


async def test_approving_hers_is_enough(shared_world: World) -> None:
    world = shared_world
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.card(1)
        await bot.command("bob", UNDO)
        offer = await bot.said("asked for the same", "R-1", person="bob")
        assert {"approve", "mine"} <= buttons(offer).keys()
        await bot.approve("bob", offer)
        await bot.ended(1, "✅")
        assert await bot.life(1) == DONE
        assert len(bot.cards()) == 1
    assert world.sent() == [PATCHED]


async def test_mine_as_well_makes_a_second_one_that_finds_it_done(world: World) -> None:
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        first = await bot.card(1)
        await bot.command("bob", UNDO)
        await bot.click("bob", await bot.said("asked for the same", person="bob"), "mine")
        second = await bot.card(2)
        await bot.approve("bob", first)
        await bot.ended(1, "✅")
        await bot.approve("alice", second)
        await bot.ended(2, "✅", "Nothing was sent")
        assert await bot.life(2) == [
            "request.planned bob",
            "request.waiting",
            "vote.approve alice",
            "request.approved",
            "request.succeeded",
        ]
        assert await app.image() == "app:v1"
    assert world.sent() == [PATCHED]


async def test_the_same_person_asking_twice_makes_no_second_request(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.card(1)
        await bot.command("alice", UNDO)
        await bot.said("You asked for the same already", "R-1")
        assert await bot.life(1) == ASKED
        assert await bot.life(2) == []
    assert world.sent() == []


async def test_what_is_so_already_asks_nobody(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", "scale deploy/app --replicas=2")
        await bot.said("already")
        assert await bot.life(1) == []
        assert bot.cards() == []
    assert world.sent() == []
