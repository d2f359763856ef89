"""Restart has one moment, frozen when it is asked for; pause and resume are each other's way back."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import NotUnderstood, Refused
from bot.execution.envelope import violated
from bot.operations.plan import Nothing, Plan
from bot.operations.ways_back import back_matches
from bot.requests.drift import drift
from tests.parity.planning import REGISTRY, again, ask, digest_of, nothing, plan, said
from tests.parity.world import World, recorded

RESTART = REGISTRY["rollout restart"]
AT = "kubectl.kubernetes.io/restartedAt"


def world_and_line(name: str) -> tuple[World, str, Any]:
    golden = recorded(name)
    world = golden.world()
    return world, " ".join(golden.command), world.objects[0]


async def test_the_moment_is_frozen() -> None:
    world, line, _ = world_and_line("kubectl-rollout-restart-deployment")
    made = await plan(world, line)
    world.now += timedelta(minutes=9)
    second = await again(world, RESTART, made)
    assert isinstance(second, Plan)
    assert digest_of(second, "r") == digest_of(made, "r")
    assert digest_of(await plan(world, line), "r") != digest_of(made, "r")


@pytest.mark.parametrize("minutes", [0, 5])
async def test_a_restart_at_that_moment_or_later_has_happened(minutes: int) -> None:
    world, line, live = world_and_line("kubectl-rollout-restart-deployment")
    made = await plan(world, line)
    later = (world.now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    live["spec"]["template"]["metadata"]["annotations"] = {AT: later}
    assert isinstance(await again(world, RESTART, made), Nothing)
    live["spec"]["template"]["metadata"]["annotations"] = {AT: "yesterday"}
    assert isinstance(await again(world, RESTART, made), Plan)


async def test_a_paused_deployment_is_not_restarted() -> None:
    world, line, live = world_and_line("kubectl-rollout-restart-deployment")
    live["spec"]["paused"] = True
    with pytest.raises(Refused, match="can't restart paused deployment"):
        await ask(world, line)


async def test_several_restart_in_one_command() -> None:
    world, line, _ = world_and_line("kubectl-rollout-restart-daemonset")
    other, _, more = world_and_line("kubectl-rollout-restart-statefulset")
    more["metadata"]["namespace"] = "g-kubectl-rollout-restart-daemonset"
    world.objects += other.objects
    made = await plan(world, line.replace("daemonset/agent", "daemonset/agent statefulset/db"))
    assert [type(each).__name__ for each in made.steps] == ["Call", "Call", "Wait", "Wait"]
    assert made.impact.pods == 3 + more["spec"]["replicas"]


async def test_pause_and_resume_lead_back_to_each_other() -> None:
    world, line, _ = world_and_line("kubectl-rollout-pause")
    paused = await plan(world, line)
    assert len(paused.steps) == 1
    assert paused.impact.pods == 0
    assert paused.back is not None
    world.send(paused.calls)
    resumed = await plan(world, paused.back.command_line)
    assert back_matches(paused.back, resumed.calls)
    assert resumed.impact.pods == 0
    assert resumed.back is not None
    world.send(resumed.calls)
    assert back_matches(resumed.back, (await plan(world, resumed.back.command_line)).calls)
    assert str((await nothing(world, paused.back.command_line)).message) == "deployment/app is not paused."


async def test_resuming_lets_loose_only_what_was_voted_on() -> None:
    world, line, _ = world_and_line("kubectl-rollout-resume")
    live = next(each for each in world.objects if each["kind"] == "Deployment")
    voted = await plan(world, line)
    assert drift(voted, await plan(world, line)) == []
    live["spec"] = copy.deepcopy(live["spec"])
    live["spec"]["template"]["spec"]["containers"][0]["image"] = "app:evil"
    assert [str(each) for each in drift(voted, await plan(world, line))] == [
        f"/spec/template of {voted.target.title} changed"
    ]
    assert violated(voted.calls[0], live) == ["/spec/template"]


async def test_the_way_back_of_a_pause_lets_nothing_loose_that_was_set_meanwhile() -> None:
    world, line, _ = world_and_line("kubectl-rollout-pause")
    paused = await plan(world, line)
    assert paused.back is not None
    world.send(paused.calls)
    live = next(each for each in world.objects if each["kind"] == "Deployment")
    live["spec"]["template"]["spec"]["containers"][0]["image"] = "app:evil"
    resumed = await plan(world, paused.back.command_line)
    assert not back_matches(paused.back, resumed.calls)
    assert resumed.back is not None
    assert [each.pointer for each in resumed.back.calls[0].preconditions] == ["/spec/paused"]


async def test_resuming_what_was_changed_meanwhile_rolls_it_out() -> None:
    world, line, _ = world_and_line("kubectl-rollout-resume")
    made = await plan(world, line)
    assert made.impact.pods == 3
    assert [each.id for each in made.steps] == ["step-1", "step-2"]
    assert "is paused" not in said(made)


@pytest.mark.parametrize(("verb", "reason"), [("pause", "pausing is not"), ("resume", "resuming is not")])
async def test_only_deployments_are_paused(verb: str, reason: str) -> None:
    world, line, _ = world_and_line("kubectl-rollout-restart-daemonset")
    with pytest.raises(Refused, match=reason):
        await ask(world, line.replace("rollout restart", f"rollout {verb}"))


@pytest.mark.parametrize("verb", ["undo", "restart", "pause", "resume", "status", "history"])
async def test_nothing_named_is_refused_with_kubectls_words(verb: str) -> None:
    world = World(objects=[])
    with pytest.raises(NotUnderstood, match="required resource not specified"):
        await ask(world, f"rollout {verb}")
    assert world.looked == []
