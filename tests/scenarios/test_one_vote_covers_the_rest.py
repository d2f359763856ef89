"""`promote --rest`: one vote, each pause ended by a call of its own while all is well, and nothing after that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from tests.installation.bot import Bot, Json, everything
from tests.installation.world import World
from tests.scenarios.canaries import CANARY, Canary, canary, holds_at, is_healthy, write_that_the_wait_is_over
from tests.scenarios.lines import DONE, VOTED, landed

STATUS = "kajitori:alice patch rollouts/app-rollout/status"
REST = "kubectl argo rollouts promote app-rollout --rest"
FREEZE = """
freezes:
  - {name: incident, reason: the database is down, timezone: UTC,
     between: {from: 2020-01-01T00:00:00, until: 2099-01-01T00:00:00}}
"""


async def test_all_pauses_are_left_by_one_vote(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", f"{REST} --hold=1s")
        card = await bot.card(1, "through all steps that are left")
        for words in ("60 % → 100 %", "No analysis measures the new version", "while it passes; until"):
            assert words in everything(card)
        await bot.approve("bob", card)
        await bot.ended(1, "✅", "5/5 ready")
        await app.until(is_healthy)
        assert await app.image() == "app:v2"
        assert await bot.life(1) == DONE
    assert landed(world) == [STATUS, STATUS]


async def on_the_way(world: World, bot: Bot, words: str = "--hold=10m") -> Canary:
    """One that was promoted once and is held at 60 % by the same vote."""
    app = await canary(world)
    await bot.command("alice", f"{REST} {words}")
    await bot.approve("bob", await bot.card(1))
    await bot.card(1, "holding at 60 %", "watched until")
    return app


async def test_it_is_stopped_on_the_way_and_nothing_more_is_sent(argo_world: World) -> None:
    world = argo_world
    async with world.bot() as bot:
        app = await on_the_way(world, bot)
        await bot.click("alice", await bot.card(1), "cancel")
        ended = await bot.ended(1, "🛑", "nothing more is sent")
        assert "▫️ promoted from 60 %" in everything(ended)
        await app.until(holds_at(3))
    assert landed(world) == [STATUS]


async def test_a_hand_in_between_ends_it(argo_world: World) -> None:
    world = argo_world
    async with world.bot() as bot:
        app = await on_the_way(world, bot)
        await app.pause()
        ended = await bot.ended(1, "⚠️", "somebody paused it by hand")
        assert "The rest:" in everything(ended)
        assert await bot.life(1) == [*VOTED, "request.partly_done"]
    assert landed(world) == [STATUS]


async def test_nothing_is_sent_after_the_time_that_was_agreed_on(argo_world: World) -> None:
    world = argo_world
    async with world.bot() as bot:
        await on_the_way(world, bot, "--hold=10m --until=5m")
        world.clock.turn_on(seconds=301)
        await bot.ended(1, "⚠️", "the time that was agreed on is over")
    assert landed(world) == [STATUS]


async def test_a_freeze_that_comes_meanwhile_holds_the_next_step(argo_world: World) -> None:
    world = argo_world
    world.knobs["lease_ttl"] = 1200.0  # the clock is turned on, and whoever loses the lease holds the pause anew
    async with world.bot(policy="rules: []\n") as bot:
        app = await on_the_way(world, bot)
        assert bot.running is not None
        before = bot.running.services.policy().version
        world.write_policy(FREEZE)
        await world.policy_in_force(bot, before)
        world.clock.turn_on(seconds=601)
        await bot.ended(1, "⚠️", "Changes are frozen until")
        await app.until(holds_at(3))
    assert landed(world) == [STATUS]


async def test_another_bot_goes_on_where_the_first_one_ended(argo_world: World) -> None:
    world = argo_world
    async with world.bot() as bot:
        app = await on_the_way(world, bot, "--hold=20s")
    async with world.bot() as bot:
        await bot.ended(1, "✅", "5/5 ready")
        await app.until(is_healthy)
    assert landed(world) == [STATUS, STATUS]


@dataclass
class Source:
    """What the metric source tells, which a test may change."""

    url: str
    rate: float = 0.0


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    found = Source(url="")

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"rate": found.rate})

    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield found
    await runner.cleanup()


async def watched(world: World, source: Source, **more: Any) -> Canary:
    """A canary at its first pause, measured every second from its first step on; `more` is of the metric."""
    metric = {
        "name": "error-rate",
        "interval": "1s",
        "failureLimit": 0,
        "successCondition": "result < 0.02",
        "provider": {"web": {"url": source.url, "jsonPath": "{$.rate}"}},
        **more,
    }
    template: Json = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate", "metadata": {"name": "errors"}}
    await world.shop.apply([{**template, "spec": {"metrics": [metric]}}])
    analysis: dict[str, Any] = {"templates": [{"templateName": "errors"}]}
    app = Canary(world=world, strategy={"canary": {**CANARY["canary"], "analysis": analysis}})
    await app.set_image("app:v1")
    await app.until(is_healthy)
    await app.set_image("app:v2")
    await app.until(holds_at(1))
    run = (await app.get())["status"]["canary"]["currentBackgroundAnalysisRunStatus"]["name"]
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{world.namespace}/analysisruns/{run}"
    await world.shop.until(path, lambda found: bool(found.get("status", {}).get("metricResults")))
    return app


@pytest.mark.cluster
async def test_a_real_analysis_lets_it_through(argo_real_world: World, source: Source) -> None:
    world = argo_real_world
    app = await watched(world, source)
    async with world.bot() as bot:
        await bot.command("alice", f"{REST} --hold=2s")
        card = await bot.card(1)
        assert "No analysis" not in everything(card)
        await bot.approve("bob", card)
        await bot.ended(1, "✅", "5/5 ready")
        await app.until(is_healthy)
    assert landed(world) == [STATUS, STATUS]


@pytest.mark.cluster
async def test_a_real_analysis_that_fails_on_the_way_ends_it(argo_real_world: World, source: Source) -> None:
    world = argo_real_world
    app = await watched(world, source)
    async with world.bot() as bot:
        await bot.command("alice", f"{REST} --hold=10m")
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "holding at 60 %", "watched until")
        source.rate = 0.041
        ended = await bot.ended(1, "⚠️", "error-rate is 0.041", "good if result < 0.02")
        assert "▫️ promoted from 60 %" in everything(ended)
        assert (await app.get())["status"]["abort"] is True
        await bot.command("alice", REST)
        await bot.refused("alice", "was aborted")
    assert landed(world) == [STATUS]


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("metric", "why"),
    [
        ({"failureLimit": 1000}, "error-rate is 0.041"),
        ({"failureCondition": "result > 0.1", "inconclusiveLimit": 0}, "undecided"),
    ],
    ids=["a failure that the analysis puts up with", "inconclusive"],
)
async def test_a_real_analysis_that_went_bad_while_the_bot_was_down_ends_it(
    argo_real_world: World, source: Source, metric: Json, why: str
) -> None:
    """The records say that the wait before the next call had ended well."""
    world = argo_real_world
    app = await watched(world, source, **metric)
    async with world.bot() as bot:
        await bot.command("alice", f"{REST} --hold=10m")
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "holding at 60 %", "watched until")
    source.rate = 0.041
    await app.until(lambda found: found["status"]["phase"] == "Paused")
    run = (await app.get())["status"]["canary"]["currentBackgroundAnalysisRunStatus"]["name"]
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{world.namespace}/analysisruns/{run}"
    await world.shop.until(
        path, lambda found: found["status"]["metricResults"][0]["measurements"][-1]["phase"] != "Successful"
    )
    write_that_the_wait_is_over(world)
    async with world.bot() as bot:
        ended = await bot.ended(1, "⚠️", why)
        assert "promoted from 60 %" in everything(ended)
        await app.until(holds_at(3))
    assert landed(world) == [STATUS]


@pytest.mark.cluster
async def test_a_real_analysis_that_is_taken_away_on_the_way_ends_it(argo_real_world: World, source: Source) -> None:
    world = argo_real_world
    app = await watched(world, source)
    async with world.bot() as bot:
        await bot.command("alice", f"{REST} --hold=20s")
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "holding at 60 %", "watched until")
        gone: Json = {"spec": {"strategy": {"canary": {"analysis": None}}}}
        await asyncio.to_thread(world.shop.admin.merge, app.path, gone)
        await bot.ended(1, "⚠️", "/spec/strategy")
        await app.until(holds_at(3))
    assert landed(world) == [STATUS]
