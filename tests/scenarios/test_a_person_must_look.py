"""An answer that was lost, and an object that somebody changed since: nobody but a person can tell what happened."""

from __future__ import annotations

import pytest

from bot.errors import Unavailable
from bot.running import Knobs
from bot.text import text
from tests.installation.bot import Bot, Json, buttons, everything
from tests.installation.world import World
from tests.scenarios.canaries import canary, holds_at
from tests.scenarios.lines import PATCHED, UNDO, VOTED, landed

PATH = "/deployments/app"


async def lost(bot: Bot, world: World) -> Json:
    """The undo was done, its answer never came, and somebody set another image before anybody looked."""
    app = await world.app()
    await bot.command("alice", UNDO)
    await bot.click("bob", await bot.card(1), "approve")
    await bot.modal("bob")
    world.cluster.faults.lose_answer(verb="patch", path=PATH)
    await bot.submit("bob")
    await app.until(lambda found: found["spec"]["template"]["spec"]["containers"][0]["image"] == "app:v1")
    await app.set_image("app:v3")
    return await bot.ended(1, "🆘")


async def test_it_has_an_owner_and_three_answers_and_says_how_to_look(simulated_world: World) -> None:
    async with simulated_world.bot() as bot:
        card = await lost(bot, simulated_world)
        shown = everything(card)
        assert "kubectl" in shown
        assert "alice decides" in shown
        assert {"check_again", "happened", "not_happened"} <= buttons(card).keys()
        assert (await bot.life(1))[-1] == "request.needs_attention"


@pytest.mark.parametrize(
    ("answer", "sign", "ending"), [("happened", "✅", "succeeded"), ("not_happened", "❌", "failed")]
)
async def test_a_persons_answer_is_recorded_under_their_name_and_ends_it(
    simulated_world: World, answer: str, sign: str, ending: str
) -> None:
    async with simulated_world.bot() as bot:
        card = await lost(bot, simulated_world)
        await bot.click("dave", card, answer)
        await bot.submit("dave")
        await bot.refused("dave")
        await bot.click("alice", card, answer)
        await bot.submit("alice")
        await bot.ended(1, sign)
        assert (await bot.life(1))[-2:] == ["attention.answered alice", f"request.{ending}"]
    assert simulated_world.sent() == [PATCHED]


async def test_checking_again_finds_it_once_it_can_be_told(simulated_world: World) -> None:
    world = simulated_world
    async with world.bot() as bot:
        card = await lost(bot, world)
        await bot.click("alice", card, "check_again")
        await bot.until_kept(1, "attention.answered alice")
        again = await bot.card(1, "🆘")
        assert "check_again" in buttons(again)
    assert world.sent() == [PATCHED]


async def test_an_answer_that_was_lost_is_found_by_looking_and_nothing_is_sent_twice(simulated_world: World) -> None:
    world = simulated_world
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.click("bob", await bot.card(1), "approve")
        await bot.modal("bob")
        world.cluster.faults.lose_answer(verb="patch", path=PATH)
        await bot.submit("bob")
        await bot.ended(1, "✅")
        assert await bot.life(1) == [*VOTED, "request.succeeded"]
    assert world.sent() == [PATCHED]


@pytest.mark.parametrize("replicas", [0, 3])
async def test_a_scale_whose_answer_was_lost_has_a_way_back_or_is_asked_about(world: World, replicas: int) -> None:
    """Of a scale to zero the API server keeps no field manager, so that the world alone cannot tell whose it is."""
    app = await world.app()
    async with world.bot(knobs=Knobs(point=cut_after_sending)) as bot:
        await bot.command("alice", f"scale deploy/app --replicas={replicas}")
        await bot.approve("bob", await bot.card(1))
        await app.until(lambda found: found["spec"]["replicas"] == replicas)
    world.clock.turn_on(seconds=30)
    async with world.bot() as bot:
        if replicas == 0:
            card = await bot.ended(1, "🆘", "leaves no trace")
            await bot.click("alice", card, "happened")
            await bot.submit("alice")
        done = await bot.ended(1, "✅")
        assert "back" in buttons(done)
    assert world.sent() == [f"{PATCHED}/scale"]


async def test_a_resume_whose_answer_was_lost_is_asked_about(world: World) -> None:
    """It only takes a field away, and who owns no field is in no list of managers."""
    app = await world.app()
    await app.merge({"spec": {"paused": True}})
    await app.until(lambda found: found["status"]["observedGeneration"] == found["metadata"]["generation"])
    async with world.bot(knobs=Knobs(point=cut_after_sending)) as bot:
        await bot.command("alice", "rollout resume deploy/app")
        await bot.approve("bob", await bot.card(1))
        await app.until(lambda found: not found["spec"].get("paused"))
    world.clock.turn_on(seconds=30)
    async with world.bot() as bot:
        card = await bot.ended(1, "🆘", "taking a field away leaves no trace")
        await bot.click("alice", card, "happened")
        await bot.submit("alice")
        await bot.ended(1, "✅")
    assert world.sent() == [PATCHED]


async def test_a_promotion_whose_answer_was_lost_is_never_sent_again(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot(knobs=Knobs(point=cut_after_sending)) as bot:
        await bot.command("alice", "argo rollouts promote app-rollout")
        await bot.approve("bob", await bot.card(1))
        await app.until(holds_at(3))
    world.clock.turn_on(seconds=30)
    async with world.bot() as bot:
        card = await bot.ended(1, "🆘", "leaves no trace")
        await bot.click("alice", card, "happened")
        await bot.submit("alice")
        await bot.ended(1, "✅", "holding at 60 %")
    assert landed(world) == ["kajitori:alice patch rollouts/app-rollout/status"]


async def test_an_abort_whose_answer_was_lost_is_known_as_ours(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot(knobs=Knobs(point=cut_after_sending)) as bot:
        await bot.command("alice", "argo rollouts abort app-rollout")
        await bot.approve("bob", await bot.card(1))
        await app.until(lambda found: "abortedAt" in found["status"])
    world.clock.turn_on(seconds=30)
    async with world.bot() as bot:
        assert "back" in buttons(await bot.ended(1, "✅", "5/5 ready"))
    assert landed(world) == ["kajitori:alice patch rollouts/app-rollout/status"]


def cut_after_sending(label: str) -> None:
    if label == "sent":
        raise Cut


class Cut(Exception):
    """Stands for the connection to everything, the moment after the write."""


async def test_a_bot_that_died_after_it_sent_and_a_change_by_somebody_else_since(world: World) -> None:
    app = await world.app()

    def died(label: str) -> None:
        if label == "sent":
            raise Unavailable(text("This process has come to its end."))

    async with world.bot(knobs=Knobs(point=died)) as bot:
        await bot.command("alice", UNDO)
        await bot.approve("bob", await bot.card(1))
        await app.until(lambda found: found["spec"]["template"]["spec"]["containers"][0]["image"] == "app:v1")
    await app.set_image("app:v3")
    world.clock.turn_on(seconds=60)
    async with world.bot() as bot:
        card = await bot.ended(1, "🆘")
        assert {"check_again", "happened", "not_happened"} <= buttons(card).keys()
        await bot.click("alice", card, "happened")
        await bot.submit("alice")
        await bot.ended(1, "✅")
        assert (await bot.life(1))[-2:] == ["attention.answered alice", "request.succeeded"]
    assert world.sent() == [PATCHED]
    assert await app.image() == "app:v3"
