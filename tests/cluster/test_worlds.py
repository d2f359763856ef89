"""What stories on the real control plane rely on: revisions, pods that fail or wait, logs that are read."""

from __future__ import annotations

import asyncio

import pytest

from bot.operations.reader import LogOptions
from tests.cluster.conftest import Connect
from tests.controlplane.shop import Shop

pytestmark = pytest.mark.cluster


async def test_a_deployment_has_its_revisions_and_ready_pods(shop: Shop) -> None:
    world = await shop.deployment("app", images=["app:v2.4.0", "app:v2.4.1"], replicas=10)
    assert await world.revisions() == {1: "app:v2.4.0", 2: "app:v2.4.1"}
    assert len(await world.pods()) == 10
    assert await world.image() == "app:v2.4.1"


@pytest.mark.parametrize(
    ("image", "reason"), [("app:broken-1", "ImagePullBackOff"), ("app:crash-1", "CrashLoopBackOff")]
)
async def test_a_bad_image_fails_as_on_a_node(shop: Shop, image: str, reason: str) -> None:
    world = await shop.deployment("app", images=["app:v1"], replicas=2)
    await world.set_image(image)
    pod = await world.waiting(reason)
    assert pod["spec"]["containers"][0]["image"] == image
    assert (await world.get())["status"]["readyReplicas"] == 2


async def test_held_pods_wait_until_they_are_let_go(shop: Shop) -> None:
    world = await shop.deployment("app", images=["app:v1"], replicas=1)
    await world.set_image("app:held-1")
    await world.until(lambda it: it["status"].get("updatedReplicas") == 1 and it["status"].get("replicas") == 2)
    assert (await world.get())["status"]["readyReplicas"] == 1
    await world.release()
    await world.rolled_out()


async def test_running_pods_can_become_unready(shop: Shop) -> None:
    world = await shop.deployment("app", images=["app:v1"], replicas=3)
    chosen = await world.unready(2)
    assert len(chosen) == 2
    await world.until(lambda it: it["status"].get("readyReplicas") == 1)


async def test_nothing_moves_without_a_kubelet(shop: Shop) -> None:
    world = await shop.deployment("app", images=["app:v1"], replicas=1)
    with shop.control_plane.paused_kubelet():
        await world.merge({"spec": {"replicas": 2}})
        await world.until(lambda it: it["status"].get("replicas") == 2)
        assert (await world.get())["status"]["readyReplicas"] == 1
    await world.rolled_out()


async def test_logs_are_those_that_were_written(shop: Shop, connect: Connect) -> None:
    world = await shop.deployment("app", images=["app:v1"], replicas=1)
    pod = str((await world.pods())[0]["metadata"]["name"])
    await world.log(pod, "first", "second")
    client = await connect(shop.control_plane.kubeconfig)
    lines: list[str] = []
    async with asyncio.timeout(20):
        while lines != ["first", "second"]:  # kwok hears of a log a moment later
            lines = [line async for line in client.log(pod, shop.namespace, LogOptions())]
