"""`job-finished`: complete, failed with the reason of its pods, or still on its way and why it stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from bot.operations.models import Pod
from bot.operations.progress import Observation, Progress
from commands.jobs import FINISHED

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
STARTED = {"startTime": "2026-11-30T02:59:00Z"}


def look(spec: dict[str, Any], status: dict[str, Any], *pods: dict[str, Any], seconds: int = 5) -> Progress:
    target = {"kind": "Job", "metadata": {"name": "run"}, "spec": spec, "status": status}
    since = NOW - timedelta(seconds=seconds)
    seen = tuple(msgspec.convert(each, Pod) for each in pods)
    return FINISHED.evaluate(Observation(target=target, pods=seen, arguments={}, now=NOW, since=since))


def ended(kind: str, reason: str = "", message: str = "") -> dict[str, Any]:
    return {"type": kind, "status": "True", "reason": reason, "message": message}


def pod(name: str, state: dict[str, Any], phase: str = "Failed") -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "status": {"phase": phase, "containerStatuses": [{"name": "a", "state": state}]},
    }


def test_complete_is_the_end() -> None:
    found = look({"completions": 2}, {**STARTED, "succeeded": 2, "conditions": [ended("Complete")]})
    assert (found.done, found.ready, found.total, found.failed) == (True, 2, 2, None)


def test_enough_pods_are_not_the_end_before_it_is_said() -> None:
    found = look({}, {**STARTED, "succeeded": 1, "conditions": [ended("SuccessCriteriaMet")]})
    assert not found.done


def exited(code: int, at: str) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": "Error", "finishedAt": f"2026-11-30T02:59:{at}Z"}}


def test_failed_says_how_its_last_pod_ended() -> None:
    status = {**STARTED, "failed": 2, "conditions": [ended("Failed", "BackoffLimitExceeded", "too often")]}
    found = look({"backoffLimit": 1}, status, pod("run-a", exited(2, "40")), pod("run-b", exited(1, "30")))
    assert str(found.failed) == "BackoffLimitExceeded: 2 pods failed, the last with Error, exit code 2"


@pytest.mark.parametrize(("seconds", "over"), [(5, False), (60, True)])
def test_failed_waits_a_moment_for_the_pods_that_say_why(seconds: int, over: bool) -> None:
    status = {**STARTED, "failed": 1, "conditions": [ended("Failed", "BackoffLimitExceeded", "too often")]}
    assert (look({}, status, seconds=seconds).failed is not None) is over


def test_failed_without_pods_says_what_the_job_says() -> None:
    status = {**STARTED, "conditions": [ended("Failed", "DeadlineExceeded", "Job was active longer than its deadline")]}
    assert str(look({}, status).failed) == "DeadlineExceeded: Job was active longer than its deadline"


def test_on_its_way_it_says_how_far() -> None:
    found = look({"completions": 3}, {**STARTED, "active": 1, "succeeded": 1, "failed": 1})
    assert str(found.message) == "1 of 3 pods have ended well, 1 run, 1 have failed"
    assert (found.ready, found.total, found.done, found.failed) == (1, 3, False, None)


def test_a_pod_that_cannot_start_is_why_it_stands_still() -> None:
    waiting = pod("run-1", {"waiting": {"reason": "ImagePullBackOff"}}, "Pending")
    assert "ImagePullBackOff" in str(look({}, {**STARTED, "active": 1}, waiting).stuck)


@pytest.mark.parametrize(("seconds", "stuck"), [(5, False), (60, True)])
def test_one_that_nobody_looked_at_is_said_so_after_a_while(seconds: int, stuck: bool) -> None:
    assert (look({}, {}, seconds=seconds).stuck is not None) is stuck


def test_suspended_and_gone_are_said() -> None:
    assert "suspended" in str(look({"suspend": True}, {}).stuck)
    gone = FINISHED.evaluate(Observation(target=None, pods=(), arguments={}, now=NOW))
    assert "deleted meanwhile" in str(gone.failed)
