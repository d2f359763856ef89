"""A picture of the progress: in the card's thread when somebody asks for it, and by itself when it failed."""

from __future__ import annotations

import pytest

from tests.installation.bot import Bot, Json
from tests.installation.world import World

pytestmark = pytest.mark.long


async def picture(bot: Bot, card: Json) -> Json:
    return await bot.message(lambda each: bool(each.get("files")), thread_ts=card["ts"])


async def test_whoever_asks_gets_it_in_the_thread(simulated_world: World) -> None:
    world = simulated_world
    await world.app(replicas=6)
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app app=app:v3")
        await bot.approve("bob", await bot.card(1))
        card = await bot.ended(1, "✅", "Graph")
        await bot.click("carol", card, "graph")
        shown = await picture(bot, card)
        assert shown["files"][0]["name"] == "R-1.png"
        assert "Green: new and ready." in shown["text"]


async def test_one_that_failed_is_drawn_by_itself(simulated_world: World) -> None:
    world = simulated_world
    app = await world.app("app:v1", replicas=6)
    await app.merge({"spec": {"progressDeadlineSeconds": 20}})
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app app=app:held-2")
        await bot.approve("bob", await bot.card(1))
        card = await bot.ended(1, "❌", "progress deadline")
        assert (await picture(bot, card))["files"][0]["name"] == "R-1.png"
