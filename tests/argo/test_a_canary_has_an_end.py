"""A pause that no time ends is an end: holding at a weight. Degraded is a failure, and a short pause is waited for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.operations.argo.kinds import ANALYSIS_RUN
from bot.operations.conditions import condition_of
from bot.operations.models import ContainerState, ContainerStatus, Meta, ObjectCondition, Pod, PodStatus, Waiting
from bot.operations.progress import Observation, Progress
from tests.argo.rollouts import NEW, STABLE, STEPS, aborted, blue_green, canary, healthy, progressing, template

NOW = datetime(2026, 11, 25, 3, 0, 30, tzinfo=UTC)


def ask(
    target: dict[str, Any] | None,
    condition: str = "rollout-settled",
    *,
    seconds: int = 0,
    pods: tuple[Pod, ...] = (),
    runs: tuple[dict[str, Any], ...] = (),
    **arguments: Any,
) -> Progress:
    return condition_of(condition).evaluate(
        Observation(
            target=target,
            pods=pods,
            arguments=arguments,
            now=NOW,
            since=NOW - timedelta(seconds=seconds),
            beside={ANALYSIS_RUN: runs},
        )
    )


def pod(name: str, *, ready: bool, reason: str = "") -> Pod:
    waiting = ContainerState(waiting=Waiting(reason=reason)) if reason else None
    return Pod(
        metadata=Meta(name=name, labels={"rollouts-pod-template-hash": NEW}),
        status=PodStatus(
            conditions=(ObjectCondition(type="Ready", status="True" if ready else "False"),),
            container_statuses=(ContainerStatus(name="app", image="app:v2", state=waiting),),
        ),
    )


def test_a_pause_without_an_end_is_an_end() -> None:
    progress = ask(canary(), version=NEW)
    assert (progress.done, str(progress.message)) == (True, "holding at 20 %")
    assert progress.halted, "the sentence is what the card shows, not a count"
    assert [each.command_line for each in progress.next] == [
        f"argo rollouts promote app --at={NEW}:1",
        "argo rollouts abort app",
    ]


def test_a_promotion_is_not_over_at_the_pause_that_it_left() -> None:
    assert not ask(canary(), version=NEW, passed=1).done
    assert ask(canary(index=3, pauseConditions=[]), version=NEW, passed=1).done is False, "it is being unpaused"


def test_a_short_pause_is_waited_for_and_a_long_one_holds() -> None:
    progress = ask(canary(index=3), version=NEW, passed=1)
    assert not progress.done
    assert "until 2026-11-25 03:01:00 UTC" in str(progress.message)
    long = canary(index=3)
    long["spec"]["strategy"]["canary"]["steps"][3] = {"pause": {"duration": "2h"}}
    progress = ask(long, version=NEW, passed=1)
    assert progress.done
    assert str(progress.message) == "holding at 60 % until 2026-11-25 05:00:00 UTC"


@pytest.mark.parametrize(("written", "seconds"), [(90, 90), ("90", 90), ("1m30s", 90)])
def test_durations_are_read_as_the_controller_reads_them(written: object, seconds: int) -> None:
    found = canary(index=3)
    found["spec"]["strategy"]["canary"]["steps"][3] = {"pause": {"duration": written}}
    ends = datetime(2026, 11, 25, 3, 0, tzinfo=UTC) + timedelta(seconds=seconds)
    assert ends.strftime("until %Y-%m-%d %H:%M:%S") in str(ask(found).message)


def test_blue_green_holds_before_the_switch() -> None:
    progress = ask(blue_green())
    assert progress.done
    assert "holding before the switch" in str(progress.message)


def test_a_pause_by_hand_is_an_end() -> None:
    held = canary(spec={"paused": True}, message="manually paused")
    assert str(ask(held).message) == "paused by hand at step 2 of 4 (pause)"


def test_under_way_it_says_the_step_the_weight_and_who_is_ready() -> None:
    progress = ask(progressing(index=2), version=NEW, pods=(pod("a", ready=True), pod("b", ready=False)))
    assert not progress.done
    assert (progress.ready, progress.total) == (1, 5)
    assert str(progress.message) == "step 3 of 4 (setWeight: 60): 60 % asked for, 20 % there"


def test_what_stands_still_says_why() -> None:
    progress = ask(progressing(index=0), pods=(pod("a", ready=False, reason="ImagePullBackOff"),))
    assert "ImagePullBackOff" in str(progress.stuck)


def test_healthy_is_its_end_with_all_pods() -> None:
    progress = ask(healthy(), version=NEW)
    assert (progress.done, progress.ready, progress.total) == (True, 5, 5)


@pytest.mark.parametrize(
    "target",
    [
        canary(observedGeneration="2"),
        canary(pauseConditions=None),
        canary(controllerPause=None, pauseConditions=None),
        aborted(abort=False),
        aborted(promoteFull=True),
    ],
)
def test_a_controller_that_is_down_is_named(target: dict[str, Any]) -> None:
    """The spec is not observed; a pause was ended; a step was skipped; it was retried, or promoted in full: nobody
    looks."""
    assert ask(target).stuck is None
    assert not ask(target).done
    assert str(ask(target, seconds=31).stuck) == "no controller has looked at it: is it running?"


def test_a_reference_that_changed_is_waited_for_by_the_version_that_is_left() -> None:
    assert not ask(healthy(), left=NEW).done
    assert "no controller" in str(ask(healthy(), left=NEW, seconds=31).stuck)
    assert ask(healthy(), left=STABLE).done


def test_a_full_promotion_is_not_over_before_it_is_done() -> None:
    assert not ask(canary(promoteFull=True), version=NEW).done


def test_degraded_is_a_failure_with_its_reason() -> None:
    failed = str(ask(progressing(index=0, phase="Degraded", message="ProgressDeadlineExceeded: no progress")).failed)
    assert failed == "degraded: ProgressDeadlineExceeded: no progress"
    assert "RolloutAborted" in str(ask(aborted()).failed)
    assert str(ask(None).failed) == "it was deleted"


def test_another_version_is_not_the_one_that_was_followed() -> None:
    assert "another version is under way" in str(ask(canary(currentPodHash="cdfdbc868"), version=NEW).failed)
    later = canary()
    later["spec"]["template"] = template("app:v9")
    assert "changed its template meanwhile" in str(ask(later, template="another").failed)


def test_an_abort_is_over_when_only_the_stable_version_serves() -> None:
    assert not ask(canary(abort=True), "rollout-aborted").done
    assert "no controller" in str(ask(canary(abort=True), "rollout-aborted", seconds=31).stuck)
    assert not ask(aborted(updatedReplicas=1), "rollout-aborted").done
    assert not ask(aborted(availableReplicas=4), "rollout-aborted").done
    progress = ask(aborted(), "rollout-aborted")
    assert (progress.done, progress.ready, progress.total) == (True, 5, 5)
    assert "not aborted any more" in str(ask(canary(), "rollout-aborted").failed)
    switched = blue_green(abort=True, abortedAt="x", blueGreen={"activeSelector": STABLE, "previewSelector": NEW})
    assert ask(switched, "rollout-aborted").done, "the preview stays up for a while and serves nobody"


def test_a_restart_is_over_when_the_controller_says_so() -> None:
    moment = "2026-11-25T03:00:00Z"
    going = healthy()
    going["spec"]["restartAt"] = moment
    assert not ask(going, "rollout-restarted", restarted=moment).done
    going["status"]["restartedAt"] = moment
    assert ask(going, "rollout-restarted", restarted=moment).done
    assert "another restart" in str(ask(going, "rollout-restarted", restarted="2026-11-25T02:00:00Z").failed)


def test_an_analysis_that_is_ended_says_how() -> None:
    assert not ask({"status": {"phase": "Running"}}, "analysis-terminated").done
    assert str(ask({"status": {"phase": "Successful"}}, "analysis-terminated").message) == "ended as Successful"


def run(phase: str, value: str, *, owner: str = "u-app", version: str = NEW, **result: Any) -> dict[str, Any]:
    measured = {"phase": phase, "value": value, "startedAt": "2026-11-25T02:58:00Z", "message": "connection refused"}
    return {
        "metadata": {
            "name": "app-2-1",
            "labels": {"rollouts-pod-template-hash": version},
            "ownerReferences": [{"kind": "Rollout", "uid": owner, "controller": True}],
        },
        "spec": {"metrics": [{"name": "error-rate", "successCondition": "result[0] < 0.02"}]},
        "status": {
            "phase": phase,
            "metricResults": [{"name": "error-rate", "phase": phase, "count": 3, "measurements": [measured], **result}],
        },
    }


def test_a_failing_analysis_shows_metric_value_condition_and_since_when() -> None:
    progress = ask(progressing(index=2), runs=(run("Failed", "[0.041]", failed=3),))
    assert str(progress.stuck) == (
        "error-rate is [0.041], good if result[0] < 0.02: 3 of 3 bad since 2026-11-25 02:58:00 UTC "
        "(the application: it aborts by itself)"
    )
    failed = str(ask(aborted(), runs=(run("Failed", "[0.041]", failed=3),)).failed)
    assert failed.startswith("degraded: RolloutAborted")
    assert "error-rate is [0.041]" in failed


def test_it_says_which_kind_of_end_it_is() -> None:
    error = str(ask(progressing(index=2), runs=(run("Error", "", error=1, count=0),)).stuck)
    assert "the metric source, not the application: connection refused" in error
    undecided = ask(
        canary(canary={"currentStepAnalysisRunStatus": {"status": "Inconclusive"}}), runs=(run("Inconclusive", "[1]"),)
    )
    assert undecided.done
    assert "holding at 20 %: its analysis is inconclusive" in str(undecided.message)


def test_analyses_of_others_and_of_older_versions_are_none_of_its_own() -> None:
    others = (run("Failed", "1", owner="u-other", failed=1), run("Failed", "1", version=STABLE, failed=1))
    assert ask(progressing(index=2), runs=others).stuck is None


def numbers(progress: Progress) -> tuple[int, int, int]:
    return progress.ready, progress.total, progress.weight


ROUTER = {"canary": {"trafficRouting": {"nginx": {"stableIngress": "app"}}, "steps": STEPS}}
ROUTED = {"weights": {"canary": {"weight": 60}, "stable": {"weight": 40}}}
DONE = {"weights": {"canary": {"weight": 0}, "stable": {"weight": 100}}}


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        (progressing(index=2, updatedReplicas=2), (2, 5, 60)),
        (canary(), (1, 5, 20)),
        (canary(spec={"paused": True}), (1, 5, 20)),
        (canary(index=3, updatedReplicas=3, pauseConditions=[{"reason": "InconclusiveAnalysisRun"}]), (3, 5, 60)),
        (healthy(), (5, 5, 100)),
        (healthy(canary=DONE), (5, 5, 100)),
        (progressing(index=2, updatedReplicas=3, phase="Degraded", message="no progress"), (3, 5, 60)),
        (aborted(updatedReplicas=2), (2, 5, 40)),
        (aborted(), (0, 5, 0)),
        (aborted(spec={"strategy": ROUTER}, canary=ROUTED, updatedReplicas=3), (3, 5, 60)),
        (blue_green(), (5, 5, -1)),
    ],
    ids=[
        "under way",
        "holding",
        "paused by hand",
        "inconclusive",
        "healthy",
        "healthy, with a router that sends all to the stable Service",
        "degraded",
        "just aborted",
        "aborted",
        "just aborted, with a router that does not know yet",
        "blue/green",
    ],
)
def test_however_it_ends_it_tells_how_far_it_came(target: dict[str, Any], wanted: tuple[int, int, int]) -> None:
    """Also in the moment before its pods were listed."""
    assert numbers(ask(target)) == wanted


def test_once_its_pods_were_seen_those_that_are_ready_count() -> None:
    pods = (pod("a", ready=True), pod("b", ready=True), pod("c", ready=False))
    assert numbers(ask(canary(index=3, updatedReplicas=3, pauseConditions=[{"reason": "x"}]), pods=pods)) == (2, 5, 60)
    assert numbers(ask(aborted(), pods=pods)) == (2, 5, 0)


def test_a_version_that_nobody_looked_at_has_no_weight_yet() -> None:
    assert ask(healthy(observedGeneration="2")).weight == -1, "100 % are those of the version before"
    assert ask(healthy(), left=NEW).weight == -1
    assert ask(canary(pauseConditions=[]), passed=1).weight == 20


def test_while_it_is_aborted_the_weight_goes_down_to_nothing() -> None:
    assert numbers(ask(canary(abort=True, updatedReplicas=2), "rollout-aborted")) == (5, 5, 40)
    assert numbers(ask(aborted(), "rollout-aborted")) == (5, 5, 0)
