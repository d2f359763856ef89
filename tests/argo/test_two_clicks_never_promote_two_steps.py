"""A promotion is about the step that was shown, of the version that was shown; whoever comes late finds it gone on."""

from __future__ import annotations

import pytest

from bot.errors import KajitoriError
from bot.operations.plan import Nothing, Plan
from bot.operations.ways_back import back_matches
from bot.requests.drift import drift
from tests.argo.rollouts import (
    NEW,
    PAUSED_AT,
    STABLE,
    aborted,
    again,
    bodies,
    canary,
    healthy,
    nothing,
    plan,
    progressing,
    world,
)

PROMOTE = "argo rollouts promote app"
UNPAUSING = {"controllerPause": True, "pauseConditions": None}


async def test_what_it_relies_on_is_what_it_is_bound_to() -> None:
    made = await plan(world(canary()), PROMOTE)
    (call,) = made.calls
    assert call.uid == "u-app"
    assert {each.pointer: each.value for each in call.preconditions} == {
        "/status/currentPodHash": NEW,
        "/status/stableRS": STABLE,
        "/status/currentStepIndex": 1,
        "/status/currentStepHash": "757dc6b995",
        "/status/pauseConditions": [PAUSED_AT],
        "/status/controllerPause": True,
        "/status/abort": None,
        "/status/promoteFull": None,
        "/spec/paused": None,
    }
    assert made.pinned["at"] == f"{NEW}:1"


async def test_a_second_click_while_the_controller_has_not_looked_sends_nothing() -> None:
    """The plugin would write the next index here, and so promote two steps."""
    made = await plan(world(canary()), PROMOTE)
    assert "going on already" in await nothing(world(canary(**UNPAUSING)), PROMOTE)
    assert isinstance(await again(world(canary(**UNPAUSING)), made, "argo rollouts promote"), Nothing)


async def test_a_second_click_after_it_has_gone_on_finds_that() -> None:
    made = await plan(world(canary()), PROMOTE)
    for later in (progressing(index=2), canary(index=3), healthy()):
        found = await again(world(later), made, "argo rollouts promote")
        assert isinstance(found, Nothing)
        assert "has gone on already" in str(found.message)


async def test_a_second_line_while_the_next_step_runs_is_a_question() -> None:
    with pytest.raises(KajitoriError, match="waits for nobody now"):
        await plan(world(progressing(index=2)), PROMOTE)


async def test_a_button_that_is_pressed_late_is_bound_to_where_it_stood() -> None:
    line = f"{PROMOTE} --at={NEW}:1"
    assert bodies(await plan(world(canary()), line)) == [("status", {"status": {"pauseConditions": None}})]
    assert "has gone on already" in await nothing(world(canary(index=3)), line)


async def test_the_same_step_of_another_version_is_another_step() -> None:
    made = await plan(world(canary()), PROMOTE)
    with pytest.raises(KajitoriError, match="about another version now"):
        await again(world(canary(currentPodHash="cdfdbc868")), made, "argo rollouts promote")


async def test_a_step_that_comes_again_after_a_retry_is_refused() -> None:
    made = await plan(world(canary(index=3)), PROMOTE)
    with pytest.raises(KajitoriError, match="began again since"):
        await again(world(canary(index=1)), made, "argo rollouts promote")


async def test_another_pause_at_the_same_step_asks_for_votes_again() -> None:
    made = await plan(world(canary()), PROMOTE)
    later = {**PAUSED_AT, "startTime": "2026-11-25T03:05:00Z"}
    fresh = await again(world(canary(pauseConditions=[later])), made, "argo rollouts promote")
    assert isinstance(fresh, Plan)
    assert [str(each) for each in drift(made, fresh)] == ["/status/pauseConditions of shop/app changed"]


async def test_an_abort_between_the_vote_and_the_sending_stops_it() -> None:
    made = await plan(world(canary(index=0)), PROMOTE)
    with pytest.raises(KajitoriError, match="promoting it would do nothing that lasts"):
        await again(world(aborted()), made, "argo rollouts promote")


async def test_a_full_promotion_is_not_overtaken_by_a_pause_that_ends_by_itself() -> None:
    made = await plan(world(canary(index=3)), f"{PROMOTE} --full")
    fresh = await again(world(progressing(index=4)), made, "argo rollouts promote")
    assert isinstance(fresh, Plan)
    assert drift(made, fresh) == []


async def test_one_vote_covers_the_way_back_to_the_stable_version() -> None:
    made = await plan(world(canary()), PROMOTE)
    assert made.back is not None
    assert made.back.command_line == "argo rollouts undo app --to-revision=1 -n shop"
    later = await plan(world(progressing(index=2)), "argo rollouts undo app --to-revision=1")
    assert back_matches(made.back, later.calls)
