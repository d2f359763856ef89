"""Relative words are resolved once: whatever happens meanwhile, the plan goes to the template that was meant, or says
that it is there already. And the way back is the one that was voted on, or needs a new vote.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.errors import NotFound, Refused
from bot.operations.plan import Nothing, Plan, Wait
from bot.operations.ways_back import back_matches
from tests.parity.planning import REGISTRY, again, ask, controllers, digest_of, nothing, plan, said
from tests.parity.world import World, recorded

UNDO = REGISTRY["rollout undo"]


def world_and_line(name: str = "kubectl-rollout-undo") -> tuple[World, str]:
    golden = recorded(name)
    return golden.world(), " ".join(golden.command)


def deployment(world: World) -> Any:
    return next(each for each in world.objects if each["kind"] == "Deployment")


def image_of(made: Plan) -> str:
    body: Any = made.calls[0].body
    template = body[0]["value"] if isinstance(body, list) else body["spec"]["template"]
    return str(template["spec"]["containers"][0]["image"])


async def test_the_card_says_versions_pods_and_the_way_back() -> None:
    world, line = world_and_line()
    made = await plan(world, line)
    assert (str(made.before), str(made.after)) == ("v3", "v2")
    assert (made.impact.pods, made.impact.unavailable, made.bound.pods) == (3, 0, 3)
    assert str(made.summary) == "Roll g-kubectl-rollout-undo/app back to revision 2"
    assert made.back is not None
    assert made.back.command_line == "rollout undo deployment/app --to-revision=3 -n g-kubectl-rollout-undo"
    assert str(made.back.label) == "Back to v3"
    assert [step.id for step in made.steps] == ["step-1", "step-2"]


@pytest.mark.parametrize("name", ["kubectl-rollout-undo", "kubectl-rollout-undo-daemonset"])
async def test_planning_again_with_what_is_pinned_gives_the_same_plan(name: str) -> None:
    world, line = world_and_line(name)
    made = await plan(world, line)
    second = await again(world, UNDO, made)
    assert isinstance(second, Plan)
    assert digest_of(second, "rollout undo") == digest_of(made, "rollout undo")
    assert second == made


async def test_two_people_who_type_the_same_undo_never_roll_forward() -> None:
    world, line = world_and_line()
    alices = await plan(world, line)
    bobs = await plan(world, line)
    world.send(bobs.calls)
    controllers(world)
    assert image_of(await plan(world, line)) == "registry.local/app:v3"
    assert isinstance(await again(world, UNDO, alices), Nothing)


async def test_a_newer_roll_out_in_between_does_not_change_the_aim() -> None:
    world, line = world_and_line()
    made = await plan(world, line)
    deployment(world)["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.local/app:v4"
    second = await again(world, UNDO, made)
    assert isinstance(second, Plan)
    assert image_of(second) == image_of(made) == "registry.local/app:v2"
    assert digest_of(second, "rollout undo") != digest_of(made, "rollout undo")


async def test_a_revision_that_is_gone_is_refused() -> None:
    world, line = world_and_line()
    made = await plan(world, line)
    world.objects[:] = [each for each in world.objects if each["metadata"]["name"] != "app-7b76dfb7bb"]
    with pytest.raises(NotFound, match="unable to find specified revision 2 in history"):
        await again(world, UNDO, made)


async def test_the_template_that_is_live_is_nothing_to_do() -> None:
    world, line = world_and_line()
    outcome = await nothing(world, line.replace("deployment/app", "deployment/app --to-revision=3"))
    assert str(outcome.message) == "skipped rollback (current template already matches revision 3)"


async def test_previous_is_not_guessed_while_the_last_change_is_not_recorded() -> None:
    world, line = world_and_line()
    deployment(world)["metadata"]["generation"] += 1
    with pytest.raises(Refused, match="not recorded yet"):
        await ask(world, line)
    assert image_of(await plan(world, line + " --to-revision=1")) == "registry.local/app:v1"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("kubectl-rollout-undo", "no rollout history found for deployment app"),
        ("kubectl-rollout-undo-daemonset", "no last revision to roll back to"),
    ],
)
async def test_one_revision_has_none_before_it(name: str, reason: str) -> None:
    world, line = world_and_line(name)
    kept = next(each for each in world.objects if each["kind"] in ("ReplicaSet", "ControllerRevision"))
    held = [each for each in world.objects if each["kind"] not in ("ReplicaSet", "ControllerRevision")]
    world.objects[:] = [*held, kept]
    with pytest.raises(NotFound, match=reason):
        await ask(world, line)


async def test_replica_sets_of_others_are_no_revisions() -> None:
    world, line = world_and_line()
    for each in world.objects:
        if each["metadata"]["name"] == "app-7b76dfb7bb":
            each["metadata"]["ownerReferences"][0]["uid"] = "someone-else"
    assert image_of(await plan(world, line)) == "registry.local/app:v1"


@pytest.mark.parametrize("name", ["kubectl-rollout-undo", "kubectl-rollout-undo-annotations"])
async def test_the_way_back_planned_later_is_the_one_that_was_voted_on(name: str) -> None:
    world, line = world_and_line(name)
    made = await plan(world, line)
    world.send(made.calls)
    controllers(world)
    assert made.back is not None
    back = await plan(world, made.back.command_line)
    assert back_matches(made.back, back.calls)
    assert image_of(back) == deployment(recorded(name).world())["spec"]["template"]["spec"]["containers"][0]["image"]


async def test_the_way_back_of_a_daemonset_too() -> None:
    world, line = world_and_line("kubectl-rollout-undo-daemonset")
    made = await plan(world, line)
    world.send(made.calls)
    assert made.back is not None
    assert back_matches(made.back, (await plan(world, made.back.command_line)).calls)


async def test_another_way_back_is_not_covered() -> None:
    world, line = world_and_line()
    made = await plan(world, line)
    world.send(made.calls)
    controllers(world)
    assert made.back is not None
    other = await plan(world, made.back.command_line.replace("=3", "=1"))
    assert not back_matches(made.back, other.calls)
    again_ = await plan(world, made.back.command_line)
    (call,) = again_.calls
    assert not back_matches(made.back, (msgspec.structs.replace(call, uid="another"),))
    assert not back_matches(made.back, (call, call))
    assert not back_matches(made.back, ())
    assert not back_matches(msgspec.structs.replace(made.back, calls=()), ())


async def test_a_plan_survives_being_stored() -> None:
    for name in ("kubectl-rollout-undo", "kubectl-rollout-undo-daemonset", "kubectl-scale", "kubectl-set-image"):
        world, line = world_and_line(name)
        made = await plan(world, line)
        stored = msgspec.json.decode(msgspec.json.encode(made), type=Plan)
        assert digest_of(stored, "any") == digest_of(made, "any")
        assert stored == made


async def test_only_a_step_back_from_what_is_ill_counts_as_a_recovery() -> None:
    world, line = world_and_line()
    assert not (await plan(world, line)).recovery
    deployment(world)["status"]["availableReplicas"] = 1
    assert (await plan(world, line)).recovery
    world.send((await plan(world, line)).calls)
    controllers(world)
    forward = await plan(world, "rollout undo deployment/app --to-revision=3 -n g-kubectl-rollout-undo")
    assert forward.recovery  # 4 is ill too, and 3 is older than 4
    assert not (await plan(recorded("kubectl-rollout-undo").world(), line)).recovery


async def test_what_is_overwritten_or_relied_on_is_a_precondition() -> None:
    world, line = world_and_line("kubectl-rollout-undo-annotations")
    (call,) = (await plan(world, line)).calls
    pointers = {each.pointer for each in call.preconditions}
    body: Any = call.body
    assert {each["path"] for each in body} <= pointers
    assert {"/spec/selector", "/spec/paused", "/spec/template"} <= pointers
    assert call.uid == deployment(world)["metadata"]["uid"]


async def test_several_workloads_go_back_together_or_not_at_all() -> None:
    world, line = world_and_line()
    other = recorded("kubectl-rollout-undo-daemonset").world()
    for each in other.objects:
        each["metadata"]["namespace"] = "g-kubectl-rollout-undo"
    world.objects += other.objects
    line = line.replace("deployment/app", "deployment/app daemonset/agent")
    made = await plan(world, line)
    assert [each.target.reference for each in made.steps] == ["deployment/app", "daemonset/agent"] * 2
    assert [each.id for each in made.steps] == ["step-1", "step-2", "step-3", "step-4"]
    assert made.impact.pods == 6
    assert made.back is not None
    assert made.back.command_line.startswith("rollout undo deployment/app daemonset/agent -n ")
    assert len(made.back.calls) == 2
    assert made.way_back({"step-1"}) is None
    assert made.way_back({"step-1", "step-2"}) == made.back
    second = await again(world, UNDO, made)
    assert isinstance(second, Plan)
    assert digest_of(second, "x") == digest_of(made, "x")
    world.send(made.calls[1:])
    third = await again(world, UNDO, made)
    assert isinstance(third, Plan)
    assert [each.target.reference for each in third.calls] == ["deployment/app"]
    assert third.back is None
    deployment(world)["spec"]["paused"] = True
    with pytest.raises(Refused, match="you cannot rollback a paused deployment"):
        await again(world, UNDO, made)


async def test_a_bare_name_is_found_and_pinned_with_its_kind() -> None:
    world, line = world_and_line()
    made = await plan(world, line.replace("deployment/app", "app"))
    assert made.pinned["targets"] == ["deployment/app"]
    assert said(made) == ""


async def test_going_back_from_a_version_that_was_given_up_is_followed() -> None:
    world, line = world_and_line()
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    deployment(world)["status"]["conditions"] = [{**late, "lastTransitionTime": "2026-11-25T03:00:00Z"}]
    made = await plan(world, line)
    assert made.recovery
    wait = made.steps[-1]
    assert isinstance(wait, Wait)
    assert wait.arguments == {"known_late": "2026-11-25T03:00:00+00:00"}
