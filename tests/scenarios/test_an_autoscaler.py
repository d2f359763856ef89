"""An autoscaler: made as it is pasted, seen, limited, paused and resumed; and scaling that knows of it."""

from __future__ import annotations

import asyncio
from typing import Any

from playground.cluster.controllers.autoscaling import LOAD
from tests.installation.bot import CHANNEL
from tests.installation.world import World
from tests.scenarios.lines import landed

HPA = "kajitori:alice patch horizontalpodautoscalers/app"


async def limits(world: World) -> tuple[int, int]:
    path = f"/apis/autoscaling/v2/namespaces/{world.namespace}/horizontalpodautoscalers/app"
    spec = (await asyncio.to_thread(world.shop.admin.get, path))["spec"]
    return spec["minReplicas"], spec["maxReplicas"]


async def test_from_kubectl_autoscale_to_a_pause_and_back(shared_world: World) -> None:
    world = shared_world
    app = await world.app(replicas=3)
    async with world.bot() as bot:
        await bot.command("alice", "kubectl autoscale deployment/app --min=2 --max=8 --cpu=70%")
        await bot.approve("bob", await bot.card(1, "PROD", "2-8 pods"))
        await bot.ended(1, "✅")
        assert landed(world) == ["kajitori:alice create horizontalpodautoscalers/app"]

        await bot.command("alice", "hpa status app")
        await bot.said("between 2 and 8", "Deployment/app")

        await bot.command("alice", "hpa set app --max=2")
        await bot.approve("bob", await bot.card(2, "2-8", "2-2"))
        fewer = await bot.ended(2, "✅", "2/2 ready")
        assert (await app.get())["spec"]["replicas"] == 2
        assert await limits(world) == (2, 2)

        await bot.click("alice", fewer, "back")
        await bot.submit("alice")
        await bot.ended(3, "✅")
        assert await limits(world) == (2, 8)

        await bot.command("alice", "hpa pause app")
        await bot.approve("bob", await bot.card(4))
        await bot.ended(4, "✅")
        assert await limits(world) == (2, 2)

        await bot.command("alice", "hpa resume app")
        await bot.approve("bob", await bot.card(5, "2-8"))
        await bot.ended(5, "✅")
        assert await limits(world) == (2, 8)
        assert landed(world)[1:] == [HPA] * 4


async def test_scaling_past_an_autoscaler_is_refused_with_its_limit_as_a_button(world: World) -> None:
    app = await world.app(replicas=3)
    await world.shop.apply([scaler()])
    async with world.bot() as bot:
        await bot.command("alice", "kubectl scale deployment/app --current-replicas=3 --replicas=9")
        offered = await bot.refused("alice", "hpa/app keeps deployment/app between 2 and 4 pods", "--max=9")
        assert bot.cards() == []
        for line, why in (
            ("hpa set app --min=9", "must be larger or equal"),
            ("autoscale deploy/app --max=9", "Two autoscalers of one workload would fight"),
        ):
            await bot.command("alice", line)
            await bot.refused("alice", why)
        assert world.sent() == []
        button = next(each for each in pressable(offered) if "--max=9" in each["value"])
        await bot.workspace.click("alice", CHANNEL, offered["ts"], button["action_id"])
        await bot.approve("bob", await bot.card(1, "2-4", "2-9"))
        await bot.ended(1, "✅")
        assert await limits(world) == (2, 9)

        await bot.command("alice", "kubectl scale deployment/app --current-replicas=3 --replicas=0")
        await bot.approve("bob", await bot.card(2, "Nothing of it runs afterwards.", "stays off"))
        await bot.ended(2, "✅")
        assert (await app.get())["spec"]["replicas"] == 0
    assert landed(world) == [HPA, "kajitori:alice patch deployments/app/scale"]


async def test_a_number_that_an_autoscaler_takes_back_is_a_failure_that_names_it(simulated_world: World) -> None:
    world = simulated_world
    app = await world.app(replicas=2)
    await world.shop.apply([scaler({LOAD: "20"})])
    async with world.bot() as bot:
        await bot.command("alice", "hpa status app")
        await bot.said("2 pods, 2 wanted; between 2 and 4.", "Its load needs no more than its minimum.", "cpu: 20%/80%")
        await bot.command("alice", "scale deploy/app --replicas=4")
        await bot.approve("bob", await bot.card(1, "hpa/app sets the number again within seconds"))
        await bot.ended(1, "❌", "hpa/app set it to 2")
        assert (await app.get())["spec"]["replicas"] == 2


def scaler(annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """Between 2 and 4 pods; its load, where the cluster is simulated, stands in an annotation."""
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "app", "annotations": annotations or {}},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"},
            "minReplicas": 2,
            "maxReplicas": 4,
        },
    }


def pressable(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of a message."""
    elements = (each for block in message["blocks"] for each in block.get("elements", []))
    return [each for each in elements if each.get("type") == "button"]
