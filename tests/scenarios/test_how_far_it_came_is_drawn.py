"""A picture of the progress: in the card's thread when somebody asks for it, and by itself when it failed."""

from __future__ import annotations

import pytest

from tests.installation.bot import Bot, Json, everything
from tests.installation.world import World
from tests.scenarios.nodes import allow_more, drained, opened_again

pytestmark = pytest.mark.long


async def picture(bot: Bot, card: Json) -> Json:
    return await bot.message(lambda each: bool(each.get("files")), thread_ts=card["ts"])


async def test_whoever_asks_gets_it_in_the_thread(world: World) -> None:
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


async def test_a_drain_is_drawn_pod_by_pod_when_its_budget_holds_it_and_when_it_is_over(simulated_world: World) -> None:
    found = await drained(simulated_world, budget=6, beside="web")
    with opened_again(found):
        async with simulated_world.bot() as bot:
            await bot.command("alice", found.line)
            await bot.approve("bob", await bot.card(1))
            running = await bot.card(1, "pdb/app holds", "Graph", f"{len(found.of('web'))} of {len(found.names)}")
            await bot.click("carol", running, "graph")
            first = await picture(bot, running)
            assert first["files"][0]["name"] == "R-1.png"
            assert "Yellow: held by a budget." in first["text"]
            await allow_more(simulated_world, "app", 0)
            done = await bot.ended(1, "✅", f"{len(found.names)} pods evicted and gone", "Graph")
            await bot.click("bob", done, "graph")
            both = await bot.message(
                lambda each: bool(each.get("files")) and each["ts"] != first["ts"], thread_ts=done["ts"]
            )
            assert both["files"][0]["name"] == "R-1.png"


async def test_a_drain_that_its_budget_never_let_end_is_drawn_by_itself(simulated_world: World) -> None:
    found = await drained(simulated_world, budget=6)
    with opened_again(found):
        async with simulated_world.bot() as bot:
            await bot.command("alice", f"{found.line} --timeout=8s")
            await bot.approve("bob", await bot.card(1))
            card = await bot.ended(1, "⚠️", "pods still there", "stays: waits for its budget", "since")
            assert (await picture(bot, card))["files"][0]["name"] == "R-1.png"
            assert f"{simulated_world.namespace}/{found.names[0]}" in everything(card)
