"""Blue/green, a template that stands in a Deployment, an analysis that fails, a controller that is down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.controlplane.argo import NAME
from tests.controlplane.shop import deployment_of
from tests.installation.bot import everything
from tests.installation.world import World
from tests.scenarios.canaries import (
    CANARY,
    Canary,
    Json,
    active,
    analysed,
    blue_green,
    canary,
    holds_at,
    is_healthy,
    rollout_of,
)
from tests.scenarios.lines import landed

STATUS = "kajitori:alice patch rollouts/app-rollout/status"
SPEC = "kajitori:alice patch rollouts/app-rollout"
PROMOTE = "kubectl argo rollouts promote app-rollout"
IMAGE = "kubectl argo rollouts set image app-rollout app=app:v2"


async def test_a_blue_green_update_is_switched_and_taken_back(argo_world: World) -> None:
    world = argo_world
    app = await blue_green(world)
    status = (await app.get())["status"]
    assert await active(world) == status["stableRS"]
    async with world.bot() as bot:
        await bot.command("alice", PROMOTE)
        await bot.approve("bob", await bot.card(1, "it serves everybody", "app:v2"))
        done = await bot.ended(1, "✅", "5/5 ready")
        assert await active(world) == status["currentPodHash"]
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        assert await app.image() == "app:v1"
    assert landed(world) == [STATUS, SPEC]


async def test_a_blue_green_update_is_aborted_without_a_switch(argo_world: World) -> None:
    world = argo_world
    app = await blue_green(world)
    stable = await active(world)
    async with world.bot() as bot:
        await bot.command("alice", "kubectl argo rollouts abort app-rollout")
        await bot.approve("bob", await bot.card(1, "Its spec stays on app:v2"))
        await bot.ended(1, "✅", "5/5 ready")
        assert await active(world) == stable
        assert (await app.get())["status"]["abort"] is True
    assert landed(world) == [STATUS]


async def test_a_full_promotion_after_an_abort_is_destructive_and_ships_it(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    rules = "rules: [{name: twice, match: {destructive: true}, decision: {approvals: 2}}]\n"
    async with world.bot(policy=rules) as bot:
        await bot.command("alice", "kubectl argo rollouts abort app-rollout")
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅")
        await bot.command("alice", f"{PROMOTE} --full")
        card = await bot.card(2, "ships the version that was aborted", "needs 2")
        await bot.approve("bob", card)
        await bot.approve("carol", await bot.card(2, "needs 1"))
        await bot.ended(2, "✅", "5/5 ready")
        await app.until(is_healthy)
        assert await app.weight() == (5, 5)
    assert landed(world) == [STATUS, STATUS]


async def test_a_restart_replaces_every_pod(argo_world: World) -> None:
    world = argo_world
    app = await canary(world, "app:v1")
    async with world.bot() as bot:
        await bot.command("alice", "kubectl argo rollouts restart app-rollout")
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅", "5/5 ready")
        found = await app.get()
        assert found["status"]["restartedAt"] == found["spec"]["restartAt"]
    assert landed(world) == [SPEC]


@pytest.mark.cluster
async def test_a_template_that_stands_in_a_deployment_is_changed_there(argo_real_world: World) -> None:
    world = argo_real_world
    await referring(world)
    async with world.bot() as bot:
        await bot.command("alice", IMAGE)
        await bot.approve("bob", await bot.card(1, "deployment/web, which is what is changed"))
        done = await bot.ended(1, "✅", "holding at 20 %")
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅", "5/5 ready")
    assert landed(world) == ["kajitori:alice patch deployments/web"] * 2


@pytest.mark.cluster
async def test_whoever_changes_that_deployment_is_told_what_it_begins(argo_real_world: World) -> None:
    world = argo_real_world
    app = await referring(world)
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/web app=app:v2")
        words = ("rollout/app-rollout takes its template from it: this begins its update", "5 pods")
        await bot.approve("bob", await bot.card(1, *words, "argo rollouts status app-rollout"))
        done = await bot.ended(1, "✅", "rollout/app-rollout is updated as its own strategy says.")
        await app.until(holds_at(1))
        await bot.click("alice", done, "run")
        await bot.said("holding at 20 %", channel=bot.direct("alice"))
        await bot.command("alice", "rollout status deploy/web")
        await bot.said("rollout/app-rollout takes its template from it: holding at 20 %")
        await bot.command("alice", "scale deploy/web --replicas=2")
        await bot.approve("bob", await bot.card(2, "these pods run beside its own"))
        await bot.ended(2, "✅")
    assert landed(world) == ["kajitori:alice patch deployments/web", "kajitori:alice patch deployments/web/scale"]


async def test_a_rollout_that_another_controller_leads_is_told_as_well(simulated_world: World) -> None:
    world = simulated_world
    await world.shop.apply(reference({"argo-rollouts.argoproj.io/controller-instance-id": "other"}))
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/web app=app:v2")
        card = await bot.card(1, "rollout/app-rollout takes its template from it: this begins its update", "5 pods")
        await bot.approve("bob", card)
        await bot.ended(1, "✅")
    assert landed(world) == ["kajitori:alice patch deployments/web"]


async def referring(world: World) -> Canary:
    """A Rollout that takes its template from `deployment/web`, led to its first end."""
    await world.shop.apply(reference({}))
    found = Canary(world=world)
    await found.until(is_healthy)
    return found


def reference(labels: dict[str, str]) -> list[Json]:
    """A Rollout that takes its template from `deployment/web`, which has no pods of its own."""
    deployment = deployment_of("web", "app:v1", 0, {})
    container = {"name": "app", "image": "app:v1"}
    deployment["spec"]["template"]["spec"]["containers"] = [container]
    deployment["spec"]["template"]["metadata"]["labels"] = {"app": "app-rollout"}
    deployment["spec"]["selector"] = {"matchLabels": {"app": "app-rollout"}}
    rollout = rollout_of("app-rollout", "app:v1", CANARY)
    del rollout["spec"]["template"]
    rollout["spec"]["workloadRef"] = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    rollout["metadata"]["labels"] |= labels
    return [{"apiVersion": "apps/v1", "kind": "Deployment", **deployment}, rollout]


@pytest.fixture
async def measured() -> AsyncIterator[str]:
    """A metric source that tells of four errors in a hundred."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"rate": 0.041})

    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


