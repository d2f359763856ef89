"""Between the sending and the end of a roll-out somebody else changes the template: it ends as overtaken."""

from __future__ import annotations

from typing import Any

from bot.running import Knobs
from tests.installation.world import World
from tests.scenarios.lines import PATCHED, UNDO

HELD = "set image deploy/app app=app:held-3"


async def test_another_image_ends_it_as_overtaken_and_not_as_done(shared_world: World) -> None:
    world = shared_world
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", HELD)
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "⏳", "sent once")
        await app.set_image("app:v4")
        await app.rolled_out()
        await bot.ended(1, "❌", "changed its template meanwhile", "no longer what runs")
        assert (await bot.life(1))[-1] == "request.failed"
    assert world.sent() == [PATCHED]


async def test_another_request_that_overtakes_it_is_named(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", HELD)
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "⏳", "sent once")
        await bot.command("carol", "set image deploy/app app=app:v5")
        await bot.approve("bob", await bot.card(2))
        await bot.ended(2, "✅")
        await bot.ended(1, "❌", "R-2", "no longer what runs")
    assert world.sent() == [PATCHED, PATCHED.replace("alice", "carol")]


async def test_what_is_scaled_or_noted_meanwhile_does_not_end_it(simulated_world: World) -> None:
    world = simulated_world
    app = await world.app()
    async with world.bot() as bot:
        with world.cluster.paused_kubelet():
            await bot.command("alice", "set image deploy/app app=app:v3")
            await bot.approve("bob", await bot.card(1))
            await bot.card(1, "⏳", "sent once")
            noted = {"spec": {"replicas": 3}, "metadata": {"annotations": {"oncall.example/lock": "carol"}}}
            await app.merge(noted)
            await app.until(lambda found: found["status"].get("observedGeneration") == found["metadata"]["generation"])
        await bot.ended(1, "✅", "3/3")
    assert world.sent() == [PATCHED]


class Died(Exception):
    """Stands for a process that ends between the write and its storing."""


def dying(label: str) -> None:
    """When it has sent, and again whenever it looks what became of that: as if it had not come up in between."""
    if label in ("sent", "read-back"):
        raise Died


async def test_what_was_changed_while_the_bot_was_down_is_seen_when_it_looks_again(world: World) -> None:
    """What the write left behind is known from the plan alone, and that it was ours from the fields that still are."""
    app = await world.app()
    async with world.bot(knobs=Knobs(point=dying)) as bot:
        await bot.command("alice", "set resources deploy/app --limits=cpu=200m,memory=64Mi")
        await bot.approve("bob", await bot.card(1))
        changed = await app.until(lambda found: "limits" in container(found).get("resources", {}))
    theirs = {**container(changed), "resources": {"limits": {"cpu": "200m", "memory": "96Mi"}}}
    await app.merge({"spec": {"template": {"spec": {"containers": [theirs]}}}})
    await app.rolled_out()
    world.clock.turn_on(seconds=30)
    async with world.bot() as bot:
        await bot.ended(1, "❌", "changed its template meanwhile")
    assert world.sent() == [PATCHED]


async def test_what_was_written_over_whole_while_the_bot_was_down_is_for_a_person(world: World) -> None:
    app = await world.app()
    async with world.bot(knobs=Knobs(point=dying)) as bot:
        await bot.command("alice", UNDO)
        await bot.approve("bob", await bot.card(1))
        await app.until(lambda found: container(found)["image"] == "app:v1")
    await app.set_image("app:v7")
    await app.rolled_out()
    world.clock.turn_on(seconds=30)
    async with world.bot() as bot:
        await bot.ended(1, "🆘", "the object has changed since")
    assert world.sent() == [PATCHED]


def container(found: dict[str, Any]) -> dict[str, Any]:
    first: dict[str, Any] = found["spec"]["template"]["spec"]["containers"][0]
    return first
