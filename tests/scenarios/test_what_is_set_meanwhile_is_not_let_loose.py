"""A vote is open while somebody else changes what it would release or copy: votes are asked again, nothing is sent."""

from __future__ import annotations

import asyncio

from tests.installation.world import World
from tests.scenarios.canaries import canary
from tests.scenarios.lines import PATCHED, landed
from tests.scenarios.test_canary_by_two_deployments import behind_a_service, numbers


async def test_a_paused_deployment_gets_another_image(world: World) -> None:
    app = await world.app()
    await app.merge({"spec": {"paused": True}})
    async with world.bot() as bot:
        await bot.command("alice", "rollout resume deploy/app")
        card = await bot.card(1)
        await app.set_image("app:v9")
        await bot.approve("bob", card)
        again = await bot.card(1, "The world moved", "/spec/template of", "needs 1")
        assert (await app.get())["spec"]["paused"] is True
        assert world.sent() == []
        await bot.approve("bob", again)
        await bot.ended(1, "✅")
        assert await app.image() == "app:v9"
    assert world.sent() == [PATCHED]


async def test_the_way_back_of_a_pause_asks_again_where_another_image_was_set(world: World) -> None:
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", "rollout pause deploy/app")
        await bot.approve("bob", await bot.card(1))
        done = await bot.ended(1, "✅")
        await app.set_image("app:v9")
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.card(2, "needs 1")
        assert (await app.get())["spec"]["paused"] is True
    assert world.sent() == [PATCHED]


async def test_a_paused_rollout_gets_another_image(argo_world: World) -> None:
    world = argo_world
    app = await canary(world, "app:v1")
    await asyncio.to_thread(world.shop.admin.merge, app.path, {"spec": {"paused": True}})
    async with world.bot() as bot:
        await bot.command("alice", "argo rollouts resume app-rollout")
        card = await bot.card(1)
        await app.set_image("app:v9")
        await bot.approve("bob", card)
        await bot.card(1, "The world moved", "/spec/template of", "needs 1")
        assert (await app.get())["spec"]["paused"] is True
    assert landed(world) == []


async def test_the_stable_deployment_of_a_canary_is_changed(world: World) -> None:
    await behind_a_service(world)
    path = f"/apis/apps/v1/namespaces/{world.namespace}/deployments/app"
    async with world.bot() as bot:
        await bot.command("alice", "canary start app app=app:v2 --weight=25")
        card = await bot.card(1)
        await asyncio.to_thread(world.shop.admin.merge, path, {"spec": {"minReadySeconds": 1}})
        await bot.approve("bob", card)
        again = await bot.card(1, "The world moved", "what would be created changed", "needs 1")
        assert world.sent() == []
        await bot.approve("bob", again)
        await bot.ended(1, "✅")
        assert await numbers(world) == {"app": (3, "app:v1"), "app-canary": (1, "app:v2")}
