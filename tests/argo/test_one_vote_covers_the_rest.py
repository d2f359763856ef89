"""`promote --rest`: each pause that is left is ended by a call of its own, while what measures the version says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import KajitoriError
from bot.operations.argo.kinds import ANALYSIS_RUN
from bot.operations.conditions import condition_of
from bot.operations.intent import plan_digest
from bot.operations.plan import Call, Plan, Wait
from bot.operations.progress import Observation, Progress
from tests.argo.rollouts import NEW, STABLE, again, blue_green, canary, healthy, nothing, plan, progressing, said, world

REST = "argo rollouts promote app --rest"
NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
STEPS: list[dict[str, Any]] = [
    {"setWeight": 20},
    {"pause": {}},
    {"setWeight": 40},
    {"pause": {"duration": "10m"}},
    {"setWeight": 60},
    {"pause": {}},
]
BACKGROUND = {"templates": [{"templateName": "errors"}]}


def held(index: int = 1, *, analysis: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    """A canary with a timed pause and a last one without an end, which waits at the step `index`."""
    found = canary(index=index, **status)
    found["spec"]["strategy"]["canary"]["steps"] = STEPS
    if analysis is not None:
        found["spec"]["strategy"]["canary"]["analysis"] = analysis
    return found


def run(phase: str = "Running", *measured: str, name: str = "app-9b-2", dry: bool = False) -> dict[str, Any]:
    """An analysis run of the Rollout, whose measurements ended so."""
    result = {
        "name": "error-rate",
        "phase": phase,
        "dryRun": dry,
        "count": len(measured),
        "successful": measured.count("Successful"),
        "failed": measured.count("Failed"),
        "measurements": [{"phase": each, "value": "[4.1]", "startedAt": "2026-11-30T02:59:00Z"} for each in measured],
    }
    return {
        "kind": "AnalysisRun",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "labels": {"rollouts-pod-template-hash": NEW},
            "ownerReferences": [{"kind": "Rollout", "name": "app", "uid": "u-app"}],
        },
        "spec": {"metrics": [{"name": "error-rate", "failureCondition": "result[0] > 2"}]},
        "status": {"phase": phase, "metricResults": [result] if measured else []},
    }


def measured(phase: str = "Running") -> dict[str, Any]:
    return {"canary": {"currentBackgroundAnalysisRunStatus": {"name": "app-9b-2", "status": phase}}}


def ask(target: dict[str, Any] | None, *runs: dict[str, Any], unread: bool = False, **arguments: Any) -> Progress:
    agreed = {"uid": "u-app", "version": NEW, "steps": "757dc6b995", "pause": 5, "until": "2026-11-30T05:00:00Z"}
    wanted = {**agreed, **arguments}
    observed = Observation(
        target=target,
        pods=(),
        arguments=wanted,
        now=NOW,
        since=NOW - timedelta(seconds=5),
        beside={} if unread else {ANALYSIS_RUN: runs},
    )
    return condition_of("rollout-passing").evaluate(observed)


async def test_each_pause_without_an_end_is_ended_by_a_call_of_its_own_group() -> None:
    made = await plan(world(held()), REST)
    assert [type(each) for each in made.steps] == [Call, Wait, Call, Wait]
    assert [each.group for each in made.steps] == [0, 1, 2, 3]
    first, last = made.calls
    assert (first.body, last.body) == ({"status": {"pauseConditions": None}},) * 2
    assert not first.later
    assert last.later
    pinned = {each.pointer: each.value for each in last.preconditions}
    assert pinned["/status/currentStepIndex"] == 5
    assert (pinned["/status/currentPodHash"], pinned["/status/stableRS"]) == (NEW, STABLE)
    assert pinned["/status/currentStepHash"] == "757dc6b995"
    assert pinned.keys() >= {"/status/abort", "/status/promoteFull", "/spec/paused"}
    assert "/status/pauseConditions" not in pinned, "when it will begin is not known yet"


async def test_the_card_tells_the_way_how_long_each_pause_is_held_and_until_when() -> None:
    made = await plan(world(held()), f"{REST} --hold=90s --until=30m")
    assert (str(made.before), str(made.after)) == ("step 2 of 6 (pause)", "60 % → 100 %")
    assert "after 90s each, while it passes; until" in str(made.note)
    assert "app:v2" in str(made.note)
    assert [each.steady for each in made.steps if isinstance(each, Wait)] == [90, 0]


async def test_the_vote_binds_to_the_end_of_the_agreement() -> None:
    found = world(held())
    made = await plan(found, f"{REST} --until=1h")
    assert made.until == found.now.replace(microsecond=0) + timedelta(hours=1)
    later = Plan(**{each: getattr(made, each) for each in made.__struct_fields__} | {"until": None})
    place = {"cluster": "prod", "namespace": "shop", "operation": "argo rollouts promote"}
    assert plan_digest(made, **place) != plan_digest(later, **place)


async def test_it_is_drawn_again_with_the_same_end() -> None:
    found = world(held())
    made = await plan(found, f"{REST} --until=1h")
    found.now += timedelta(minutes=10)
    drawn = await again(found, made, "argo rollouts promote")
    assert isinstance(drawn, Plan)
    assert (drawn.until, drawn.pinned, drawn.calls) == (made.until, made.pinned, made.calls)


async def test_without_an_analysis_the_voters_are_told_that_nothing_measures_it() -> None:
    assert "No analysis measures the new version" in said(await plan(world(held()), REST))
    watched = world(held(analysis=BACKGROUND, **measured()), run("Running", "Successful"))
    assert "No analysis" not in said(await plan(watched, REST))


@pytest.mark.parametrize(
    ("status", "runs", "why"),
    [
        ({}, (), "has not begun"),
        (measured(), (), "is not there"),
        (measured(), (run("Running"),), "has not measured yet"),
        (measured(), (run("Running", "Successful", "Failed"),), "error-rate is [4.1], bad if result[0] > 2"),
        (measured("Failed"), (run("Failed", "Failed"),), "error-rate is [4.1]"),
    ],
)
async def test_it_is_refused_while_its_analysis_does_not_pass(status: Any, runs: Any, why: str) -> None:
    with pytest.raises(KajitoriError) as refused:
        await plan(world(held(analysis=BACKGROUND, **status), *runs), REST)
    assert why in str(refused.value.why)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("--full", "--rest, --full"),
        ("--skip-current-step", "--rest, --skip-current-step"),
        ("--hold=soon", "soon is no duration"),
        ("--hold=-5m", "is no duration"),
        ("--until=25h", "not within the next 24 hours"),
        ("--until=0s", "not within the next 24 hours"),
        ("--until=2020-01-01T00:00:00Z", "not within the next 24 hours"),
        ("--until=05:00", "is no duration"),
        ("--until=2026-11-30T05:00:00", "does not say in which time zone"),
        ("--until=9999999999999999999999h", "not within the next 24 hours"),
    ],
)
async def test_flags_that_say_something_else_are_refused(words: str, why: str) -> None:
    with pytest.raises(KajitoriError) as refused:
        await plan(world(held()), f"{REST} {words}")
    assert why in str(refused.value.what)


async def test_what_has_no_rest_is_refused_or_does_not_go_that_way() -> None:
    for found, why in (
        (blue_green(), "is for a canary with steps"),
        (held(spec={"paused": True}), "is paused by hand"),
        (progressing(index=0), "waits for nobody now"),
    ):
        with pytest.raises(KajitoriError) as refused:
            await plan(world(found), REST)
        assert why in str(refused.value.what)
    assert "is fully promoted" in await nothing(world(healthy()), REST)


async def test_at_the_last_pause_nothing_is_left_but_to_become_healthy() -> None:
    made = await plan(world(held(5)), REST)
    assert [type(each) for each in made.steps] == [Call, Wait]
    assert str(made.after) == "100 %"


def test_it_is_reached_at_its_pause_while_the_analysis_passes() -> None:
    at = held(5, analysis=BACKGROUND, **measured())
    assert ask(at, run("Running", "Failed", "Successful")).done, "the analysis itself puts up with one"
    assert str(ask(at, run("Running", "Successful")).message) == "holding at 60 %"
    bad = ask(at, run("Running", "Successful", "Failed"))
    assert not bad.done
    assert bad.failed is None
    assert "error-rate is [4.1]" in str(bad.stuck)


def test_a_metric_that_is_only_tried_decides_nothing() -> None:
    assert ask(held(5, analysis=BACKGROUND, **measured()), run("Running", "Failed", dry=True)).stuck is not None
    both = run("Running", "Successful")
    both["status"]["metricResults"] += run("Running", "Failed", dry=True)["status"]["metricResults"]
    assert ask(held(5, analysis=BACKGROUND, **measured()), both).done


def test_nothing_passes_before_the_analyses_were_read() -> None:
    assert not ask(held(5), unread=True).done
    assert ask(held(5)).done, "none measures it, which the card has said"


def test_an_earlier_try_of_the_same_version_is_not_asked() -> None:
    older = run("Failed", "Failed", name="app-9b-1")
    assert ask(held(5, analysis=BACKGROUND, **measured()), older, run("Running", "Successful")).done


def test_other_pauses_are_waited_through() -> None:
    waiting = ask(held(3))
    assert (waiting.done, waiting.failed) == (False, None)
    under_way = ask(progressing(index=4))
    assert (under_way.done, under_way.failed) == (False, None)


def test_at_the_end_it_is_healthy() -> None:
    done = healthy(currentStepIndex=6)
    assert ask(done, pause=None, until=None).done
    assert not ask(progressing(index=6), pause=None, until=None).done


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (None, "it was deleted"),
        (held(5, currentPodHash="another"), "another version is under way"),
        (held(1, currentStepHash="others"), "its steps were changed"),
        (held(0, abort=True, phase="Degraded", message="RolloutAborted: metric failed"), "degraded"),
        (held(5, spec={"paused": True}), "paused it by hand"),
        (held(3, promoteFull=True), "somebody else has promoted it"),
        (healthy(), "somebody else has promoted it"),
    ],
)
def test_whatever_takes_the_ground_from_under_the_vote_ends_it(target: Any, why: str) -> None:
    ended = ask(target)
    assert not ended.done
    assert why in str(ended.failed)


def test_nothing_goes_on_after_the_moment_that_was_agreed_on() -> None:
    over = ask(held(5), until="2026-11-30T03:00:00Z")
    assert not over.done
    assert str(over.failed).startswith("the time that was agreed on is over: 2026-11-30 03:00:00 UTC; it stands at")
