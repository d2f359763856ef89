"""A node is cordoned and drained: asked, approved by a colleague, each pod evicted once, shown until all are gone."""

from __future__ import annotations

import asyncio

from tests.installation.bot import PATIENCE, buttons, everything
from tests.installation.world import World
from tests.scenarios.nodes import allow_more, drained, opened_again


async def test_a_drain_from_the_command_to_its_way_back(world: World) -> None:
    found = await drained(world)
    with opened_again(found):
        async with world.bot() as bot:
            await bot.command("alice", found.line)
            card = await bot.card(1)
            shown = everything(card)
            for words in ("PROD", f"Drain {found.node}", f"{len(found.names)} pods evicted", "R-1"):
                assert words in shown, shown
            assert found.sent() == []
            await bot.click("bob", card, "approve")
            exactly = everything(await bot.modal("bob"))
            assert "replicaset/app-" in exactly
            assert f"{len(found.names)} at most" in exactly
            await bot.submit("bob")
            done = await bot.ended(1, "✅", f"{len(found.names)} pods evicted and gone")
            assert "logs" not in buttons(done)
            assert found.cordoned()
            assert await found.left() == []
            assert found.evicted() == found.names
            assert found.patches() == ["kajitori:alice patch nodes"]

            await bot.click("alice", done, "back")
            await bot.submit("alice")
            await bot.ended(2, "✅")
            assert not found.cordoned()
            assert found.patches() == ["kajitori:alice patch nodes"] * 2
            steps = [each for each in await bot.events(1) if each.startswith("step.")]
            pods = len(found.names)
            each_pod = ["step.intended", "step.done"] * pods
            assert steps == ["step.intended", "step.done", "step.intended", *each_pod, "step.done"]


async def test_a_pod_that_a_budget_holds_is_shown_and_evicted_when_it_may_go(world: World) -> None:
    found = await drained(world, budget=6)
    with opened_again(found):
        async with world.bot() as bot:
            await bot.command("alice", found.line)
            card = await bot.card(1)
            assert "pdb/app lets none go now: needs 6, has 6" in everything(card)
            await bot.click("alice", card, "details")
            assert f"evict {found.node}: not begun, rehearsed by computed" in everything(await bot.modal("alice"))
            await bot.approve("bob", card)
            held = "1 pod" if len(found.names) == 1 else f"{len(found.names)} pods"
            running = await bot.card(1, f"pdb/app holds {held} since", "it needs 6 healthy, 6 of 6 are")
            assert f"0 of {len(found.names)} pods gone, {len(found.names)} held" in everything(running)
            assert f"{world.namespace}/{found.names[0]}" in everything(running)
            assert {"stop", "cancel"} <= buttons(running).keys()
            assert await found.left() == found.names
            await allow_more(world, "app", 0)
            await bot.ended(1, "✅", f"{len(found.names)} pods evicted and gone")
    taken = [each for each in world.sent() if not each.endswith("429")]
    assert sorted(taken) == sorted(f"kajitori:alice create pods/{name}/eviction" for name in found.names)


async def test_stopping_says_what_is_gone_what_stays_and_how_to_go_on(world: World) -> None:
    found = await drained(world, budget=6, beside="web")
    gone, stay = found.of("web"), found.of("app")
    with opened_again(found):
        async with world.bot() as bot:
            await bot.command("alice", found.line)
            await bot.approve("bob", await bot.card(1))
            running = await bot.card(1, "pdb/app holds", f"{len(gone)} of {len(found.names)} pods gone")
            await bot.click("alice", running, "cancel")
            card = await bot.ended(1, "⚠️", f"Stopped: {len(stay)} of {len(found.names)} pods stay")
            shown = everything(card)
            for each in gone:
                assert f"{world.namespace}/{each}: is gone" in shown
            for each in stay:
                assert f"{world.namespace}/{each}: stays: waits for its budget" in shown
            for words in (f"✔️ cordon {found.node}", f"✖️ evict the pods of {found.node}", f"The rest: {found.line}"):
                assert words in shown, shown
            assert f"The way back: uncordon {found.node}" in shown
            assert found.cordoned()
            assert found.evicted() == gone
            await bot.said("partly done", thread_ts=card["ts"])

            await allow_more(world, "app", 0)
            await bot.click("alice", card, "again")
            rest = await bot.card(2, "It is cordoned already and stays so.")
            await bot.approve("bob", rest)
            await bot.ended(2, "✅", f"{len(stay)} pods evicted and gone")
            assert found.evicted() == found.names
            assert found.cordoned()


async def test_stopping_and_going_back_leaves_the_node_open_and_the_rest_where_it_is(world: World) -> None:
    found = await drained(world, budget=6)
    with opened_again(found):
        async with world.bot() as bot:
            await bot.command("alice", found.line)
            await bot.approve("bob", await bot.card(1))
            running = await bot.card(1, "pdb/app holds")
            await bot.click("alice", running, "stop")
            await bot.submit("alice")
            await bot.ended(2, "✅")
            await bot.ended(1, "⚠️", "stay")
            assert not found.cordoned()
            assert await found.left() == found.names
            assert found.evicted() == []


