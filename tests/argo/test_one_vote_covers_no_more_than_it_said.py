"""`promote --rest`: what changes under the vote is noticed by the wait, or by the call that would be sent next."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.execution.envelope import violated
from bot.execution.readback import Effect, effect_of
from bot.operations.plan import Call
from bot.requests.engine.moves import StepState
from bot.requests.engine.remaining import moved_since
from tests.argo.rollouts import NEW, PAUSED_AT, again, plan, template, world
from tests.argo.test_one_vote_covers_the_rest import BACKGROUND, REST, STEPS, ask, held, measured, run
from tests.clocks import HandClock
from tests.parity.world import NOW

Json = dict[str, Any]
INCONCLUSIVE = {"reason": "InconclusiveAnalysisRun", "startTime": "2026-11-25T03:05:00Z"}
EASIER = {"templates": [{"templateName": "always-well"}]}


def watched(index: int = 1, **status: Any) -> Json:
    """A canary whose version is measured in the background, and passes."""
    return held(index, analysis=BACKGROUND, **measured(), **status)


async def last_call() -> Call:
    """What would be sent at the pause of the last step."""
    made = await plan(world(watched(), run("Running", "Successful")), REST)
    return made.calls[-1]


def at_its_pause(change: Any) -> Json:
    """The Rollout when the last call is due, changed by somebody."""
    found = copy.deepcopy(watched(5))
    change(found)
    return found


def strategy(found: Json) -> Json:
    canary: Json = found["spec"]["strategy"]["canary"]
    return canary


async def test_at_its_pause_the_last_call_may_be_sent() -> None:
    assert violated(await last_call(), watched(5)) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda it: strategy(it).pop("analysis"),
        lambda it: strategy(it).update(analysis=EASIER),
        lambda it: strategy(it).update(steps=[*STEPS[:-1], {"setWeight": 100}, {"pause": {}}]),
        lambda it: strategy(it).update(trafficRouting={"maxTrafficWeight": 1000}),
        lambda it: it["spec"].update(template=template("app:v3")),
        lambda it: it["spec"].update(workloadRef={"kind": "Deployment", "name": "other"}),
        lambda it: it["spec"].update(paused=True),
        lambda it: it["metadata"].update(uid="another"),
        lambda it: it["status"].update(pauseConditions=[PAUSED_AT, INCONCLUSIVE]),
        lambda it: it["status"].update(pauseConditions=[INCONCLUSIVE]),
        lambda it: it["status"].update(abort=True),
        lambda it: it["status"].update(stableRS="other"),
    ],
    ids=[
        *("no analysis", "an easier analysis", "steps not yet seen", "another router", "template not yet seen"),
        *("another workload", "paused by hand", "made anew", "inconclusive too", "inconclusive", "aborted", "stable"),
    ],
)
async def test_what_somebody_changed_meanwhile_holds_the_last_call(change: Any) -> None:
    assert violated(await last_call(), at_its_pause(change)) != []


async def test_the_same_is_seen_before_the_first_call() -> None:
    found = world(watched(), run("Running", "Successful"))
    made = await plan(found, REST)
    found.objects[0] = copy.deepcopy(found.objects[0])
    strategy(found.objects[0])["analysis"] = EASIER
    drawn = await again(found, made, "argo rollouts promote")
    assert getattr(drawn, "calls", ()) != made.calls


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it["status"].update(abort=True, pauseConditions=None, currentStepIndex=0),
        lambda it: it["status"].update(currentPodHash="another", pauseConditions=None, currentStepIndex=0),
    ],
    ids=["an abort", "another version"],
)
async def test_a_pause_that_ended_otherwise_was_not_promoted_by_somebody(change: Any) -> None:
    call = await last_call()
    assert effect_of(call, at_its_pause(change), manager="kajitori-1-step-3") is Effect.UNKNOWN


def test_a_measurement_under_way_does_not_hide_the_bad_one_before() -> None:
    waiting = ask(watched(5), run("Running", "Successful", "Failed", "Running"))
    assert not waiting.done
    assert "error-rate is [4.1]" in str(waiting.stuck)
    assert ask(watched(5), run("Running", "Failed", "Successful", "Running")).done


def test_a_change_that_no_controller_has_looked_at_is_waited_for() -> None:
    changed = at_its_pause(lambda it: it["metadata"].update(generation=4))
    waiting = ask(changed, run("Running", "Successful"))
    assert (waiting.done, waiting.failed) == (False, None)


def test_a_pause_that_somebody_ended_is_not_waited_for() -> None:
    ended = ask(watched(5, pauseConditions=None), run("Running", "Successful"))
    assert "somebody else has promoted it" in str(ended.failed)


@pytest.mark.parametrize("phase", ["Inconclusive", "Error", "Failed"])
def test_an_analysis_that_ended_badly_does_not_pass_whatever_it_measured(phase: str) -> None:
    well = run(phase, "Successful")
    well["status"]["metricResults"][0]["phase"] = "Successful"
    assert not ask(watched(5), well).done


@pytest.mark.parametrize(
    ("target", "runs"),
    [
        (held(5, analysis=BACKGROUND), ()),
        (watched(5), ()),
        (watched(5), (run("Running"),)),
        (watched(5), (run("Pending"),)),
        (watched(5), (run("Running", "Successful", dry=True),)),
        (watched(5), (run("Running", "Successful", name="app-9b-1"),)),
        (held(5, analysis=BACKGROUND, canary={"currentBackgroundAnalysisRunStatus": {"status": "Running"}}), ()),
    ],
    ids=["not begun", "gone", "no metrics", "pending", "dry", "another's", "without a name"],
)
def test_what_has_not_measured_does_not_pass(target: Json, runs: tuple[Json, ...]) -> None:
    assert not ask(target, *runs).done


def test_a_run_that_another_object_owns_does_not_pass() -> None:
    stranger = run("Running", "Successful")
    stranger["metadata"]["ownerReferences"] = [{"kind": "Rollout", "name": "app", "uid": "u-other"}]
    assert not ask(watched(5), stranger).done


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it["status"].update(currentPodHash="another"),
        lambda it: it["status"].update(currentStepHash="others"),
        lambda it: it["spec"].update(paused=True),
        lambda it: it["status"].update(phase="Degraded", message="ProgressDeadlineExceeded"),
    ],
    ids=["another version", "other steps", "paused by hand", "no progress"],
)
def test_an_end_on_the_way_says_where_it_stands(change: Any) -> None:
    assert "step 6 of 6" in str(ask(at_its_pause(change), run("Running", "Successful")).failed)


def test_one_that_was_made_anew_does_not_end_it_well() -> None:
    healthy = held(7, currentPodHash=NEW, stableRS=NEW, phase="Healthy")
    healthy["metadata"]["uid"] = "another"
    assert str(ask(healthy, pause=None).failed) == "it was deleted and made anew"


def test_an_aborted_one_stands_at_no_step() -> None:
    aborted = at_its_pause(lambda it: it["status"].update(abort=True, currentStepIndex=0))
    assert "stands at" not in str(ask(aborted, run("Running", "Successful")).failed)


def test_the_end_of_the_time_says_where_it_stands() -> None:
    assert "step 6 of 6" in str(ask(watched(5), until="2026-11-30T03:00:00Z").failed)


async def moved(found: Json, *runs: Json, now: datetime = NOW) -> list[str]:
    """What holds the last call, though the records say that its wait has ended well."""
    made = await plan(world(watched(), run("Running", "Successful")), f"{REST} --until=1h")
    states = dict.fromkeys(("step-1", "step-2"), StepState.DONE)
    cluster: Any = world(found, *runs)
    clock = HandClock(now)
    return [str(each) for each in await moved_since(cluster, made, states, 2, watcher=cluster, clock=clock)]


async def test_a_wait_that_has_ended_is_looked_at_again_before_its_call() -> None:
    assert await moved(watched(5), run("Running", "Successful")) == []
    assert "error-rate is [4.1]" in (await moved(watched(5), run("Running", "Successful", "Failed")))[0]
    assert "is not there" in (await moved(watched(5)))[0]
    assert "has not begun" in (await moved(held(5, analysis=BACKGROUND), run("Running", "Successful")))[0]
    over = await moved(watched(5), run("Running", "Successful"), now=NOW + timedelta(hours=1))
    assert "the time that was agreed on is over" in over[0]
    ended = at_its_pause(lambda it: it["status"].update(pauseConditions=None))
    assert "somebody else has promoted it" in (await moved(ended, run("Running", "Successful")))[0]
