"""Blue/green by a Service's selector: seen, switched as it is pasted from the guide, and switched back."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.controlplane.shop import AppWorld
from tests.installation.bot import buttons, everything
from tests.installation.world import World

PASTED = """kubectl patch service app-service -p '{"spec":{"selector":{"version":"green"}}}'"""
PATCHED = "kajitori:alice patch services/app-service"


async def two_colours(world: World, *, replicas: int = 2) -> AppWorld:
    """Two Deployments and the Service that sends to the blue one; gives the green one."""
    for colour in ("blue", "green"):
        labels = {"web": "shop", "version": colour}
        app = await world.app("app:v1", name=f"app-{colour}", replicas=replicas, labels=labels)
    made = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "app-service"},
        "spec": {"selector": {"web": "shop", "version": "blue"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    await world.shop.apply([made])
    await served(world, "blue", replicas)
    return app


async def served(world: World, colour: str, count: int) -> None:
    """Returns when the endpoints of the Service are as many ready pods of this colour and nothing else."""
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(endpoint_pods, world, "app-service")
            if [each.split("-")[1] for each in found] == [colour] * count:
                return


def endpoint_pods(world: World, service: str) -> list[str]:
    """The names of the pods that get a Service's traffic."""
    path = f"/apis/discovery.k8s.io/v1/namespaces/{world.namespace}/endpointslices"
    found: list[dict[str, Any]] = world.shop.admin.items(path, labels=f"kubernetes.io/service-name={service}")
    return [
        each["targetRef"]["name"]
        for item in found
        for each in item.get("endpoints") or ()
        if each["conditions"]["ready"]
    ]


async def test_as_it_is_pasted_with_a_colleague_and_back_without_one(shared_world: World) -> None:
    world = shared_world
    await two_colours(world)
    async with world.bot() as bot:
        await bot.command("alice", "bluegreen status app-service")
        await bot.said("version=blue", "version=green", "2/2", "Switch to green")

        await bot.command("alice", PASTED)
        card = await bot.card(1, "PROD", "blue", "green", "R-1")
        assert {"approve", "reject"} <= buttons(card).keys()
        assert world.sent() == []
        await bot.approve("bob", card)
        done = await bot.ended(1, "✅", "2/2 ready")
        await served(world, "green", 2)
        assert world.sent() == [PATCHED]

        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        await served(world, "blue", 2)
        assert world.sent() == [PATCHED] * 2
        assert (await bot.life(2))[0] == "request.planned alice"
        assert not [each for each in await bot.life(2) if each == "vote.approve bob"]


async def test_a_json_patch_is_a_switch_too(world: World) -> None:
    await two_colours(world)
    patch = """[{"op":"replace","path":"/spec/selector/version","value":"green"}]"""
    async with world.bot() as bot:
        await bot.command("alice", f"kubectl patch svc app-service --type=json -p '{patch}'")
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅", "2/2 ready")
    await served(world, "green", 2)
    assert world.sent() == [PATCHED]


async def test_a_colour_that_is_not_ready_is_refused_and_nothing_is_sent(world: World) -> None:
    green = await two_colours(world)
    async with world.bot() as bot:
        for line, why in (
            ("bluegreen switch app-service --to=red", "No pods behind service/app-service are red"),
            ("""patch svc app-service -p '{"spec":{"selector":{"version":"red"}}}'""", "No pod has"),
            ("""patch svc app-service -p '{"spec":{"type":"NodePort"}}'""", "is not taken"),
            ("""patch deploy app-blue -p '{"spec":{"replicas":3}}'""", "scale deployment/app-blue --replicas=3"),
        ):
            await bot.command("alice", line)
            await bot.refused("alice", why)
        await green.unready(1)
        await bot.command("alice", PASTED)
        await bot.refused("alice", "1 pods of green are available, 2 are needed", "--at-least=1")
        assert bot.cards() == []
    assert world.sent() == []


async def test_a_colour_that_fails_between_the_vote_and_the_sending_is_not_switched_to(world: World) -> None:
    green = await two_colours(world)
    async with world.bot() as bot:
        await bot.command("alice", "bluegreen switch app-service --to=green")
        card = await bot.card(1)
        await green.unready(1)
        await bot.approve("bob", card)
        failed = await bot.ended(1, "❌")
        assert "1 pods of green are available, 2 are needed" in everything(failed)
    assert world.sent() == []
