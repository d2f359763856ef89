"""Between the ask and the approval somebody else changes something: what was voted on is sent, or nothing is."""

from __future__ import annotations

from tests.installation.bot import everything
from tests.installation.world import World
from tests.scenarios.lines import ASKED, DONE, PATCHED, UNDO


async def test_another_image_makes_a_new_plan_for_the_same_target_and_votes_are_asked_again(
    shared_world: World,
) -> None:
    world = shared_world
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1, "v2 → v1")
        await app.set_image("app:v3")
        await app.rolled_out()
        await bot.approve("bob", card)
        again = await bot.card(1, "The world moved", "v3 → v1", "needs 1")
        assert await app.image() == "app:v3"
        assert world.sent() == []

        await bot.click("bob", again, "approve")
        assert "v3" in everything(await bot.modal("bob"))
        await bot.submit("bob")
        await bot.ended(1, "✅")
        assert await app.image() == "app:v1"
        assert await bot.life(1) == [
            *ASKED,
            "vote.approve bob",
            "request.approved",
            "plan.version",
            "vote.approve bob",
            "request.approved",
            "request.succeeded",
        ]
        first, second = [each for each in await bot.records(1) if each.event.value == "vote.approve"]
        assert first.detail["digest"] != second.detail["digest"]
    assert world.sent() == [PATCHED]


async def test_a_card_from_before_the_change_counts_no_more(world: World) -> None:
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        await bot.click("carol", card, "approve")
        await bot.modal("carol")
        await app.set_image("app:v3")
        await app.rolled_out()
        await bot.approve("bob", card)
        await bot.card(1, "The world moved")
        await bot.submit("carol")
        await bot.refused("carol", "changed under your finger")
        assert "vote.approve carol" not in await bot.events(1)
    assert world.sent() == []


async def test_somebody_else_did_it_meanwhile(world: World) -> None:
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        await app.set_image("app:v1")
        await app.rolled_out()
        await bot.approve("bob", card)
        done = await bot.ended(1, "✅", "Nothing was sent")
        assert "Go back" not in everything(done)
        assert await bot.life(1) == DONE
    assert world.sent() == []


async def test_an_autoscaler_that_adds_a_pod_is_no_difference(world: World) -> None:
    app = await world.app("app:v1", "app:v2", replicas=10)
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        await app.merge({"spec": {"replicas": 11}})
        await app.rolled_out()
        await bot.approve("bob", card)
        await bot.ended(1, "✅", "11/11")
        assert await bot.life(1) == DONE
    assert world.sent() == [PATCHED]


async def test_more_pods_than_the_voters_agreed_to_ask_again(world: World) -> None:
    app = await world.app("app:v1", "app:v2", replicas=5)
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1, "5 pods")
        await app.merge({"spec": {"replicas": 7}})
        await app.rolled_out()
        await bot.approve("bob", card)
        again = await bot.card(1, "The world moved", "7 pods instead of 5", "needs 1")
        assert world.sent() == []

        await bot.approve("bob", again)
        await bot.ended(1, "✅", "7/7")
    assert world.sent() == [PATCHED]


async def test_a_label_of_somebody_elses_is_left_alone(world: World) -> None:
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        await app.merge({"metadata": {"annotations": {"oncall.example/lock": "carol"}}})
        await bot.approve("bob", card)
        await bot.ended(1, "✅")
        assert (await app.get())["metadata"]["annotations"]["oncall.example/lock"] == "carol"
    assert world.sent() == [PATCHED]
