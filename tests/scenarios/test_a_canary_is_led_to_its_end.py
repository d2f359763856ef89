"""Argo Rollouts by Slack and two people: see where it stands, promote, abort, undo; each once, as the person."""

from __future__ import annotations

import pytest

from tests.installation.bot import Json, buttons, everything
from tests.installation.world import World
from tests.scenarios.canaries import canary, holds_at, is_healthy
from tests.scenarios.lines import DONE, landed

STATUS = "kajitori:alice patch rollouts/app-rollout/status"
SPEC = "kajitori:alice patch rollouts/app-rollout"
PROMOTE = "kubectl argo rollouts promote app-rollout"
ABORT = "kubectl argo rollouts abort app-rollout"


async def test_it_is_seen_promoted_by_a_step_and_taken_back(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", "kubectl argo rollouts get rollout app-rollout")
        shown = everything(await bot.said("Rollout", "SetWeight:", "20", "app:v2 (canary)"))
        assert "revision:1" in shown
        assert world.sent() == []

        await bot.command("alice", PROMOTE)
        card = await bot.card(1)
        for words in ("step 2 of 4", "setWeight: 60", "60 %", "app:v2"):
            assert words in everything(card)
        await bot.approve("bob", card)
        done = await bot.ended(1, "✅", "holding at 60 %")
        assert await app.weight() == (3, 5)
        assert await bot.life(1) == DONE
        assert landed(world) == [STATUS]

        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        assert await app.image() == "app:v1"
        await app.until(is_healthy)
        assert await bot.card(1, "Taken back by R-2")
    assert landed(world) == [STATUS, SPEC]


async def test_it_is_led_through_all_steps_by_the_buttons_of_its_cards(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", PROMOTE)
        await bot.approve("bob", await bot.card(1))
        held = await bot.ended(1, "✅", "holding at 60 %")
        assert [each["text"]["text"] for each in pressed(held)] == ["Promote", "Abort"]
        await bot.click("alice", held, "run")
        await bot.approve("bob", await bot.card(2))
        await bot.ended(2, "✅", "5/5 ready")
        assert (await app.get())["status"]["phase"] == "Healthy"

        await bot.click("alice", held, "run")
        await bot.said("has gone on already")
    assert landed(world) == [STATUS, STATUS]


async def test_it_is_promoted_from_what_runs_here(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", "")
        shown = await bot.said("rollout/app-rollout", "Paused at step 2 of 4")
        promote = next(name for name, each in buttons(shown).items() if each["text"]["text"] == "Promote")
        await bot.click("alice", shown, promote)
        await bot.approve("bob", await bot.card(1, "step 2 of 4"))
        await bot.ended(1, "✅", "holding at 60 %")
        assert await app.weight() == (3, 5)
    assert landed(world) == [STATUS]


async def test_who_takes_it_for_a_deployment_gets_its_own_command_as_a_button(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", "rollout undo deploy/app-rollout")
        refused = await bot.refused("alice", "app-rollout is a Rollout", "argo rollouts undo app-rollout")
        await bot.click("alice", refused, "run")
        await bot.approve("bob", await bot.card(1, "back to revision 1"))
        await bot.ended(1, "✅")
        assert await app.image() == "app:v1"
    assert landed(world) == [SPEC]


async def test_a_deployment_of_the_same_name_is_told_and_left_as_it_is(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    twin = await world.app("app:v1", name="app-rollout")
    async with world.bot() as bot:
        await bot.command("alice", "argo rollouts promote app-rollout")
        await bot.approve("bob", await bot.card(1, "deployment/app-rollout has the same name and is not touched."))
        await bot.ended(1, "✅", "holding at 60 %")
        assert await app.weight() == (3, 5)
        await bot.command("alice", "scale deploy/app-rollout --replicas=3")
        await bot.approve("bob", await bot.card(2, "2 → 3"))
        await bot.ended(2, "✅")
        assert (await twin.get())["spec"]["replicas"] == 3
        assert (await app.get())["spec"]["replicas"] == 5
    assert landed(world) == [STATUS, "kajitori:alice patch deployments/app-rollout/scale"]


@pytest.mark.parametrize("meant", ["deployment/app-rollout", "argo rollouts undo app-rollout"])
async def test_a_bare_name_that_is_both_is_asked_back(argo_world: World, meant: str) -> None:
    world = argo_world
    app = await canary(world)
    twin = await world.app("app:v1", "app:v2", name="app-rollout")
    async with world.bot() as bot:
        await bot.command("alice", "undo app-rollout")
        words = ("app-rollout is more than one thing", "deployment/app-rollout and rollout/app-rollout have this name")
        asked = pressed(await bot.refused("alice", *words))
        assert [each["text"]["text"] for each in asked] == ["deployment/app-rollout", "argo rollouts undo app-rollout"]
        assert bot.cards() == []
        await bot.command("alice", next(each["value"] for each in asked if each["text"]["text"] == meant))
        await bot.approve("bob", await bot.card(1, "back to revision 1", "has the same name and is not touched."))
        await bot.ended(1, "✅")
        deployment = meant.startswith("deployment")
        assert await app.image() == ("app:v2" if deployment else "app:v1")
        assert image_of(await twin.get()) == ("app:v1" if deployment else "app:v2")
    assert landed(world) == ["kajitori:alice patch deployments/app-rollout" if deployment else SPEC]


def image_of(found: Json) -> str:
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"])


def pressed(card: Json) -> list[Json]:
    """The buttons that run something."""
    return [each for name, each in buttons(card).items() if name.startswith("run")]


async def test_two_people_who_promote_the_same_step_promote_one_step(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", PROMOTE)
        first = await bot.card(1)
        await bot.command("carol", PROMOTE)
        await bot.click("carol", await bot.said("asked for the same", person="carol"), "mine")
        second = await bot.card(2)
        await bot.approve("bob", first)
        await bot.ended(1, "✅", "holding at 60 %")
        await bot.approve("alice", second)
        await bot.ended(2, "✅", "Nothing was sent")
        assert (await app.get())["status"]["currentStepIndex"] == 3

        await bot.command("carol", f"{PROMOTE} --at={(await app.get())['status']['currentPodHash']}:1")
        await bot.said("has gone on already", person="carol")
    assert landed(world) == [STATUS]


async def test_an_abort_says_that_the_spec_stays_and_an_undo_ends_that(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", ABORT)
        card = await bot.card(1)
        assert "Its spec stays on app:v2" in everything(card)
        await bot.approve("bob", card)
        done = await bot.ended(1, "✅", "5/5 ready", "Its spec stays on app:v2")
        assert "back" in buttons(done)
        assert await app.weight() == (0, 5)
        assert await app.image() == "app:v2"

        await bot.command("alice", PROMOTE)
        await bot.refused("alice", "was aborted", "would do nothing that lasts")
        await bot.command("alice", "kubectl argo rollouts undo app-rollout")
        await bot.approve("bob", await bot.card(2, "Roll", "back to revision 1"))
        await bot.ended(2, "✅", "5/5 ready")
        assert await app.image() == "app:v1"
    assert landed(world) == [STATUS, SPEC]


async def test_an_abort_is_taken_back_by_a_retry(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", ABORT)
        await bot.approve("bob", await bot.card(1))
        done = await bot.ended(1, "✅")
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅", "holding at 20 %")
        await app.until(holds_at(1))
    assert landed(world) == [STATUS, STATUS]


async def test_a_new_image_ends_as_holding_at_its_weight(argo_world: World) -> None:
    world = argo_world
    app = await canary(world, "app:v1")
    async with world.bot() as bot:
        await bot.command("alice", "kubectl argo rollouts set image app-rollout app=app:v2")
        await bot.approve("bob", await bot.card(1, "v1", "v2"))
        done = await bot.ended(1, "✅", "holding at 20 %")
        assert await app.weight() == (1, 5)
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅", "5/5 ready")
        assert await app.image() == "app:v1"
    assert landed(world) == [SPEC, SPEC]


async def test_somebody_who_aborts_before_the_vote_ends_it_unsent(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", PROMOTE)
        card = await bot.card(1)
        await bot.command("carol", ABORT)
        await bot.approve("bob", await bot.card(2))
        await bot.ended(2, "✅")
        await bot.approve("bob", card)
        await bot.ended(1, "❌", "would do nothing that lasts")
        assert (await app.get())["status"]["currentStepIndex"] == 0
    assert landed(world) == ["kajitori:carol patch rollouts/app-rollout/status"]


async def test_status_is_followed_to_the_pause_and_history_exists(argo_world: World) -> None:
    world = argo_world
    await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", "kubectl argo rollouts status app-rollout")
        await bot.said("holding at 20 %", channel=bot.direct("alice"))
        await bot.command("alice", "kubectl argo rollouts history app-rollout")
        shown = everything(await bot.said("Revisions of", "stable", "canary"))
        assert "app:v1" in shown
        await bot.command("alice", "kubectl get rollouts")
        await bot.said("UP-TO-DATE", "app-rollout")
    assert world.sent() == []
