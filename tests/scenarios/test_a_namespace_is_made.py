"""`create namespace` as it is pasted from the guide, by two people; a cluster that is served in part takes no other."""

from __future__ import annotations

from typing import Any, Final

from tests.installation.bot import everything
from tests.installation.world import World

SPACES: Final[list[dict[str, Any]]] = [
    {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list", "patch", "create"]}
]


async def allowed(world: World) -> None:
    for person in ("alice", "bob"):
        await world.shop.allow_everywhere(SPACES, user=f"kajitori:{person}")


async def test_it_is_made_with_the_label_of_its_request(world: World) -> None:
    await allowed(world)
    name = f"{world.namespace}-rollouts"
    async with world.bot() as bot:
        await bot.command("alice", f"kubectl create namespace {name} --pod-security=baseline")
        await bot.approve(
            "bob", await bot.card(1, f"Create the namespace {name}", "baseline", "not taken back from here")
        )
        await bot.ended(1, "✅")
        made = await world.shop.until(f"/api/v1/namespaces/{name}", lambda _: True)
        labels = made["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
        assert labels["kajitori.dev/request"] == "1"
        await bot.command("alice", f"create ns {name}")
        await bot.refused("alice", f"namespaces {name} already exists")


async def test_without_a_level_the_card_says_what_it_takes_in(world: World) -> None:
    await allowed(world)
    name = f"{world.namespace}-open"
    async with world.bot() as bot:
        await bot.command("alice", f"kubectl create namespace {name}")
        card = await bot.card(1, "No Pod Security level is named", "--pod-security=baseline")
        assert "privileged" in everything(card)


async def test_who_may_not_make_one_is_refused(world: World) -> None:
    rule = [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]}]
    await world.shop.allow_everywhere(rule, user="kajitori:dave")
    async with world.bot() as bot:
        await bot.command("dave", f"create namespace {world.namespace}-rollouts")
        await bot.refused("dave", "may not change namespaces", "create namespaces")


async def test_where_the_bot_serves_named_namespaces_it_makes_no_other(world: World) -> None:
    await allowed(world)
    async with world.bot(cluster={"namespaces": [world.namespace]}) as bot:
        await bot.command("alice", f"create namespace {world.namespace}-rollouts")
        await bot.refused("alice", "I do not serve", f"{world.namespace}-rollouts")
        await bot.command("alice", "label namespace kube-system team=a")
        await bot.refused("alice", "I do not serve", "kube-system")
