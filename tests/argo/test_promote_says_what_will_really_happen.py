"""Promoting what does not wait, was aborted, or is held by hand: the plan says what becomes of it, or refuses."""

from __future__ import annotations

import pytest

from bot.errors import KajitoriError
from tests.argo.rollouts import (
    NEW,
    STABLE,
    aborted,
    blue_green,
    bodies,
    canary,
    healthy,
    nothing,
    plan,
    progressing,
    said,
    service,
    world,
)

PROMOTE = "argo rollouts promote app"


async def test_the_card_tells_the_step_and_the_weight_that_come() -> None:
    made = await plan(world(canary()), PROMOTE)
    assert str(made.before) == "step 2 of 4 (pause)"
    assert str(made.after) == "step 3 of 4 (setWeight: 60), 60 %"
    assert str(made.note) == "app:v2"
    last = await plan(world(canary(index=3)), PROMOTE)
    assert str(last.after) == "100 %"


async def test_an_aborted_one_is_refused_with_what_would_work() -> None:
    with pytest.raises(KajitoriError) as refused:
        await plan(world(aborted()), PROMOTE)
    assert [each.command_line for each in refused.value.choices] == [
        "argo rollouts retry rollout app -n shop",
        "argo rollouts undo app -n shop",
        f"argo rollouts promote app --full --at={NEW}:0 -n shop",
    ]


async def test_full_on_an_aborted_one_ships_it_and_counts_as_destructive() -> None:
    made = await plan(world(aborted()), f"{PROMOTE} --full")
    assert bodies(made) == [("status", {"status": {"promoteFull": True}})]
    assert made.destructive
    assert "ships the version that was aborted" in said(made)
    assert (str(made.before), str(made.after)) == ("v1", "v2")
    assert not (await plan(world(canary()), f"{PROMOTE} --full")).destructive


async def test_full_ends_a_pause_by_hand_too() -> None:
    made = await plan(
        world(canary(spec={"paused": True}, phase="Paused", message="manually paused")), f"{PROMOTE} --full"
    )
    assert bodies(made) == [("status", {"status": {"promoteFull": True}}), ("", {"spec": {"paused": False}})]
    assert [each.pointer for each in made.calls[1].preconditions] == [
        *("/spec/paused", "/spec/template", "/spec/workloadRef", "/status/currentPodHash"),
    ]


async def test_an_inconclusive_analysis_is_gone_past_with_a_warning() -> None:
    run = {"name": "app-2-1", "status": "Inconclusive"}
    pause = {"reason": "InconclusiveAnalysisRun", "startTime": "2026-11-25T03:00:00Z"}
    found = canary(index=1, canary={"currentStepAnalysisRunStatus": run}, pauseConditions=[pause])
    made = await plan(world(found), PROMOTE)
    body = {"pauseConditions": None, "controllerPause": False, "currentStepIndex": 2}
    assert bodies(made) == [("status", {"status": body})]
    assert "inconclusive" in said(made)


async def test_all_steps_can_be_skipped_and_both_flags_cannot() -> None:
    assert bodies(await plan(world(canary()), f"{PROMOTE} --skip-all-steps")) == [
        ("status", {"status": {"currentStepIndex": 4}})
    ]
    with pytest.raises(KajitoriError, match="Cannot use both flags"):
        await plan(world(canary()), f"{PROMOTE} --skip-all-steps --skip-current-step")


@pytest.mark.parametrize("flag", ["--skip-current-step", "--skip-all-steps"])
async def test_skipping_needs_steps(flag: str) -> None:
    with pytest.raises(KajitoriError, match="BlueGreen"):
        await plan(world(blue_green(), service()), f"{PROMOTE} {flag}")
    with pytest.raises(KajitoriError, match="no steps"):
        await plan(world(progressing(index=0, spec={"strategy": {"canary": {}}})), f"{PROMOTE} {flag}")


async def test_a_canary_without_steps_has_nothing_to_promote() -> None:
    with pytest.raises(KajitoriError, match="Nothing would be sent"):
        await plan(world(progressing(index=0, spec={"strategy": {"canary": {}}})), PROMOTE)


async def test_blue_green_before_its_pause_has_nothing_to_promote() -> None:
    found = blue_green(pauseConditions=None, controllerPause=None, phase="Progressing", message="cutover pending")
    with pytest.raises(KajitoriError) as refused:
        await plan(world(found, service()), PROMOTE)
    assert "though the plugin says “promoted”" in str(refused.value.next)


async def test_blue_green_is_bound_to_what_its_active_service_selects() -> None:
    made = await plan(world(blue_green(), service()), PROMOTE)
    (fact,) = made.facts
    assert (fact.target.name, fact.value, fact.uid) == ("active", STABLE, "u-active")
    assert made.impact.unavailable == 0


async def test_a_service_of_another_rollout_refuses_it() -> None:
    with pytest.raises(KajitoriError, match="belongs to rollout/other"):
        await plan(world(blue_green(), service(owner="other")), PROMOTE)


async def test_a_service_that_is_not_there_refuses_it() -> None:
    with pytest.raises(KajitoriError, match="does not exist"):
        await plan(world(blue_green()), PROMOTE)


async def test_what_the_controller_takes_for_invalid_is_not_promoted() -> None:
    condition = {"type": "InvalidSpec", "status": "True", "message": 'service "active" not found'}
    with pytest.raises(KajitoriError, match='service "active" not found'):
        await plan(world(canary(conditions=[condition])), PROMOTE)


async def test_a_change_that_nobody_observed_is_waited_for() -> None:
    with pytest.raises(KajitoriError, match="not observed yet") as refused:
        await plan(world(canary(observedGeneration="2")), PROMOTE)
    assert "the controller of Argo Rollouts is not running" in str(refused.value.next)


async def test_what_is_healthy_or_being_promoted_in_full_needs_nothing() -> None:
    assert "nothing waits" in await nothing(world(healthy()), PROMOTE)
    moving = progressing(index=1, promoteFull=True)
    assert "is being promoted in full" in await nothing(world(moving), f"{PROMOTE} --full")


async def test_a_pause_by_hand_is_said_to_be_ended_and_no_more() -> None:
    held = progressing(index=0, spec={"paused": True}, phase="Paused", message="manually paused")
    made = await plan(world(held), PROMOTE)
    assert bodies(made) == [("", {"spec": {"paused": False}})]
    assert (str(made.before), str(made.after)) == ("paused by hand", "step 1 of 4 (setWeight: 20)")
    at_pause = canary(spec={"paused": True}, message="manually paused")
    assert "promote once more" in said(await plan(world(at_pause), PROMOTE))
