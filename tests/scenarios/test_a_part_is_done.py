"""Two objects in one change, and the API server takes the first only: said exactly, with the rest and the way back."""

from __future__ import annotations

from tests.installation.bot import buttons, everything
from tests.installation.world import World
from tests.scenarios.lines import PATCHED, VOTED

UNHEARD = "system:serviceaccount:kajitori:kajitori"
"""Who comes: a fault of the simulated cluster answers before it is asked as whom."""


async def test_the_second_of_two_is_refused(simulated_world: World) -> None:
    world = simulated_world
    await world.app(name="app")
    await world.app(name="web")
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app deploy/web *=app:v3")
        await bot.click("bob", await bot.card(1), "approve")
        await bot.modal("bob")
        world.cluster.faults.answer(403, verb="patch", path="/deployments/web", message="no more today")
        await bot.submit("bob")
        card = await bot.ended(1, "⚠️", "You may not do this", "shop/web")
        shown = everything(card)
        assert "✔️" in shown
        assert "✖️" in shown
        assert "The rest:" in shown
        assert "again" in buttons(card)
        await bot.said("partly done", "the command for the rest is on the card", thread_ts=card["ts"])
        assert await bot.life(1) == [*VOTED, "request.partly_done"]
    assert world.sent() == [PATCHED, f"{UNHEARD} patch deployments/web 403"]


async def test_the_only_one_is_refused_and_nothing_took_effect(simulated_world: World) -> None:
    world = simulated_world
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app app=app:v3")
        await bot.click("bob", await bot.card(1), "approve")
        await bot.modal("bob")
        world.cluster.faults.answer(403, verb="patch", path="/deployments/app", message="no more today")
        await bot.submit("bob")
        card = await bot.ended(1, "❌", "You may not do this", "Nothing took effect")
        await bot.said("failed", "Nothing took effect. Try again is on the card.", thread_ts=card["ts"])
        assert await app.image() == "app:v2"
    assert world.sent() == [f"{UNHEARD} patch deployments/app 403"]
