"""Autoscalers that follow what the real metrics-server measures: seen, limited, held, let loose, not fought with."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.controlplane.shop import AppWorld
from tests.installation.bot import CHANNEL, Bot, everything
from tests.installation.world import World
from tests.scenarios.lines import landed
from tests.scenarios.loads import let_go, measured, use, workload
from tests.scenarios.tables import answer, kubectl, rows_of, shown_in

pytestmark = pytest.mark.cluster

SCALER = "horizontalpodautoscalers/app"
NOBODY_KNOWS = "2 pods, how many it wants is not known yet; between 2 and 4."
Json = dict[str, Any]


async def until_autoscaler(world: World, *, used: int, reason: str) -> None:
    """Returns when it has measured about so many per cent, and its limits hold it for this reason."""
    path = f"/apis/autoscaling/v2/namespaces/{world.namespace}/{SCALER}"

    def met(found: Json) -> bool:
        status = found.get("status") or {}
        metrics = status.get("currentMetrics") or [{}]
        now = (metrics[0].get("resource") or {}).get("current", {}).get("averageUtilization", -9)
        limited = {each["reason"] for each in status.get("conditions", ()) if each["type"] == "ScalingLimited"}
        return abs(now - used) <= 2 and reason in limited

    await world.shop.until(path, met, seconds=60)


async def until_wanted(app: AppWorld, replicas: int) -> None:
    await app.until(lambda it: it["spec"]["replicas"] == replicas, seconds=60)


async def until_held(app: AppWorld, held: int, *, of: int) -> None:
    """Returns when there are so many pods, and these of them wait to be let go."""

    def met(found: Json) -> bool:
        status = found.get("status") or {}
        return (status.get("replicas"), status.get("unavailableReplicas")) == (of, held)

    await app.until(met, seconds=60)


async def wanted(app: AppWorld) -> int:
    return int((await app.get())["spec"]["replicas"])


async def same_as_kubectl(world: World, bot: Bot, *words: str) -> Json:
    """What `hpa status` tells holds these words, and its table is what kubectl prints, but for the age."""
    async with asyncio.timeout(30):
        while True:
            before = rows_of((await kubectl(world, "get hpa app")).stdout)
            found = await answer(bot, "hpa status app", f"Autoscaler {world.namespace}/app")
            head, row = shown_in(found)
            after = rows_of((await kubectl(world, "get hpa app")).stdout)
            if before[1][:-1] != after[1][:-1]:
                continue
            assert [head, " ".join(row[:-1]).split()] == [before[0], before[1][:-1]]
            if all(word in everything(found) for word in words):
                return found  # it reckons once a second, and at first perhaps not yet


async def test_what_the_load_needs_is_seen_and_a_higher_limit_lets_it_have_that(metrics_world: World) -> None:
    world = metrics_world
    app = await begun(world)
    async with world.bot() as bot:
        await bot.command("alice", "autoscale deploy/app --min=2 --max=4 --cpu=50%")
        await bot.approve("bob", await bot.card(1, "2-4 pods"))
        await bot.ended(1, "✅")
        await same_as_kubectl(world, bot, NOBODY_KNOWS, "cpu: <unknown>/50%", "FailedGetResourceMetric")

        await let_go(world, "app")
        await measured(world, {"app": "40m"})
        await until_autoscaler(world, used=20, reason="TooFewReplicas")
        found = await same_as_kubectl(world, bot, "2 pods, 2 wanted", "its minimum", "%/50%")
        assert "⚠" not in everything(found)

        await use(world, "app", "200m")
        await until_held(app, 2, of=4)
        await let_go(world, "app")
        # The new pods use 40m still: all four use 60 % together, for which five would be right.
        await until_autoscaler(world, used=60, reason="TooManyReplicas")
        await same_as_kubectl(world, bot, "4 pods, 4 wanted; between 2 and 4.", "ScalingLimited: TooManyReplicas")

        await bot.command("alice", "scale deploy/app --replicas=6")
        offered = await bot.refused("alice", "hpa/app keeps deployment/app between 2 and 4 pods", "--max=6")
        await press(bot, offered, "--max=6")
        await bot.approve("bob", await bot.card(2, "2-4", "2-6"))
        higher = await bot.ended(2, "✅")
        await until_wanted(app, 5)

        await bot.click("alice", higher, "back")
        await bot.submit("alice")
        await bot.ended(3, "✅", "4/4 ready")
        assert await wanted(app) == 4
        await same_as_kubectl(world, bot, "between 2 and 4.")
    assert landed(world) == [f"kajitori:alice create {SCALER}", *[f"kajitori:alice patch {SCALER}"] * 2]


async def test_what_is_paused_stays_as_it_is_whatever_the_load_until_somebody_resumes_it(metrics_world: World) -> None:
    world = metrics_world
    app = await known(world)
    async with world.bot() as bot:
        await bot.command("alice", "hpa pause app")
        await bot.approve("bob", await bot.card(1, "2-4", "2-2"))
        await bot.ended(1, "✅")
        await use(world, "app", "200m")
        await until_autoscaler(world, used=100, reason="TooManyReplicas")
        assert await wanted(app) == 2
        await same_as_kubectl(world, bot, "between 2 and 2", "It is paused; its limits were 2-4.", "%/50%")

        await bot.command("alice", "hpa resume app")
        await bot.approve("bob", await bot.card(2, "2-2", "2-4"))
        resumed = await bot.ended(2, "✅")
        await until_wanted(app, 4)

        await bot.click("alice", resumed, "back")
        await bot.submit("alice")
        await bot.ended(3, "✅", "2/2 ready")
        await same_as_kubectl(world, bot, "It is paused; its limits were 2-4.")
    assert landed(world) == [f"kajitori:alice patch {SCALER}"] * 3


async def test_a_number_that_the_autoscaler_takes_back_is_a_failure_that_names_it(metrics_world: World) -> None:
    world = metrics_world
    app = await known(world)
    async with world.bot() as bot:
        await bot.command("alice", "scale deploy/app --replicas=4")
        warned = await bot.card(1, "hpa/app sets the number again within seconds, between 2 and 4")
        assert "hpa pause hpa/app --at=4" in everything(warned)
        await bot.approve("bob", warned)
        await bot.ended(1, "❌", "hpa/app set it to 2")
        assert await wanted(app) == 2
    assert landed(world) == ["kajitori:alice patch deployments/app/scale"]


async def begun(world: World) -> AppWorld:
    """Two pods that are to use 20 % of what they request, and like all that come later wait to be let go."""
    app = AppWorld(world.shop, "app")
    await world.shop.apply([workload("app", replicas=2, cpu="40m", held=True)])
    await until_held(app, 2, of=2)
    return app


async def known(world: World) -> AppWorld:
    """The same two pods, ready, and an autoscaler for 2 to 4 that knows what they use."""
    app = await begun(world)
    await let_go(world, "app")
    target = {"type": "Utilization", "averageUtilization": 50}
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "app"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"},
            "minReplicas": 2,
            "maxReplicas": 4,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
    }
    await world.shop.apply([scaler])
    await measured(world, {"app": "40m"})
    await until_autoscaler(world, used=20, reason="TooFewReplicas")
    return app


async def press(bot: Bot, message: Json, words: str) -> None:
    """The button of a message that stands for a line with these words."""
    elements = [each for block in message["blocks"] for each in block.get("elements", [])]
    (button,) = (each for each in elements if each.get("type") == "button" and words in each["value"])
    await bot.workspace.click("alice", CHANNEL, message["ts"], button["action_id"])
