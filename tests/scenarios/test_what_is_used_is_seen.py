"""`top` on the real metrics-server: the numbers that `kubectl top` prints, and its silences in clear words."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext

import pytest

from tests.controlplane.metrics import not_installed, refusing, until_nodes, without_metrics_server
from tests.installation.bot import Bot, everything
from tests.installation.world import World
from tests.scenarios.loads import measured, workload
from tests.scenarios.tables import answer, kubectl, rows_of, shown_in

POD_LINES = (
    "pods",
    "pods --sort-by=cpu",
    "pods --sort-by=memory",
    "pods --containers",
    "pods -l app=idle",
)
NODE_LINES = ("nodes", "nodes --sort-by=cpu", "node node-b")
DOWN = "its server does not answer; all else there does."


async def same(world: World, bot: Bot, words: str, title: str) -> None:
    """What is shown is what kubectl prints, before and after: the server looks again every ten seconds."""
    async with asyncio.timeout(60):
        while True:
            before = rows_of((await kubectl(world, f"top {words}")).stdout)
            shown = shown_in(await answer(bot, f"top {words}", title))
            if rows_of((await kubectl(world, f"top {words}")).stdout) == before:
                assert shown == before
                return


@pytest.mark.cluster
async def test_the_numbers_are_those_of_kubectl(metrics_world: World) -> None:
    world = metrics_world
    await world.shop.apply(
        [
            workload("idle", replicas=3, cpu="40m", memory="300Mi"),
            workload("busy", cpu="250m", memory="64Mi"),
            workload("pair", cpu="90m", memory="100Mi", containers=("app", "proxy")),
        ]
    )
    await measured(world, {"idle": "40m", "busy": "250m", "pair": "90m"})
    await asyncio.to_thread(until_nodes, world.shop.control_plane, at_least=3)
    async with world.bot() as bot:
        for words in POD_LINES:
            await same(world, bot, words, f"What pods use in {world.namespace}")
        await bot.command("alice", "top nodes")
        await bot.refused("alice", "You may not do this with", "nodes")
        nodes = {"apiGroups": ["", "metrics.k8s.io"], "resources": ["nodes"], "verbs": ["get", "list"]}
        await world.shop.allow_everywhere([nodes], user="kajitori:alice")
        for words in NODE_LINES:
            await same(world, bot, words, "What nodes use")
    assert world.sent() == []


@pytest.mark.cluster
async def test_who_has_no_metrics_is_told_as_kubectl_tells_it(metrics_world: World) -> None:
    world = metrics_world
    async with world.bot() as bot:
        assert (await kubectl(world, "top pods")).stderr == f"No resources found in {world.namespace} namespace.\n"
        await answer(bot, "top pods", "What pods use in", "No resources found.")

        app = await world.app("app:v1", replicas=1)
        pod = str((await app.pods())[0]["metadata"]["name"])
        assert (await kubectl(world, "top pods")).stderr == "error: metrics not available yet\n"
        for line in ("top pods", f"top pod {pod}"):
            await answer(bot, line, "What pods use in", f"There are no metrics of {pod} yet.")
        await answer(bot, "top pod nosuch", "nosuch not found")
        world.clock.turn_on(minutes=3)
        await answer(bot, "top pods", f"Metrics not available for pod {world.namespace}/{pod}, age: 3m")


@pytest.mark.cluster
async def test_a_server_that_is_down_is_named_and_all_else_goes_on(metrics_world: World) -> None:
    world = metrics_world
    plane = world.shop.control_plane
    await world.app("app:v1", replicas=1)
    async with world.bot() as bot:
        with without_metrics_server(plane):
            found = await answer(bot, "top pods", "Metrics API not available", DOWN)
            assert "Ask whoever runs PROD tokyo to look at metrics-server." in everything(found)
            await asyncio.to_thread(refusing, plane)
            assert (await kubectl(world, "top pods")).stderr == "error: Metrics API not available\n"
            await answer(bot, "top pods", "Metrics API not available", DOWN)
            await answer(bot, "get deployments", "app", "1/1")
    assert world.sent() == []


async def test_a_cluster_without_one_says_so(world: World) -> None:
    await world.app("app:v1", replicas=1)
    async with world.bot() as bot:
        with not_installed(world.shop.control_plane) if world.real else nullcontext():
            found = await answer(bot, "top pods", "Metrics API not available")
            assert "No metrics-server is installed in this cluster." in everything(found)
            if world.real:
                assert (await kubectl(world, "top pods")).stderr == "error: Metrics API not available\n"
            await answer(bot, "get deployments", "app", "1/1")
    assert world.sent() == []
