"""Voted on is how many pods go and whose: whatever comes to the node or into the rows, nobody else's is evicted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.errors import Unavailable
from bot.running import Knobs
from bot.text import text
from tests.installation.bot import Bot, everything
from tests.installation.world import World
from tests.scenarios.nodes import Drained, budget_of, drained, opened_again


def put_pod(found: Drained, name: str, *, owner: dict[str, Any] | None = None) -> None:
    """Somebody puts a pod onto the node by hand, past the scheduler."""
    metadata: dict[str, Any] = {"name": name, "labels": {"story": found.world.namespace}}
    if owner is not None:
        whose = {"apiVersion": "apps/v1", "kind": owner["kind"], "controller": True}
        metadata["ownerReferences"] = [
            {**whose, "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]},
        ]
    spec = {"nodeName": found.node, "containers": [{"name": "app", "image": "app:v1"}]}
    path = f"/api/v1/namespaces/{found.world.namespace}/pods"
    found.world.shop.admin.create(path, {"metadata": metadata, "spec": spec})


def after_the_cordon(found: Drained, owner: dict[str, Any] | None) -> Knobs:
    """Once, when the cordon's outcome is stored and the pods are not listed yet."""
    left = ["stranger"]

    def point(label: str) -> None:
        if label == "outcome-stored" and left:
            put_pod(found, left.pop(), owner=owner)

    return Knobs(point=point)


async def test_pods_of_another_owner_before_anything_is_sent_ask_for_votes_again(world: World) -> None:
    found = await drained(world)
    with opened_again(found):
        async with world.bot() as bot:
            await bot.command("alice", found.line)
            card = await bot.card(1)
            await world.app("app:v1", name="web", replicas=6, labels={"story": world.namespace})
            await bot.approve("bob", card)
            again = await bot.card(1, "The world moved", "replicaset/web-", f"are on {found.node} now")
            assert found.sent() == []
            await bot.approve("bob", again)
            await bot.ended(1, "✅")


async def test_a_pod_of_another_owner_after_the_cordon_stops_it_before_any_eviction(simulated_world: World) -> None:
    found = await drained(simulated_world)
    owner = {"kind": "Deployment", **await found.apps[0].get()}
    async with simulated_world.bot(knobs=after_the_cordon(found, owner)) as bot:
        await bot.command("alice", found.line)
        await bot.approve("bob", await bot.card(1))
        card = await bot.ended(1, "⚠️", "stranger belongs to deployment/app, and nobody voted on that")
        assert "✔️ cordon" in everything(card)
    assert found.evicted() == []


async def test_a_pod_that_the_filters_refuse_after_the_cordon_stops_it_too(simulated_world: World) -> None:
    found = await drained(simulated_world)
    async with simulated_world.bot(knobs=after_the_cordon(found, None)) as bot:
        await bot.command("alice", found.line)
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "⚠️", "cannot delete Pods that declare no controller (use --force to override)")
    assert found.evicted() == []


async def test_pods_that_are_exchanged_within_the_bound_are_no_difference(world: World) -> None:
    found = await drained(world)
    with opened_again(found):
        async with world.bot() as bot:
            await bot.command("alice", found.line)
            card = await bot.card(1)
            gone = found.names[0]
            world.shop.admin.delete(f"/api/v1/namespaces/{world.namespace}/pods/{gone}")
            await bot.approve("bob", card)
            await bot.ended(1, "✅", "evicted and gone")
            assert set(found.names[1:]) <= set(found.evicted())


async def test_a_pod_that_terminates_meanwhile_is_waited_for_and_counts_in_no_bound(world: World) -> None:
    found = await drained(world)
    gone, *others = found.names
    path = f"/api/v1/namespaces/{world.namespace}/pods/{gone}"
    with opened_again(found):
        async with world.bot() as bot:
            await bot.command("alice", found.line)
            card = await bot.card(1)
            world.shop.admin.merge(path, {"metadata": {"finalizers": ["kajitori.test/held"]}})
            world.shop.admin.delete(path)
            await bot.approve("bob", card)
            await bot.card(1, "pods gone, 1 terminating")
            world.shop.admin.merge(path, {"metadata": {"finalizers": None}})
            await bot.ended(1, "✅", "evicted and gone")
    assert set(others) <= set(found.evicted())
    assert gone not in found.evicted()


EDITS = {
    "nonsense": "UPDATE steps SET outcome = CAST('nonsense' AS BLOB) WHERE step_id = 'step-2'",
    "members of another row": "UPDATE steps SET outcome = (SELECT plan FROM plans) WHERE step_id = 'step-2'",
}


@asynccontextmanager
async def half_done(found: Drained) -> AsyncIterator[Bot]:
    """The bot whose drain for alice has come so far that the members are stored, and that comes no further."""
    came = asyncio.Event()

    def point(label: str) -> None:
        if label == "members-stored":
            came.set()
        if label == "members-stored" or (label == "before-intent" and came.is_set()):
            raise Unavailable(text("This process has come to its end."))

    async with found.world.bot(knobs=Knobs(point=point)) as bot:
        await bot.command("alice", found.line)
        await bot.approve("bob", await bot.card(1))
        await came.wait()
        yield bot
    found.world.clock.turn_on(seconds=60)


@pytest.mark.parametrize("edit", EDITS)
async def test_edited_members_halt_it_loudly_and_nobody_is_evicted(simulated_world: World, edit: str) -> None:
    found = await drained(simulated_world)
    async with half_done(found) as bot:
        await bot.sql(EDITS[edit])
    async with simulated_world.bot(verified=False) as bot:
        await bot.said("changed by someone else")
        assert "request.halted" in await bot.events(1)
    assert found.evicted() == []


async def test_members_that_were_deleted_are_chosen_again_within_the_bound(simulated_world: World) -> None:
    found = await drained(simulated_world)
    async with half_done(found) as bot:
        put_pod(found, "stranger")
        await bot.sql("DELETE FROM steps WHERE step_id LIKE 'step-2%'")
    async with simulated_world.bot() as bot:
        await bot.ended(1, "⚠️", "cannot delete Pods that declare no controller")
    assert found.evicted() == []


async def test_a_drain_that_is_continued_counts_the_votes_again(simulated_world: World) -> None:
    found = await drained(simulated_world)
    async with half_done(found) as bot:
        await bot.sql("DELETE FROM votes")
    async with simulated_world.bot() as bot:
        await bot.ended(1, "⚠️", "The votes that were given no longer carry it.")
    assert found.evicted() == []


async def test_a_node_with_a_pod_of_the_bots_own_is_not_drained(world: World) -> None:
    found = await drained(world)
    async with world.bot(own={"namespace": world.namespace}) as bot:
        await bot.command("alice", f"drain {found.node} --pod-selector=story={world.namespace}")
        await bot.refused("alice", "belongs to Kajitori itself")
    assert found.sent() == []


async def test_a_pod_under_two_budgets_is_refused_for_no_server_evicts_it(world: World) -> None:
    found = await drained(world, budget=1)
    await world.shop.apply([budget_of("app", 1, name="second")])
    async with world.bot() as bot:
        await bot.command("alice", found.line)
        await bot.refused("alice", "is under more than one budget (pdb/app, pdb/second)")
    assert found.sent() == []


async def test_a_drain_that_nobody_touched_goes_on_where_it_was(simulated_world: World) -> None:
    found = await drained(simulated_world)
    async with half_done(found):
        pass
    async with simulated_world.bot() as bot:
        await bot.ended(1, "✅", "evicted and gone")
    assert found.evicted() == found.names
