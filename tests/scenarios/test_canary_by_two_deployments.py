"""A canary by two Deployments: started, seen, given more, taken back, promoted; capacity never drops meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.controlplane.shop import AppWorld
from tests.controlplane.stages import RELEASED
from tests.installation.world import World
from tests.scenarios.test_blue_and_green import endpoint_pods

CANARY = "canary"


async def behind_a_service(world: World, *, replicas: int = 4) -> AppWorld:
    app = await world.app("app:v1", replicas=replicas)
    made = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "app"},
        "spec": {"selector": {"app": "app"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    await world.shop.apply([made])
    return app


async def numbers(world: World) -> dict[str, tuple[int, str]]:
    """Pods wanted and image by Deployment."""
    path = f"/apis/apps/v1/namespaces/{world.namespace}/deployments"
    found: list[dict[str, Any]] = await asyncio.to_thread(world.shop.admin.items, path)
    return {
        each["metadata"]["name"]: (
            each["spec"]["replicas"],
            each["spec"]["template"]["spec"]["containers"][0]["image"],
        )
        for each in found
    }


async def held_pod(world: World) -> str:
    """The name of the canary's one pod, once it is there."""
    path = f"/api/v1/namespaces/{world.namespace}/pods"
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(lambda: world.shop.admin.items(path, labels=f"track={CANARY}"))
            if found:
                return str(found[0]["metadata"]["name"])


async def test_from_the_first_pod_to_all_of_them(shared_world: World) -> None:
    world = shared_world
    await behind_a_service(world)
    async with world.bot() as bot:
        await bot.command("alice", "canary start app app=app:v2 --weight=25")
        card = await bot.card(1, "PROD", "v2", "1 of 4 pods (25 %)", "app-canary")
        assert world.sent() == []
        await bot.approve("bob", card)
        await bot.ended(1, "✅", "25 % new")
        assert await numbers(world) == {"app": (3, "app:v1"), "app-canary": (1, "app:v2")}
        assert world.sent() == [
            "kajitori:alice create deployments/app-canary",
            "kajitori:alice patch deployments/app/scale",
        ]

        await bot.command("alice", "canary status app")
        await bot.said("1 of 4 pods (25 %) are the canary's.", "service/app: 1 of 4 pods (25 %) by ready endpoints.")

        await bot.command("alice", "canary set-weight app --weight=50")
        await bot.approve("bob", await bot.card(2, "2 of 4 pods (50 %)"))
        more = await bot.ended(2, "✅")
        assert await numbers(world) == {"app": (2, "app:v1"), "app-canary": (2, "app:v2")}

        await bot.click("alice", more, "back")
        await bot.submit("alice")
        await bot.ended(3, "✅")
        assert await numbers(world) == {"app": (3, "app:v1"), "app-canary": (1, "app:v2")}
        assert "vote.approve bob" not in await bot.life(3)

        await bot.command("alice", "canary promote app")
        await bot.approve("bob", await bot.card(4, "v1", "v2"))
        await bot.ended(4, "✅", "100 % new")
        assert await numbers(world) == {"app": (4, "app:v2"), "app-canary": (0, "app:v2")}
        assert len(await asyncio.to_thread(endpoint_pods, world, "app")) == 4


async def test_a_canary_that_does_not_come_up_leaves_the_stable_pods_and_is_aborted(world: World) -> None:
    await behind_a_service(world)
    async with world.bot() as bot:
        await bot.command("alice", "canary start app app=app:broken-1 --weight=25")
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "ImagePullBackOff")
        assert await numbers(world) == {"app": (4, "app:v1"), "app-canary": (1, "app:broken-1")}
        assert world.sent() == ["kajitori:alice create deployments/app-canary"]

        await bot.command("alice", "canary abort app")
        await bot.approve("bob", await bot.card(2))
        await bot.ended(2, "✅")
        assert await numbers(world) == {"app": (4, "app:v1"), "app-canary": (0, "app:broken-1")}


async def test_pods_that_somebody_else_adds_meanwhile_are_not_taken_away(world: World) -> None:
    app = await behind_a_service(world)
    async with world.bot() as bot:
        await bot.command("alice", "canary start app app=app:held-1 --weight=25")
        await bot.approve("bob", await bot.card(1))
        pod = await held_pod(world)
        await app.merge({"spec": {"replicas": 6}})
        path = f"/api/v1/namespaces/{world.namespace}/pods/{pod}"
        await asyncio.to_thread(world.shop.admin.merge, path, {"metadata": {"annotations": {RELEASED: "yes"}}})
        await bot.ended(1, "⚠️", "/spec/replicas")
        assert await numbers(world) == {"app": (6, "app:v1"), "app-canary": (1, "app:held-1")}
    assert world.sent() == ["kajitori:alice create deployments/app-canary"]


async def test_an_autoscaler_is_noticed_before_anything_is_asked(world: World) -> None:
    await behind_a_service(world)
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "app"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"},
            "minReplicas": 4,
            "maxReplicas": 8,
        },
    }
    await world.shop.apply([scaler])
    async with world.bot() as bot:
        for line in ("canary start app app=app:v2", "canary start app app=app:v2 --weight=101"):
            await bot.command("alice", line)
            await bot.refused("alice", "hpa/app sets how many pods deployment/app has")
        assert bot.cards() == []
    assert world.sent() == []
