"""Abort leaves the spec on the bad version and says so; retry, pause and resume say what they begin."""

from __future__ import annotations

import pytest

from bot.errors import KajitoriError
from bot.operations.ways_back import back_matches
from tests.argo.rollouts import (
    NEW,
    STABLE,
    aborted,
    blue_green,
    bodies,
    canary,
    deployment,
    healthy,
    nothing,
    plan,
    progressing,
    said,
    world,
)

ABORT, RETRY = "argo rollouts abort app", "argo rollouts retry rollout app"
PAUSE, RESUME = "argo rollouts pause app", "argo rollouts resume app"


async def test_the_card_of_an_abort_says_that_the_spec_stays() -> None:
    made = await plan(world(canary()), ABORT)
    assert bodies(made) == [("status", {"status": {"abort": True}})]
    assert (str(made.before), str(made.after)) == ("v2", "v1")
    assert str(made.note) == "Its spec stays on app:v2, so that it is Degraded until it is retried, undone or changed."
    assert made.recovery
    assert made.impact.pods == 1


async def test_an_abort_is_about_the_update_that_was_shown() -> None:
    (call,) = (await plan(world(canary()), ABORT)).calls
    assert {each.pointer: each.value for each in call.preconditions} == {
        "/status/currentPodHash": NEW,
        "/status/stableRS": STABLE,
        "/status/abort": None,
    }


async def test_where_there_is_nothing_to_abort_that_is_said() -> None:
    assert "no update to abort" in await nothing(world(healthy()), ABORT)
    assert "aborted already" in await nothing(world(aborted()), ABORT)
    with pytest.raises(KajitoriError, match="no version before this one"):
        await plan(world(progressing(index=0, stableRS=None)), ABORT)
    with pytest.raises(KajitoriError, match="not observed yet"):
        await plan(world(canary(observedGeneration="2")), ABORT)


async def test_a_blue_green_abort_only_takes_pods_away() -> None:
    made = await plan(world(blue_green()), ABORT)
    assert (made.impact.pods, made.impact.fate, made.impact.unavailable) == (5, "removed", 0)


async def test_a_retry_says_that_nothing_is_different() -> None:
    made = await plan(world(aborted()), RETRY)
    assert bodies(made) == [("status", {"status": {"abort": False}})]
    assert "nothing in it is different" in said(made)
    assert "step 1 of 4" in said(made)
    assert "is not aborted" in await nothing(world(canary()), RETRY)


async def test_each_is_the_way_back_of_the_other() -> None:
    forth = await plan(world(canary()), ABORT)
    back = await plan(world(aborted()), RETRY)
    assert forth.back is not None
    assert back.back is not None
    assert back_matches(forth.back, back.calls)
    assert back_matches(back.back, forth.calls)
    held, freed = canary(spec={"paused": True}), canary(spec={"paused": False})
    paused, resumed = await plan(world(canary()), PAUSE), await plan(world(held), RESUME)
    assert paused.back is not None
    assert resumed.back is not None
    assert back_matches(paused.back, resumed.calls)
    assert back_matches(resumed.back, (await plan(world(freed), PAUSE)).calls)


async def test_pause_and_resume_say_what_is_so_already() -> None:
    assert "already paused" in await nothing(world(canary(spec={"paused": True})), PAUSE)
    assert "which a promotion ends" in await nothing(world(canary()), RESUME)
    assert await nothing(world(progressing(index=0)), RESUME) == "rollout/app is not paused."
    assert "holds back the next one" in said(await plan(world(healthy()), PAUSE))


async def test_a_deployment_of_the_same_name_is_not_touched_and_that_is_said() -> None:
    assert (
        said(await plan(world(canary(), deployment()), ABORT)) == "deployment/app has the same name and is not touched."
    )
    reference = {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"}}
    assert said(await plan(world(canary(spec=reference), deployment()), ABORT)) == ""
