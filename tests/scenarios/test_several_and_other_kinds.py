"""Several objects and other kinds than a Deployment in one command: one plan, one vote, each followed to its end."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.running import Knobs
from tests.installation.bot import buttons, everything
from tests.installation.world import World
from tests.scenarios.lines import DONE, VOTED


def _workload(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "app", "image": "app:v1"}]},
            },
            **more,
        },
    }


async def _others(world: World) -> None:
    """A StatefulSet and a DaemonSet, both up."""
    await world.shop.apply(
        [_workload("StatefulSet", "db", serviceName="db", replicas=2), _workload("DaemonSet", "agent")]
    )
    at = f"/apis/apps/v1/namespaces/{world.namespace}"
    await world.shop.until(f"{at}/statefulsets/db", lambda found: found.get("status", {}).get("availableReplicas") == 2)
    await world.shop.until(f"{at}/daemonsets/agent", _all_ready)


def _all_ready(found: dict[str, Any]) -> bool:
    status = found.get("status", {})
    return bool(status.get("desiredNumberScheduled")) and status["numberReady"] == status["desiredNumberScheduled"]


async def _image(world: World, path: str) -> str:
    at = f"/apis/apps/v1/namespaces/{world.namespace}/{path}"
    found = await asyncio.to_thread(world.shop.admin.get, at)
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"])


async def test_three_kinds_are_restarted_with_one_vote(world: World) -> None:
    await world.app(replicas=2)
    await _others(world)
    async with world.bot() as bot:
        await bot.command("alice", "rollout restart deploy/app sts/db ds/agent")
        await bot.approve("bob", await bot.card(1, f"{world.namespace}/db"))
        await bot.ended(1, "✅")
        assert await bot.life(1) == DONE
    assert world.sent() == [
        "kajitori:alice patch deployments/app",
        "kajitori:alice patch statefulsets/db",
        "kajitori:alice patch daemonsets/agent",
    ]


async def test_a_statefulset_and_a_daemonset_are_changed_and_taken_back(world: World) -> None:
    await _others(world)
    async with world.bot() as bot:
        for number, (target, path) in enumerate([("sts/db", "statefulsets/db"), ("ds/agent", "daemonsets/agent")]):
            asked = 2 * number + 1
            await bot.command("alice", f"set image {target} app=app:v2")
            await bot.approve("bob", await bot.card(asked))
            done = await bot.ended(asked, "✅")
            assert await _image(world, path) == "app:v2"
            await bot.click("alice", done, "back")
            await bot.submit("alice")
            await bot.ended(asked + 1, "✅")
            assert await _image(world, path) == "app:v1"


async def test_the_second_that_is_deleted_meanwhile_leaves_a_part_done_and_the_rest_said(world: World) -> None:
    """Undoing both again would take the first one to the bad revision: the rest is the second one alone."""
    app = await world.app("app:v1", "app:v2", name="app")
    await world.app("app:v1", "app:v2", name="web")
    left = [f"/apis/apps/v1/namespaces/{world.namespace}/deployments/web"]

    def deleted(label: str) -> None:
        if label == "outcome-stored" and left:
            world.shop.admin.delete(left.pop())

    async with world.bot(knobs=Knobs(point=deleted)) as bot:
        await bot.command("alice", "rollout undo deploy/app deploy/web")
        await bot.approve("bob", await bot.card(1))
        card = await bot.ended(1, "⚠️", "Do the rest")
        assert "✔️ deployment/app: template of revision 1" in everything(card)
        assert "✖️ deployment/web: template of revision 1" in everything(card)
        assert "back" not in buttons(card)
        assert f"The rest: rollout undo deployment/web --namespace={world.namespace} " in everything(card)
        assert await bot.life(1) == [*VOTED, "request.partly_done"]
        await world.app("app:v1", "app:v2", name="web")
        await bot.click("alice", card, "again")
        await bot.approve("bob", await bot.card(2, "/web"))
        await bot.ended(2, "✅")
    assert await app.image() == "app:v1"
    assert world.sent() == ["kajitori:alice patch deployments/app", "kajitori:alice patch deployments/web"]


async def test_an_undo_of_two_is_taken_back_as_a_whole_without_a_new_vote(world: World) -> None:
    app = await world.app("app:v1", "app:v2", name="app")
    web = await world.app("app:v1", "app:v2", name="web")
    async with world.bot() as bot:
        await bot.command("alice", "rollout undo deploy/app deploy/web")
        both = f"{world.namespace}/app: v2 → v1; {world.namespace}/web: v2 → v1"
        await bot.approve("bob", await bot.card(1, both, "Approving also lets alice go back"))
        done = await bot.ended(1, "✅", "all 2 done in", "Undo all of it")
        assert [await app.image(), await web.image()] == ["app:v1", "app:v1"]
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        assert [await app.image(), await web.image()] == ["app:v2", "app:v2"]
        assert "vote.approve bob" not in await bot.life(2)
        await bot.card(1, "Taken back by R-2")


async def test_what_somebody_changed_since_is_not_taken_back_without_new_votes(world: World) -> None:
    await world.app("app:v1", "app:v2", name="app")
    web = await world.app("app:v1", "app:v2", name="web")
    async with world.bot() as bot:
        await bot.command("alice", "rollout undo deploy/app deploy/web")
        await bot.approve("bob", await bot.card(1))
        done = await bot.ended(1, "✅")
        await web.set_image("app:v3")
        await web.rolled_out()
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.card(2, "needs 1")
    assert await web.image() == "app:v3"


async def test_images_of_two_are_taken_back_with_votes_of_their_own(world: World) -> None:
    app = await world.app("app:v1", name="app")
    web = await world.app("app:v1", name="web")
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app deploy/web *=app:v2")
        await bot.approve("bob", await bot.card(1))
        await bot.click("alice", await bot.ended(1, "✅"), "back")
        await bot.submit("alice")
        await bot.approve("bob", await bot.card(2, "needs 1"))
        await bot.ended(2, "✅", "all 2 done in")
        assert [await app.image(), await web.image()] == ["app:v1", "app:v1"]
        await bot.card(1, "Taken back by R-2")


async def test_one_that_is_so_already_leaves_no_way_back_of_both(world: World) -> None:
    await world.app("app:v1", name="app")
    await world.app("app:v1", "app:v2", name="web")
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app deploy/web *=app:v2")
        await bot.approve("bob", await bot.card(1))
        assert "back" not in buttons(await bot.ended(1, "✅"))
