"""`top` on the real metrics-server: the numbers that `kubectl top` prints, and its silences in clear words."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.controlplane.metrics import refusing, top, without_metrics_server
from tests.installation.bot import CHANNEL, Bot, everything
from tests.installation.world import World
from tests.scenarios.loads import measured, workload

pytestmark = pytest.mark.cluster

POD_LINES = (
    "pods",
    "pods --sort-by=cpu",
    "pods --sort-by=memory",
    "pods --containers",
    "pods --containers --sort-by=memory",
    "pods -l app=idle",
)
NODE_LINES = ("nodes", "nodes --sort-by=cpu", "node node-b")
DOWN = "its server does not answer; all else there does."


async def kubectl(world: World, words: str) -> Any:
    """The rows that `kubectl top` prints, or its complaint."""
    return await asyncio.to_thread(lambda: top(world.shop.control_plane, *words.split(), "-n", world.namespace))


def rows_of(printed: str) -> list[list[str]]:
    return [line.split() for line in printed.splitlines()]


def shown_in(message: dict[str, Any]) -> list[list[str]]:
    (table,) = (block for block in message["blocks"] if block["type"] == "table")
    return [[cell["text"] for cell in row] for row in table["rows"]]


async def answers(bot: Bot, *words: str) -> list[dict[str, Any]]:
    """All that alice was told with these words, oldest first."""
    seen = bot.workspace.messages(CHANNEL, "alice")
    return [each for each in seen if all(word in everything(each) for word in words)]


async def same(world: World, bot: Bot, words: str, title: str) -> None:
    """What is shown is what kubectl prints, before and after: the server looks again every ten seconds."""
    async with asyncio.timeout(60):
        while True:
            known = len(await answers(bot, title))
            before = rows_of((await kubectl(world, words)).stdout)
            await bot.command("alice", f"top {words}")
            while len(found := await answers(bot, title)) == known:
                await asyncio.sleep(0.05)
            if rows_of((await kubectl(world, words)).stdout) == before:
                assert shown_in(found[-1]) == before
                return


async def test_the_numbers_are_those_of_kubectl(metrics_world: World) -> None:
    world = metrics_world
    await world.shop.apply(
        [
            workload("idle", cpu="40m", memory="300Mi"),
            workload("busy", cpu="250m", memory="64Mi"),
            workload("pair", cpu="90m", memory="100Mi", containers=("app", "proxy")),
        ]
    )
    nodes = {"apiGroups": ["", "metrics.k8s.io"], "resources": ["nodes"], "verbs": ["get", "list"]}
    await world.shop.allow_everywhere([nodes], user="kajitori:alice")
    await measured(world, {"idle": "40m", "busy": "250m", "pair": "90m"})
    async with world.bot() as bot:
        for words in POD_LINES:
            await same(world, bot, words, f"What pods use in {world.namespace}")
        for words in NODE_LINES:
            await same(world, bot, words, "What nodes use")
    assert world.sent() == []


async def test_who_has_no_metrics_is_told_as_kubectl_tells_it(metrics_world: World) -> None:
    world = metrics_world
    async with world.bot() as bot:
        assert (await kubectl(world, "pods")).stderr == f"No resources found in {world.namespace} namespace.\n"
        await bot.command("alice", "top pods")
        await bot.said("What pods use in", "No resources found.")

        app = await world.app("app:v1", replicas=1)
        pod = str((await app.pods())[0]["metadata"]["name"])
        assert (await kubectl(world, "pods")).stderr == "error: metrics not available yet\n"
        for line in ("top pods", f"top pod {pod}"):
            await bot.command("alice", line)
            await bot.said("What pods use in", f"There are no metrics of {pod} yet.")
        await bot.command("alice", "top pod nosuch")
        await bot.said("nosuch not found")
        world.clock.turn_on(minutes=3)
        await bot.command("alice", "top pods")
        await bot.said(f"Metrics not available for pod {world.namespace}/{pod}, age: 3m")


async def test_a_server_that_is_down_is_named_and_all_else_goes_on(metrics_world: World) -> None:
    world = metrics_world
    plane = world.shop.control_plane
    await world.app("app:v1", replicas=1)
    async with world.bot() as bot:
        with without_metrics_server(plane):
            await bot.command("alice", "top pods")
            await bot.said("Metrics API not available", DOWN, "Ask whoever runs PROD tokyo to look at metrics-server.")
            await asyncio.to_thread(refusing, plane)
            assert (await kubectl(world, "pods")).stderr == "error: Metrics API not available\n"
            known = len(await answers(bot, DOWN))
            await bot.command("alice", "top pods")
            while len(await answers(bot, DOWN)) == known:
                await asyncio.sleep(0.05)
            await bot.command("alice", "get deployments")
            await bot.said("app", "1/1")
    assert world.sent() == []