async def test_who_uncordons_the_node_meanwhile_stops_the_drain(world: World) -> None:
    found = await drained(world, budget=6)
    async with world.bot() as bot:
        await bot.command("alice", found.line)
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "pdb/app holds")
        world.shop.admin.merge(f"/api/v1/nodes/{found.node}", {"spec": {"unschedulable": None}})
        await bot.ended(1, "⚠️", f"{found.node} was uncordoned meanwhile")
    assert found.evicted() == []


async def test_a_budget_that_never_gives_way_ends_with_the_deadline(world: World) -> None:
    found = await drained(world, budget=6)
    with opened_again(found):
        async with world.bot() as bot:
            await bot.command("alice", f"{found.line} --timeout=8s")
            await bot.approve("bob", await bot.card(1))
            await bot.ended(1, "⚠️", f"{len(found.names)} pods still there after 8 s", "waits for its budget")
            assert found.cordoned()
    assert found.evicted() == []


async def test_the_votes_of_those_who_may_not_evict_do_not_count(world: World) -> None:
    found = await drained(world)
    async with world.bot() as bot:
        await bot.command("dave", found.line)
        await bot.refused("dave", "dave may not change pods", "lacks create pods/eviction")
        await bot.command("alice", found.line)
        card = await bot.card(2)
        await bot.click("dave", card, "approve")
        async with asyncio.timeout(PATIENCE):
            refused: list[str] = []
            while refused != ["refused.click dave"]:
                refused = await bot.refusals()
        assert "vote.approve dave" not in await bot.life(2)
    assert found.sent() == []


async def test_who_may_not_look_at_nodes_is_told_so(simulated_world: World) -> None:
    found = await drained(simulated_world, people=("bob",))
    async with simulated_world.bot() as bot:
        await bot.command("alice", f"cordon {found.node}")
        await bot.refused("alice", "You may not do this", "nodes")
    assert found.sent() == []


async def test_what_kubectl_refuses_is_refused_before_the_cordon(world: World) -> None:
    found = await drained(world)
    bare = {"metadata": {"name": "lonely", "labels": {"story": world.namespace}}}
    container = {"name": "app", "image": "app:v1"}
    local = {"volumes": [{"name": "tmp", "emptyDir": {}}], "nodeName": found.node, "containers": [container]}
    world.shop.admin.create(f"/api/v1/namespaces/{world.namespace}/pods", {**bare, "spec": local})
    async with world.bot() as bot:
        await bot.command("alice", found.line)
        await bot.refused(
            "alice",
            f"cannot delete Pods with local storage (use --delete-emptydir-data to override): {world.namespace}/lonely",
            "cannot delete Pods that declare no controller (use --force to override)",
            "Say --delete-emptydir-data --force if that is what you want",
        )
        assert not found.cordoned()
        await bot.command("alice", f"{found.line} --force --delete-emptydir-data")
        card = await bot.card(1, "gone for good", "needs 2")
        assert "is deleted" in everything(card)
    assert found.sent() == []


async def test_a_bot_that_serves_some_namespaces_only_leaves_nodes_alone(simulated_world: World) -> None:
    found = await drained(simulated_world)
    async with simulated_world.bot(cluster={"namespaces": [simulated_world.namespace]}) as bot:
        for line in (found.line, f"cordon {found.node}", f"disruption {found.node}"):
            await bot.command("alice", line)
            await bot.refused("alice", "I do not serve the whole of prod", "the pods of every namespace.")
    assert found.sent() == []


async def test_a_rule_about_one_namespace_whose_pods_go_decides(simulated_world: World) -> None:
    found = await drained(simulated_world)
    rule = "rules: [{name: kept, match: {namespaces: [%s]}, decision: {refuse: not these pods}}]\n"
    async with simulated_world.bot(policy=rule % simulated_world.namespace) as bot:
        await bot.command("alice", found.line)
        await bot.refused("alice", "not these pods")
    assert found.sent() == []


async def test_the_same_drain_from_another_channel_is_the_same_ask(simulated_world: World) -> None:
    found = await drained(simulated_world)
    async with simulated_world.bot() as bot:
        await bot.command("alice", found.line)
        await bot.card(1)
        await bot.command("bob", f"{found.line} -n default")
        await bot.said("R-1", person="bob", channel="payments-prod")
        assert len(bot.cards()) == 1


async def test_a_forecast_is_private_and_leads_to_the_drain(world: World) -> None:
    found = await drained(world, budget=6)
    async with world.bot() as bot:
        await bot.command("alice", f"disruption {found.node}")
        shown = await bot.said(f"What would hold up a drain of {found.node}", "pdb/app lets none go now")
        assert shown.get("is_ephemeral")
    assert found.sent() == []
