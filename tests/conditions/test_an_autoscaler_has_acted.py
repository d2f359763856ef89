"""`within-limits`: what is scaled wants a number between the limits, and has as many ready pods."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.operations.autoscalers import within_limits
from bot.operations.progress import Observation, Progress
from tests.parity.world import NOW


def seen(replicas: int, ready: int, *, observed: int = 2, seconds: int = 0, target: Any = "there") -> Progress:
    live = {
        "kind": "Deployment",
        "metadata": {"generation": 2},
        "spec": {"replicas": replicas},
        "status": {"observedGeneration": observed, "readyReplicas": ready},
    }
    since = NOW - timedelta(seconds=seconds)
    found = live if target == "there" else None
    return within_limits(Observation(target=found, pods=(), arguments={"least": 2, "most": 4}, now=NOW, since=since))


@pytest.mark.parametrize(
    ("replicas", "ready", "done", "message"),
    [
        (4, 4, True, "within its limits"),
        (2, 2, True, "within its limits"),
        (3, 2, False, "2 of 3 pods are ready"),
        (5, 5, False, "it wants 5 pods, the autoscaler has not acted yet"),
        (1, 1, False, "it wants 1 pods, the autoscaler has not acted yet"),
        (0, 0, True, "it has no pods, so that nothing scales it"),
    ],
)
def test_what_is_said(replicas: int, ready: int, done: bool, message: str) -> None:
    found = seen(replicas, ready)
    assert (found.done, str(found.message)) == (done, message)


def test_one_that_does_not_act_is_said_to_stand_still_after_a_minute() -> None:
    assert seen(5, 5, seconds=59).stuck is None
    assert "is it running?" in str(seen(5, 5, seconds=60).stuck)


def test_a_change_that_is_not_observed_is_waited_for() -> None:
    assert not seen(3, 3, observed=1).done


def test_what_is_gone_is_a_failure() -> None:
    assert str(seen(3, 3, target=None).failed) == "it was deleted"
