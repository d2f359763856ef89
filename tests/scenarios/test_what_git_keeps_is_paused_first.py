"""A roll-back of what Argo CD keeps: its sync is paused first, in the same plan, and asked about at the end.

No Argo CD runs here: whoever puts something back in these stories is the test. What a real one does stands in
`test_a_real_argo_cd_puts_back_what_git_says.py`.
"""

from __future__ import annotations

import copy
from typing import Any

from tests.controlplane.shop import AppWorld
from tests.installation.bot import buttons, everything
from tests.installation.world import World
from tests.scenarios.lines import DONE, PATCHED, VOTED
from tests.scenarios.test_canary_by_two_deployments import behind_a_service, numbers

AUTOMATED = {"prune": True, "selfHeal": True}
PAUSED = "kajitori:alice patch applications/pay"


async def kept(world: World) -> str:
    """The app, kept by an Application of its own namespace; the path of that."""
    return await keep(world, await world.app())


async def keep(world: World, app: AppWorld) -> str:
    tracked = f"{world.namespace}_pay:apps/Deployment:{world.namespace}/app"
    await app.merge({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": tracked}}})
    return application_of(world)


def application_of(world: World) -> str:
    """An Application that lists the app and heals it; its path."""
    destination = {"server": "https://kubernetes.default.svc", "namespace": world.namespace}
    spec: dict[str, Any] = {
        "project": "default",
        "destination": destination,
        "syncPolicy": {"automated": AUTOMATED},
    }
    root = f"/apis/argoproj.io/v1alpha1/namespaces/{world.namespace}/applications"
    own = {"group": "apps", "kind": "Deployment", "namespace": world.namespace, "name": "app"}
    status = {"sync": {"status": "Synced"}, "resources": [own]}
    world.cluster.admin.create(root, {"metadata": {"name": "pay"}, "spec": spec, "status": status})
    return f"{root}/pay"


async def test_what_argo_cd_puts_back_meanwhile_is_not_done_and_the_card_says_who_did_it(
    simulated_world: World,
) -> None:
    world = simulated_world
    await kept(world)
    app = f"/apis/apps/v1/namespaces/{world.namespace}/deployments/app"
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app app=app:held-3")
        await bot.approve("bob", await bot.card(1, "Argo CD (application/pay) puts this back within seconds"))
        await bot.card(1, "⏳", "sent once")
        world.cluster.admin.change(app, as_in_git, manager="argocd-controller")
        await bot.ended(1, "❌", "Argo CD (application/pay) put it back to v2,")
        assert (await bot.life(1))[-1] == "request.failed"
    assert world.sent() == [PATCHED]


def as_in_git(found: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(found)
    made["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v2"
    return made


async def test_it_is_paused_then_rolled_back_and_resumed_when_asked(simulated_world: World) -> None:
    world = simulated_world
    application = await kept(world)
    async with world.bot() as bot:
        await bot.command("alice", "rollout undo deploy/app")
        await bot.card(1, "Argo CD (application/pay) puts this back within seconds, unless you add --pause-sync.")
        await bot.command("alice", "rollout undo deploy/app --pause-sync")
        await bot.approve("bob", await bot.card(2))
        card = await bot.ended(2, "✅", "git still says v2; the sync of application/pay stays paused.")
        assert await bot.life(2) == DONE
        assert "automated" not in world.cluster.admin.get(application)["spec"]["syncPolicy"]
        assert buttons(card)["run"]["value"].endswith("--context=prod --prune --self-heal")
        await bot.click("alice", card, "run")
        await bot.approve("bob", await bot.card(3, "Resume the sync of"))
        await bot.ended(3, "✅")
        assert world.cluster.admin.get(application)["spec"]["syncPolicy"]["automated"] == AUTOMATED
    assert world.sent() == [PAUSED, PATCHED, PAUSED]


def as_argo_cd_2_applies(found: dict[str, Any]) -> dict[str, Any]:
    """Tracked by a label that anybody may write; nothing but the field manager tells who did."""
    made = copy.deepcopy(found)
    made["metadata"].setdefault("labels", {})["app.kubernetes.io/instance"] = f"{found['metadata']['namespace']}_pay"
    made["spec"]["revisionHistoryLimit"] = 7
    return made


async def test_an_application_that_left_no_mark_is_known_by_its_field_manager_and_paused_first(
    simulated_world: World,
) -> None:
    world = simulated_world
    await world.app()
    path = f"/apis/apps/v1/namespaces/{world.namespace}/deployments/app"
    world.cluster.admin.change(path, as_argo_cd_2_applies, manager="argocd-controller")
    async with world.bot() as bot:
        await bot.command("alice", "rollout undo deploy/app")
        await bot.card(1, "Argo CD applied it last", "and may put this back; which Application keeps it is not known.")
        application = application_of(world)
        await bot.command("alice", "rollout undo deploy/app --pause-sync")
        await bot.approve("bob", await bot.card(2))
        card = await bot.ended(2, "✅", "the sync of application/pay stays paused.")
        assert "automated" not in world.cluster.admin.get(application)["spec"]["syncPolicy"]
        await bot.click("alice", card, "run")
        await bot.approve("bob", await bot.card(3, "Resume the sync of"))
        await bot.ended(3, "✅")
        assert world.cluster.admin.get(application)["spec"]["syncPolicy"]["automated"] == AUTOMATED
    assert world.sent() == [PAUSED, PATCHED, PAUSED]


async def test_a_sync_that_something_puts_back_stops_it_before_anything_else_is_changed(simulated_world: World) -> None:
    world = simulated_world
    application = await kept(world)
    async with world.bot() as bot:
        await bot.command("alice", "rollout undo deploy/app --pause-sync")
        await bot.approve("bob", await bot.card(1))
        await world.cluster.admin.until(application, lambda found: "automated" not in found["spec"]["syncPolicy"])
        world.cluster.admin.merge(application, {"spec": {"syncPolicy": {"automated": AUTOMATED}}})
        card = await bot.ended(1, "⚠️", "something else has put its sync back")
        assert "The rest:" in everything(card)
        assert await bot.life(1) == [*VOTED, "request.partly_done"]
    assert world.sent() == [PAUSED]


async def test_one_that_was_switched_off_is_switched_on_with_what_was_asked_for(simulated_world: World) -> None:
    world = simulated_world
    application = await kept(world)
    world.cluster.admin.merge(application, {"spec": {"syncPolicy": {"automated": {"enabled": False}}}})
    async with world.bot() as bot:
        await bot.command("alice", f"gitops resume application/pay -n {world.namespace}")
        await bot.approve("bob", await bot.card(1, "Resume the sync of"))
        await bot.ended(1, "✅")
        assert world.cluster.admin.get(application)["spec"]["syncPolicy"]["automated"] == {}
        await bot.command("alice", f"gitops pause application/pay -n {world.namespace}")
        await bot.approve("bob", await bot.card(2))
        done = await bot.ended(2, "✅")
        assert "automated" not in world.cluster.admin.get(application)["spec"]["syncPolicy"]
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(3, "✅")
        assert world.cluster.admin.get(application)["spec"]["syncPolicy"]["automated"] == {}
    assert world.sent() == [PAUSED] * 3


async def test_a_canary_of_what_git_keeps_is_started_with_its_sync_paused(simulated_world: World) -> None:
    world = simulated_world
    application = await keep(world, await behind_a_service(world))
    async with world.bot() as bot:
        await bot.command("alice", "canary start app app=app:v2 --weight=25")
        await bot.card(1, "Argo CD (application/pay) puts this back within seconds, unless you add --pause-sync.")
        await bot.command("alice", "canary start app app=app:v2 --weight=25 --pause-sync")
        card = await bot.card(2)
        assert "puts this back" not in everything(card)
        await bot.approve("bob", card)
        await bot.ended(2, "✅", "the sync of application/pay stays paused.")
        assert await numbers(world) == {"app": (3, "app:v1"), "app-canary": (1, "app:v2")}
        assert "automated" not in world.cluster.admin.get(application)["spec"]["syncPolicy"]
    assert world.sent() == [
        PAUSED,
        "kajitori:alice create deployments/app-canary",
        "kajitori:alice patch deployments/app/scale",
    ]


async def test_a_number_of_pods_stays_once_its_sync_is_paused(simulated_world: World) -> None:
    world = simulated_world
    await kept(world)
    async with world.bot() as bot:
        await bot.command("alice", "scale deploy/app --replicas=3 --pause-sync")
        await bot.approve("bob", await bot.card(1))
        card = await bot.ended(1, "✅", "the sync of application/pay stays paused.")
        assert {"run", "back"} <= buttons(card).keys()
    assert world.sent() == [PAUSED, "kajitori:alice patch deployments/app/scale"]
