"""A change that git does not know of: its keeper is paused in a group of its own, and asked about at the end."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import NotUnderstood, Refused
from bot.operations.conditions import condition_of
from bot.operations.plan import Call, Plan, Wait
from bot.operations.progress import Observation, Progress
from tests.parity.planning import ask, nothing, plan
from tests.parity.test_declared_rights_are_those_used import world as kept_world
from tests.parity.world import NOW, World

UNDO = "rollout undo deployment/deployment -n shop"
ARGO = "/apis/argoproj.io/v1alpha1/namespaces/tools/applications/git"


def syncer(world: World, kind: str) -> dict[str, Any]:
    return next(each for each in world.objects if each["kind"] == kind)


def warnings(planned: Plan) -> list[str]:
    return [str(each) for each in planned.warnings]


async def test_without_it_the_plan_says_what_will_become_of_the_change() -> None:
    world = kept_world()
    planned = await plan(world, UNDO)
    assert "Argo CD (application/git) puts this back within seconds, unless you add --pause-sync." in warnings(planned)
    syncer(world, "Application")["spec"]["syncPolicy"]["automated"] = {}
    planned = await plan(world, UNDO)
    assert "Argo CD (application/git) puts this back at its next sync, unless you add --pause-sync." in warnings(
        planned
    )
    syncer(world, "Application")["spec"]["syncPolicy"] = None
    planned = await plan(world, UNDO)
    assert "Argo CD keeps it (application/git); its sync is paused until somebody resumes it." in warnings(planned)
    planned = await plan(World(objects=world.objects, forbidden=frozenset({"Application"})), UNDO)
    assert "Argo CD keeps it (application/git) and may put this back; I cannot see whether." in warnings(planned)


async def test_the_keeper_is_paused_watched_and_then_the_change_is_sent() -> None:
    planned = await plan(kept_world(), f"{UNDO} --pause-sync")
    first, watched, change, followed = planned.steps
    assert isinstance(first, Call)
    assert (first.method, first.path) == ("PATCH", ARGO)
    assert first.body == {"spec": {"syncPolicy": {"automated": None}}}
    assert [(each.pointer, each.value) for each in first.preconditions] == [
        ("/spec/syncPolicy/automated", {"selfHeal": True})
    ]
    assert isinstance(watched, Wait)
    assert (watched.condition, watched.steady) == ("sync-paused", 5)
    assert isinstance(change, Call)
    assert change.path.endswith("/deployments/deployment")
    assert [each.group for each in planned.steps] == [0, 1, 2, 3]
    assert [each.id for each in planned.steps] == ["step-1", "step-2", "step-3", "step-4"]
    assert followed.target == change.target
    (row,) = planned.afterwards
    assert row.action is not None
    assert row.action.command_line == "gitops resume application/git -n tools --self-heal"


async def test_flux_is_suspended() -> None:
    planned = await plan(kept_world(), "rollout restart statefulset/statefulset -n shop --pause-sync")
    assert planned.calls[0].body == {"spec": {"suspend": True}}
    assert planned.calls[0].path.endswith("/kustomizations/git")


async def test_git_still_says_what_ran_before_if_that_was_in_sync() -> None:
    world = kept_world()
    syncer(world, "Application")["status"]["sync"] = {"status": "Synced"}
    (row,) = (await plan(world, f"{UNDO} --pause-sync")).afterwards
    assert str(row.line) == "git still says v2; the sync of application/git stays paused."


async def test_one_that_is_paused_already_is_left_alone() -> None:
    world = kept_world()
    syncer(world, "Application")["spec"]["syncPolicy"] = {"automated": {"enabled": False, "selfHeal": True}}
    planned = await plan(world, f"{UNDO} --pause-sync")
    assert len(planned.calls) == 1
    assert planned.afterwards == ()


async def test_one_that_cannot_be_seen_cannot_be_paused() -> None:
    world = World(objects=kept_world().objects, forbidden=frozenset({"Application"}))
    with pytest.raises(Refused, match=r"The sync of application/git cannot be paused"):
        await ask(world, f"{UNDO} --pause-sync")


def paused(spec: dict[str, Any], **metadata: Any) -> Progress:
    target = {"kind": "Application", "metadata": {"name": "git", **metadata}, "spec": spec}
    return condition_of("sync-paused").evaluate(Observation(target=target, pods=(), arguments={}, now=NOW))


def test_a_pause_that_is_put_back_fails_and_says_by_whom() -> None:
    on = {"syncPolicy": {"automated": {"selfHeal": True}}}
    assert paused({}).done
    assert paused({"syncPolicy": {"automated": {"enabled": False}}}).done
    assert str(paused(on).failed) == "something else has put its sync back"
    owners = [{"kind": "ApplicationSet", "name": "all", "controller": True}]
    said = paused(on, ownerReferences=owners).failed
    assert str(said) == "applicationset/all has put its sync back: pause that one first"
    parent = {"labels": {"argocd.argoproj.io/instance": "root"}}
    assert str(paused(on, **parent).failed) == "application/root has put its sync back: pause that one first"


async def test_pause_and_resume_are_changes_of_their_own() -> None:
    world = kept_world()
    made = await plan(world, "gitops pause deployment/deployment -n shop")
    assert made.back is not None
    assert made.back.command_line == "gitops resume application/git -n tools --self-heal"
    said = {"enabled": None, "prune": None, "selfHeal": True, "allowEmpty": None}
    assert made.back.calls[0].body == {"spec": {"syncPolicy": {"automated": said}}}
    world.send(made.calls)
    assert str((await nothing(world, "gitops pause application/git")).message) == (
        "The sync of tools/application/git is paused already."
    )
    again = await plan(world, made.back.command_line)
    assert again.calls[0].body == made.back.calls[0].body
    assert again.calls[0].preconditions == made.back.calls[0].preconditions
    world.send(again.calls)
    nothing_to_do = await nothing(world, "gitops resume application/git --self-heal")
    assert str(nothing_to_do.message) == "tools/application/git acts by itself already."


async def test_resuming_says_what_will_be_put_back() -> None:
    world = kept_world()
    found = syncer(world, "Application")
    found["spec"] = {}
    found["status"] = {"resources": [{"kind": "Deployment", "name": "deployment", "status": "OutOfSync"}]}
    planned = await plan(world, "gitops resume application/git --self-heal")
    assert warnings(planned) == ["It puts back what git says of deployment/deployment."]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("gitops pause deployment/nobody -n shop", "nobody not found"),
        ("gitops pause replicaset/replicaset -n shop", "this is not supported for"),
        ("gitops pause application/none", "none not found"),
        ("gitops pause deployment/deployment statefulset/statefulset -n shop", "One at a time"),
        ("gitops resume kustomization/git --prune", "Kustomization takes no --prune"),
    ],
)
async def test_what_cannot_be_is_refused(line: str, why: str) -> None:
    with pytest.raises((Refused, NotUnderstood)) as refused:
        await ask(kept_world(), line)
    assert why in str(refused.value)


async def test_what_nothing_keeps_is_not_paused() -> None:
    world = kept_world()
    found = next(each for each in world.objects if each["metadata"]["name"] == "deployment")
    found["metadata"]["labels"] = {}
    with pytest.raises(Refused, match=r"Nothing keeps deployment/deployment as git has it"):
        await ask(world, "gitops pause deployment/deployment -n shop")


async def test_one_name_in_two_namespaces_is_asked_about() -> None:
    world = kept_world()
    other = {**syncer(world, "Application"), "metadata": {"name": "git", "namespace": "team-a", "uid": "u-2"}}
    world.objects.append(other)
    with pytest.raises(Refused) as refused:
        await ask(world, "gitops pause application/git -n shop")
    assert str(refused.value.next) == "Say which one: -n team-a, -n tools"


async def test_a_mark_that_its_keeper_does_not_confirm_pauses_nobody_elses_sync() -> None:
    """Anybody may write a label on their own Deployment."""
    world = kept_world()
    syncer(world, "Application")["status"]["resources"] = [{"group": "apps", "kind": "Deployment", "name": "other"}]
    said = warnings(await plan(world, UNDO))
    assert "It carries a mark of Argo CD (application/git), which does not list it as its own." in said
    with pytest.raises(Refused, match="cannot be paused"):
        await ask(world, f"{UNDO} --pause-sync")
    with pytest.raises(Refused, match="does not list deployment/deployment as its own"):
        await ask(world, "gitops pause deployment/deployment -n shop")


async def test_the_policy_is_asked_about_pausing_too() -> None:
    assert (await plan(kept_world(), f"{UNDO} --pause-sync")).includes == ("gitops pause",)