def error_rate(url: str) -> dict[str, Any]:
    metric = {
        "name": "error-rate",
        "successCondition": "result < 0.02",
        "provider": {"web": {"url": url, "jsonPath": "{$.rate}"}},
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AnalysisTemplate",
        "metadata": {"name": "errors"},
        "spec": {"metrics": [metric]},
    }


@pytest.mark.cluster
async def test_a_failing_analysis_is_told_with_its_value_and_its_condition(
    argo_real_world: World, measured: str
) -> None:
    world = argo_real_world
    await world.shop.apply([error_rate(measured)])
    await analysed(world, "errors")
    async with world.bot() as bot:
        await bot.command("alice", IMAGE)
        await bot.approve("bob", await bot.card(1))
        failed = await bot.ended(1, "❌", "error-rate is 0.041", "good if result < 0.02", "1 of 1 bad since")
        assert "the application: it aborts by itself" in everything(failed)
        await bot.command("alice", "kubectl argo rollouts get rollout app-rollout")
        shown = everything(await bot.said("AnalysisRun", "error-rate is 0.041"))
        assert "It was aborted: the stable version serves" in shown
    assert landed(world) == [SPEC]


@pytest.mark.cluster
async def test_a_controller_that_is_down_is_said(argo_real_world: World) -> None:
    world = argo_real_world
    app = await canary(world)
    async with world.bot() as bot:
        with world.shop.control_plane.stopped(NAME):
            await bot.command("alice", PROMOTE)
            await bot.approve("bob", await bot.card(1))
            await bot.card(1, "⏳", "sent once")
            world.clock.turn_on(seconds=31)
            await bot.card(1, "no controller has looked at it")
            await bot.command("carol", PROMOTE)
            await bot.said("is going on already", person="carol")
        await bot.ended(1, "✅", "holding at 60 %")
        await app.until(holds_at(3))
    assert landed(world) == [STATUS]


@pytest.mark.cluster
async def test_a_full_promotion_is_not_taken_for_the_abort_before_it(argo_real_world: World) -> None:
    """What its controller has not looked at still reads as aborted."""
    world = argo_real_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", "kubectl argo rollouts abort app-rollout")
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅")
        await bot.command("alice", f"{PROMOTE} --full")
        await bot.approve("carol", await bot.card(2, "ships the version that was aborted", "needs 2"))
        card = await bot.card(2, "needs 1")
        with world.shop.control_plane.stopped(NAME):
            await bot.approve("bob", card)
            await bot.card(2, "⏳", "sent once")
            world.clock.turn_on(seconds=31)
            await bot.card(2, "no controller has looked at it")
        await bot.ended(2, "✅", "5/5 ready")
        await app.until(is_healthy)
    assert landed(world) == [STATUS, STATUS]
