"""The bot's own role is examined in each cluster before that one is served: at the start, or once it is back."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.errors import Refused
from tests.installation.world import World, running_of

SECRETS = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]}]
BOT = "system:serviceaccount:kajitori:kajitori"
WRONG = "is wrong, so it is not served"


async def test_a_role_that_is_too_strong_at_the_start_is_not_served_and_that_is_said(simulated_world: World) -> None:
    await simulated_world.app("app:v1", "app:v2")
    await simulated_world.shop.allow_everywhere(SECRETS, user=BOT)
    with pytest.raises(Refused) as refused:
        async with simulated_world.bot():
            raise AssertionError("it started")
    assert WRONG in str(refused.value.what)
    assert "secrets" in str(refused.value.why)
    assert simulated_world.slack.messages("payments-prod", "alice") == []
    assert simulated_world.sent() == []


async def test_a_cluster_that_is_away_at_the_start_is_served_once_it_is_back(simulated_world: World) -> None:
    world = simulated_world
    await world.app("app:v1", "app:v2")
    world.cluster.faults.drop(times=10_000, path="selfsubjectaccessreviews")
    async with world.bot() as bot:
        await bot.command("alice", "get deploy")
        await bot.refused("alice", "I have not reached prod since I was started, so I do not serve it yet.")
        world.cluster.faults.clear()
        async with asyncio.timeout(30):
            while running_of(bot).services.clusters.unexamined:
                world.clock.turn_on(seconds=15)
                await asyncio.sleep(0.05)
        await bot.command("alice", "get deploy")
        await bot.said("app", "2/2")


async def test_a_role_that_is_found_too_strong_later_is_never_served(simulated_world: World) -> None:
    world = simulated_world
    await world.app("app:v1", "app:v2")
    world.cluster.faults.drop(times=10_000, path="selfsubjectaccessreviews")
    async with world.bot() as bot:
        await world.shop.allow_everywhere(SECRETS, user=BOT)
        with capture_logs() as logs:
            world.cluster.faults.clear()
            async with asyncio.timeout(30):
                while not any(WRONG in str(each.get("why")) for each in logs):
                    world.clock.turn_on(seconds=15)
                    await asyncio.sleep(0.05)
        await bot.command("alice", "get deploy")
        await bot.refused("alice", "so I do not serve it yet")
    assert world.sent() == []
