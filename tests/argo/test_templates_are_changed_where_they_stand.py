"""`set image` and `undo` change the Rollout, or the Deployment it refers to, and nothing that changed meanwhile."""

from __future__ import annotations

import pytest

from bot.errors import KajitoriError
from bot.operations.plan import Nothing, Plan, Wait
from bot.operations.ways_back import back_matches
from tests.argo.rollouts import (
    NEW,
    STABLE,
    aborted,
    again,
    bodies,
    canary,
    deployment,
    healthy,
    nothing,
    plan,
    progressing,
    replica_set,
    said,
    template,
    world,
)
from tests.parity.world import World

IMAGE, UNDO = "argo rollouts set image app app=app:v3", "argo rollouts undo app"
REFERENCE = {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "template": {}}


def referring(kind: str = "Deployment") -> World:
    found = canary(spec={**REFERENCE, "workloadRef": {**REFERENCE["workloadRef"], "kind": kind}})
    return world(found, deployment("web"))


async def test_images_are_set_under_the_condition_that_the_template_is_the_same() -> None:
    made = await plan(world(healthy()), IMAGE)
    (call,) = made.calls
    assert {each.pointer: each.value for each in call.preconditions} == {
        "/spec/template": template("app:v2"),
        "/spec/workloadRef": None,
    }
    assert (str(made.before), str(made.after)) == ("v2", "v3")
    assert made.back is not None
    assert made.back.command_line == "argo rollouts set image app app=app:v2 -n shop"


async def test_what_is_so_already_and_what_is_not_there_is_said() -> None:
    assert "has this image already" in await nothing(world(healthy()), "argo rollouts set image app app=app:v2")
    with pytest.raises(KajitoriError, match="unable to find container named web"):
        await plan(world(healthy()), "argo rollouts set image app web=app:v3")
    with pytest.raises(KajitoriError, match="at least one image update is required"):
        await plan(world(healthy()), "argo rollouts set image app")


async def test_the_template_of_a_reference_is_changed_where_it_stands() -> None:
    for line in (IMAGE, UNDO):
        made = await plan(referring(), line)
        (call,) = made.calls
        assert (call.target.reference, call.uid) == ("deployment/web", "u-deployment-web")
        assert "deployment/web, which is what is changed" in said(made)
        assert ("/spec/workloadRef", "u-app") in [(each.pointer, each.uid) for each in made.facts]
        wait = made.steps[-1]
        assert isinstance(wait, Wait)
        assert wait.target.reference == "rollout/app"
        assert wait.arguments == {"left": NEW}, "the Rollout itself does not tell that it is not observed"


@pytest.mark.parametrize("kind", ["PodTemplate", "ReplicaSet"])
@pytest.mark.parametrize("line", [IMAGE, UNDO])
async def test_other_references_are_refused_with_the_place(line: str, kind: str) -> None:
    with pytest.raises(KajitoriError, match=f"takes its template from a {kind}") as refused:
        await plan(referring(kind), line)
    assert f"{kind}/web" in str(refused.value.next)


async def test_a_reference_to_nothing_is_said() -> None:
    found = canary(spec=REFERENCE)
    with pytest.raises(KajitoriError, match=r"deployments\.apps web not found"):
        await plan(world(found), IMAGE)


async def test_previous_is_resolved_once() -> None:
    made = await plan(world(canary()), UNDO)
    assert (made.pinned["to_revision"], made.pinned["template_hash"]) == (1, STABLE)
    back_already = healthy(currentPodHash=STABLE, stableRS=STABLE)
    assert isinstance(await again(world(back_already), made, "argo rollouts undo"), Nothing)


async def test_the_same_undo_of_two_people_never_goes_forward_again() -> None:
    """After the first one the numbers have moved: the version that was stable is revision 3, the bad one is 2."""
    made = await plan(world(canary()), UNDO)
    sets = [replica_set(3, STABLE, "app:v1", pods=5), replica_set(2, NEW, "app:v2")]
    later = World(objects=[progressing(index=0, currentPodHash=STABLE, stableRS=STABLE), *sets])
    assert isinstance(await again(later, made, "argo rollouts undo"), Nothing)


async def test_back_to_the_stable_version_waits_for_no_step() -> None:
    made = await plan(world(canary()), UNDO)
    assert bodies(made) == [("", [{"op": "replace", "path": "/spec/template", "value": template("app:v1")}])]
    assert str(made.note) == "It is the stable version: no step is waited for."
    assert made.recovery
    assert made.impact.pods == 1


async def test_back_to_anything_else_is_an_update_with_all_steps() -> None:
    made = await plan(world(healthy()), UNDO)
    assert str(made.note) == "It goes through all 4 steps, with their pauses."
    assert (made.recovery, made.impact.pods) == (False, 5)


async def test_an_undo_ends_an_abort_and_says_so() -> None:
    made = await plan(world(aborted()), UNDO)
    assert "The abort ends with it" in said(made)
    assert made.recovery


async def test_its_way_back_is_the_version_before() -> None:
    made = await plan(world(healthy()), UNDO)
    assert made.back is not None
    assert made.back.command_line == "argo rollouts undo app --to-revision=2 -n shop"
    undone = healthy(currentPodHash=STABLE)
    undone["spec"]["template"] = template("app:v1")
    later = await plan(world(undone), "argo rollouts undo app --to-revision=2")
    assert isinstance(later, Plan)
    assert back_matches(made.back, later.calls)


async def test_previous_is_not_guessed_while_the_last_change_is_not_observed() -> None:
    with pytest.raises(KajitoriError, match="not observed yet"):
        await plan(world(canary(observedGeneration="2")), UNDO)
