"""A disruption budget: seen, made, changed and deleted by two people, and taken back; a drain that it held goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.budgets.covered import OF_THREE
from tests.installation.bot import everything
from tests.installation.world import World
from tests.scenarios.nodes import REPLICAS, budget_of, drained, opened_again

MADE = "kajitori:alice create poddisruptionbudgets/app"
SET = "kajitori:alice patch poddisruptionbudgets/app"
DELETED = "kajitori:alice delete poddisruptionbudgets/app"


def path(world: World, name: str = "app") -> str:
    return f"/apis/policy/v1/namespaces/{world.namespace}/poddisruptionbudgets/{name}"


async def budget(world: World) -> dict[str, Any]:
    return await asyncio.to_thread(world.shop.admin.get, path(world))


async def there(world: World, least: int, *, pods: int, **metadata: Any) -> None:
    """A budget of the application that the disruption controller has looked at."""
    body = budget_of("app", least)
    await world.shop.apply([{**body, "metadata": {**body["metadata"], **metadata}}])
    await world.shop.until(path(world), lambda found: found.get("status", {}).get("expectedPods") == pods)


async def test_a_drain_that_waits_for_a_budget_goes_on_when_two_people_change_it(world: World) -> None:
    found = await drained(world, budget=REPLICAS)
    with opened_again(found):
        async with world.bot() as bot:
            await bot.command("bob", found.line)
            await bot.approve("carol", await bot.card(1, "pdb/app lets none go now: needs 6, has 6"))
            await bot.card(1, "pdb/app holds")
            assert await found.left() == found.names

            await bot.command("alice", "set pdb app --max-unavailable=2")
            card = await bot.card(2, "minAvailable 6, 0 may go now", "maxUnavailable 2, 2 may go now")
            assert "a drain that waits for it may go on at once" in everything(card)
            assert await found.left() == found.names
            await bot.approve("bob", card)
            changed = await bot.ended(2, "✅", "may go now: it needs 4")
            await bot.ended(1, "✅", f"{len(found.names)} pods evicted and gone")
            assert await found.left() == []

            await bot.click("alice", changed, "back")
            await bot.submit("alice")
            await bot.ended(3, "✅")
            assert (await budget(world))["spec"]["minAvailable"] == REPLICAS
            assert "maxUnavailable" not in (await budget(world))["spec"]
    assert [each for each in world.sent() if "eviction" not in each] == [SET, SET]


async def test_a_budget_is_made_as_it_is_pasted_seen_and_taken_back(world: World) -> None:
    await world.app("app:v1", replicas=3)
    async with world.bot() as bot:
        await bot.command("alice", "kubectl create pdb app --selector=app=app --min-available=50%")
        card = await bot.card(
            1, "PROD", "minAvailable 50%, 1 may go now", "it covers 3 pods by app=app, 3 of them ready"
        )
        assert world.sent() == []
        await bot.approve("bob", card)
        made = await bot.ended(1, "✅", "1 may go now: it needs 2, has 3")
        assert (await budget(world))["status"]["disruptionsAllowed"] == 1
        await bot.command("alice", "kubectl get pdb app")
        await bot.said("50%", "ALLOWED DISRUPTIONS")
        await bot.click("alice", made, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅")
    assert world.sent() == [MADE, DELETED]


async def test_a_deleted_budget_is_made_again_as_it_was(world: World) -> None:
    await world.app("app:v1", replicas=3)
    await there(world, 2, pods=3, labels={"tier": "web"}, annotations={"note": "held back for the audit"})
    before = await budget(world)
    async with world.bot() as bot:
        await bot.command("alice", "kubectl delete pdb app")
        card = await bot.card(1, "minAvailable 2, 1 may go now → no budget", "All 3 pods may then be evicted at once.")
        await bot.approve("bob", card)
        await bot.approve("carol", await bot.card(1, "needs 1"))
        deleted = await bot.ended(1, "✅")
        await bot.click("alice", deleted, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅", "1 may go now: it needs 2, has 3")
    after = await budget(world)
    assert after["spec"] == before["spec"]
    assert after["metadata"]["labels"] == {"tier": "web", "kajitori.dev/request": "2"}
    assert after["metadata"]["annotations"] == before["metadata"]["annotations"]
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert world.sent() == [DELETED, MADE]


async def test_a_pasted_patch_is_the_change_and_what_somebody_set_since_is_not_written_over(world: World) -> None:
    await world.app("app:v1", replicas=3)
    await there(world, 3, pods=3)
    async with world.bot() as bot:
        await bot.command("alice", """kubectl patch pdb app -p '{"spec":{"maxUnavailable":1}}'""")
        await bot.refused("alice", "maxUnavailable cannot be both set", "set pdb app --max-unavailable=1")
        await bot.command("alice", """kubectl patch pdb app -p '{"spec":{"minAvailable":1}}'""")
        card = await bot.card(1, "minAvailable 3, 0 may go now", "minAvailable 1, 2 may go now")
        await bot.approve("bob", card)
        changed = await bot.ended(1, "✅", "2 may go now: it needs 1, has 3")

        await asyncio.to_thread(world.shop.admin.merge, path(world), {"spec": {"minAvailable": 2}})
        await bot.click("alice", changed, "back")
        await bot.submit("alice")
        await bot.card(2, "needs 1", "minAvailable 2")
        assert (await budget(world))["spec"]["minAvailable"] == 2
    assert world.sent() == [SET]


async def test_who_may_not_change_budgets_is_refused_and_nothing_is_sent(world: World) -> None:
    await world.app("app:v1", replicas=3)
    await there(world, 3, pods=3)
    async with world.bot() as bot:
        making = "create pdb web --selector=a=b --min-available=1"
        for line in ("set pdb app --min-available=1", "delete pdb app", making):
            await bot.command("dave", line)
            await bot.refused("dave", "poddisruptionbudgets")
        assert bot.cards() == []
    assert world.sent() == []


async def test_what_the_disruption_controller_allows_is_what_was_reckoned(world: World) -> None:
    await world.app("app:v1", replicas=3)
    for number, (field, value, allowed) in enumerate(OF_THREE):
        body = budget_of("app", 0, name=f"app-{number}")
        await world.shop.apply([{**body, "spec": {"selector": body["spec"]["selector"], field: value}}])
        found = await world.shop.until(path(world, f"app-{number}"), observed)
        assert found["status"]["disruptionsAllowed"] == allowed, (field, value)


async def test_a_share_of_a_daemon_sets_pods_is_given_up_with_the_controllers_reason(world: World) -> None:
    labels = {"agent": world.namespace}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "agent", "image": "app:v1"}]}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    kind = {"apiVersion": "apps/v1", "kind": "DaemonSet"}
    await world.shop.apply([{**kind, "metadata": {"name": "agent"}, "spec": spec}])
    agents = f"/apis/apps/v1/namespaces/{world.namespace}/daemonsets/agent"
    await world.shop.until(agents, lambda found: found.get("status", {}).get("numberReady", 0) > 0)
    async with world.bot() as bot:
        await bot.command("alice", f"create pdb agent --selector=agent={world.namespace} --max-unavailable=1")
        card = await bot.card(1, "0 may go now", "Pods of a DaemonSet have no replicas to reckon by")
        await bot.approve("bob", card)
        await bot.card(1, "daemonsets.apps does not implement the scale subresource")
        broken = await asyncio.to_thread(world.shop.admin.get, path(world, "agent"))
        assert broken["status"]["disruptionsAllowed"] == 0


async def test_what_argo_cd_keeps_is_paused_before_the_budget_is_changed(simulated_world: World) -> None:
    world = simulated_world
    await world.app("app:v1", replicas=3)
    tracked = f"{world.namespace}_pay:policy/PodDisruptionBudget:{world.namespace}/app"
    await there(world, 3, pods=3, annotations={"argocd.argoproj.io/tracking-id": tracked})
    root = f"/apis/argoproj.io/v1alpha1/namespaces/{world.namespace}/applications"
    own = {"group": "policy", "kind": "PodDisruptionBudget", "namespace": world.namespace, "name": "app"}
    destination = {"server": "https://kubernetes.default.svc", "namespace": world.namespace}
    automated = {"automated": {"selfHeal": True}}
    spec = {"project": "default", "destination": destination, "syncPolicy": automated}
    world.cluster.admin.create(root, {"metadata": {"name": "pay"}, "spec": spec, "status": {"resources": [own]}})
    async with world.bot() as bot:
        await bot.command("alice", "set pdb app --min-available=1")
        await bot.card(1, "Argo CD (application/pay) puts this back within seconds, unless you add --pause-sync.")
        await bot.command("alice", "set pdb app --min-available=1 --pause-sync")
        await bot.approve("bob", await bot.card(2))
        await bot.ended(2, "✅", "2 may go now: it needs 1, has 3", "the sync of application/pay stays paused.")
        assert "automated" not in world.cluster.admin.get(f"{root}/pay")["spec"]["syncPolicy"]
    assert world.sent() == ["kajitori:alice patch applications/pay", SET]


@pytest.mark.cluster
async def test_a_disruption_controller_that_is_down_is_said_and_the_way_back_stays_open(real_world: World) -> None:
    world = real_world
    await world.app("app:v1", replicas=3)
    await there(world, 3, pods=3)
    async with world.bot() as bot:
        with world.shop.control_plane.stopped("kube-controller-manager"):
            await bot.command("alice", "set pdb app --min-available=1")
            await bot.approve("bob", await bot.card(1))
            await bot.card(1, "⏳", "sent once")
            world.clock.turn_on(seconds=31)
            await bot.card(1, "no controller has looked at it: is it running?")
            world.clock.turn_on(seconds=100)
            failed = await bot.ended(1, "❌", "not finished after 2 min")
        await bot.click("alice", failed, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅", "0 may go now: it needs 3, has 3")
    assert world.sent() == [SET, SET]


def observed(found: dict[str, Any]) -> bool:
    return bool(found.get("status", {}).get("observedGeneration") == found["metadata"]["generation"])
