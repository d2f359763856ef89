"""`promote --rest` under attack: what happens between its groups, to the Rollout, the people, the rows and the bot."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.running import Knobs
from tests.installation.bot import everything
from tests.installation.world import World
from tests.scenarios.canaries import Canary, canary, holds_at, is_healthy, write_that_the_wait_is_over
from tests.scenarios.lines import DONE, VOTED, landed
from tests.scenarios.test_one_vote_covers_the_rest import REST, STATUS, on_the_way
from tests.scenarios.test_rights_and_people_change_meanwhile import with_interns

PARTLY = [*VOTED, "request.partly_done"]


@pytest.fixture
def world(simulated_world: World) -> World:
    return simulated_world


async def held_at_60(world: World) -> Canary:
    """One that was promoted once by a vote for the rest, and is held; the bot is down, its wait not over."""
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", f"{REST} --hold=10m")
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "holding at 60 %")
        await app.until(holds_at(3))
    return app


async def test_the_bot_was_down_until_the_time_was_over(world: World) -> None:
    await held_at_60(world)
    write_that_the_wait_is_over(world)
    world.clock.turn_on(seconds=3 * 3600)
    async with world.bot() as bot:
        ended = await bot.ended(1, "⚠️", "The time that was agreed on is over")
        assert "The rest:" in everything(ended)
    assert landed(world) == [STATUS]


async def test_it_goes_on_where_nothing_has_changed(world: World) -> None:
    app = await held_at_60(world)
    write_that_the_wait_is_over(world)
    async with world.bot() as bot:
        await bot.ended(1, "✅", "5/5 ready")
        await app.until(is_healthy)
        assert await bot.life(1) == DONE
    assert landed(world) == [STATUS, STATUS]


async def test_one_that_was_made_anew_meanwhile_is_another(world: World) -> None:
    app = await held_at_60(world)
    write_that_the_wait_is_over(world)
    world.shop.admin.delete(app.path)
    await app.set_image("app:v1")
    await app.until(is_healthy)
    await app.set_image("app:v2")
    await app.until(holds_at(1))
    await app.end_pause()
    await app.until(holds_at(3))
    async with world.bot() as bot:
        await bot.ended(1, "⚠️", "deleted and made anew")
    assert landed(world) == [STATUS]


async def test_a_strategy_that_was_changed_meanwhile_holds_it(world: World) -> None:
    app = await held_at_60(world)
    write_that_the_wait_is_over(world)
    world.shop.admin.merge(app.path, {"spec": {"strategy": {"canary": {"maxSurge": 2}}}})
    async with world.bot() as bot:
        await bot.ended(1, "⚠️", "/spec/strategy")
        await app.until(holds_at(3))
    assert landed(world) == [STATUS]


@pytest.mark.parametrize(("user", "slack"), [("alice", "U0ALICE"), ("bob", "U0BOB")], ids=["requester", "voter"])
async def test_rights_that_were_taken_meanwhile_hold_it(world: World, user: str, slack: str) -> None:
    app = await canary(world)
    async with world.bot(**with_interns(slack)) as bot:
        await bot.command("alice", f"{REST} --hold=3m")
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "holding at 60 %", "watched until")
        await world.take_rights("interns", user=user)
        await bot.ended(1, "⚠️")
        await app.until(holds_at(3))
        assert await bot.life(1) == PARTLY
    assert landed(world) == [STATUS]


async def test_a_vote_after_the_time_that_was_agreed_on_sends_nothing(world: World) -> None:
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", f"{REST} --until=5m")
        card = await bot.card(1)
        world.clock.turn_on(seconds=301)
        await bot.approve("bob", card)
        await bot.ended(1, "⌛", "The time that was agreed on is over", "Nothing was sent")
        await app.until(holds_at(1))
    assert landed(world) == []


@pytest.mark.parametrize("label", ["before-intent", "intent-stored"])
async def test_a_bot_that_dies_before_it_sends_the_second_call_sends_it_once(world: World, label: str) -> None:
    app = await canary(world)
    async with world.bot(knobs=Knobs(point=_dying(label))) as bot:
        await bot.command("alice", f"{REST} --hold=1s")
        await bot.approve("bob", await bot.card(1))
        await app.until(holds_at(3))
    async with world.bot() as bot:
        await bot.ended(1, "✅", "5/5 ready")
    assert landed(world) == [STATUS, STATUS]


async def test_a_bot_that_dies_after_it_sent_the_second_call_asks_a_person(world: World) -> None:
    app = await canary(world)
    async with world.bot(knobs=Knobs(point=_dying("sent"))) as bot:
        await bot.command("alice", f"{REST} --hold=1s")
        await bot.approve("bob", await bot.card(1))
        await app.until(is_healthy)
    async with world.bot() as bot:
        unsure = await bot.card(1, "🆘", "leaves no trace")
        await bot.click("alice", unsure, "happened")
        await bot.submit("alice")
        await bot.ended(1, "✅", "5/5 ready")
    assert landed(world) == [STATUS, STATUS]


def _dying(label: str) -> Any:
    """The attempt ends for good where it comes to this place for the second time."""
    seen: list[str] = []

    def point(reached: str) -> None:
        if reached == label:
            seen.append(reached)
        if len(seen) == 2:
            raise asyncio.CancelledError

    return point


async def test_two_votes_for_the_same_rest_promote_each_pause_once(world: World) -> None:
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", f"{REST} --hold=1s")
        first = await bot.card(1)
        await bot.command("carol", f"{REST} --hold=1s")
        await bot.click("carol", await bot.said("asked for the same", person="carol"), "mine")
        second = await bot.card(2)
        await bot.approve("bob", first)
        await bot.approve("bob", second)
        await bot.card(1, "✅")
        await app.until(is_healthy)
    assert landed(world) == [STATUS, STATUS]


async def test_whose_time_is_over_is_told_a_rest_that_can_be_asked_for(world: World) -> None:
    app = await canary(world)
    async with world.bot() as bot:
        moment = (world.clock.now() + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        at = (await app.get())["status"]["currentPodHash"] + ":1"
        await bot.command("alice", f"{REST} --hold=10m --until={moment} --at={at}")
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "holding at 60 %", "watched until")
        world.clock.turn_on(seconds=301)
        ended = await bot.ended(1, "⚠️", "the time that was agreed on is over", "it stands at step 4 of 4")
        told = everything(ended)
        assert "The rest: argo rollouts promote app-rollout --rest --hold=10m" in told
        assert moment not in told
        await bot.click("alice", ended, "again")
        await bot.approve("bob", await bot.card(2, "step 4 of 4"))
        await bot.ended(2, "✅")
    assert landed(world) == [STATUS, STATUS]


async def test_who_goes_back_on_the_way_stops_it(world: World) -> None:
    async with world.bot() as bot:
        app = await on_the_way(world, bot)
        await bot.click("alice", await bot.card(1), "stop")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        await bot.ended(1, "🛑", "Taken back by R-2")
        assert await app.image() == "app:v1"
    assert landed(world) == [STATUS, "kajitori:alice patch rollouts/app-rollout"]


async def test_who_stops_it_is_told_where_it_stays_and_how_it_goes_on(world: World) -> None:
    async with world.bot() as bot:
        app = await on_the_way(world, bot)
        card = await bot.card(1)
        await bot.click("alice", card, "cancel")
        ended = everything(await bot.ended(1, "🛑", "nothing more is sent"))
        assert "✔️ the update is promoted" in ended
        assert "▫️ promoted from 60 %" in ended
        assert "The rest: " in ended
        await app.until(holds_at(3))
