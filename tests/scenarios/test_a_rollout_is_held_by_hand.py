"""Pausing a Rollout by hand, resuming it, and ending an analysis before its time: asked, voted on, followed, undone."""

from __future__ import annotations

import pytest

from tests.installation.bot import everything
from tests.installation.world import World
from tests.scenarios.canaries import Json, analysed, canary
from tests.scenarios.lines import landed

SPEC = "kajitori:alice patch rollouts/app-rollout"
FOREVER: Json = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "AnalysisTemplate",
    "metadata": {"name": "slow"},
    "spec": {
        "metrics": [
            {
                "name": "waiting",
                "interval": "10m",
                "count": 3,
                "successCondition": "result == 1",
                "provider": {"web": {"url": "http://127.0.0.1:9/", "jsonPath": "{$.rate}"}},
                "consecutiveErrorLimit": 99,
            }
        ]
    },
}


async def test_it_is_paused_resumed_and_paused_again_by_the_way_back(argo_world: World) -> None:
    world = argo_world
    app = await canary(world)
    async with world.bot() as bot:
        await bot.command("alice", "kubectl argo rollouts pause app-rollout")
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅")
        assert (await app.get())["spec"]["paused"] is True

        await bot.command("alice", "argo rollouts resume app-rollout")
        await bot.approve("bob", await bot.card(2))
        done = await bot.ended(2, "✅")
        assert not (await app.get())["spec"].get("paused")

        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(3, "✅")
        assert (await app.get())["spec"]["paused"] is True
    assert landed(world) == [SPEC] * 3


@pytest.mark.cluster
async def test_an_analysis_that_is_terminated_lets_nothing_go_on_by_itself(argo_real_world: World) -> None:
    world = argo_real_world
    await world.shop.apply([FOREVER])
    app = await analysed(world, "slow")
    await app.set_image("app:v2")
    found = await app.until(
        lambda each: bool(each["status"].get("canary", {}).get("currentStepAnalysisRunStatus", {}).get("name"))
    )
    run = found["status"]["canary"]["currentStepAnalysisRunStatus"]["name"]
    async with world.bot() as bot:
        await bot.command("alice", f"kubectl argo rollouts terminate analysisrun {run}")
        card = await bot.card(1, run)
        await bot.approve("bob", card)
        ended = await bot.ended(1, "✅")
        assert run in everything(ended)
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{world.namespace}/analysisruns/{run}"
    terminated = await world.shop.until(
        path, lambda each: each.get("status", {}).get("phase") in ("Successful", "Failed")
    )
    assert terminated["spec"]["terminate"] is True
    assert landed(world) == [f"kajitori:alice patch analysisruns/{run}"]
