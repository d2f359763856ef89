"""Percentages round as the Deployment controller rounds them: surge up, unavailable down, never both to nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.operations.kinds import DAEMONSET, DEPLOYMENT, STATEFULSET, Kind, Target
from bot.operations.rollouts import impact_of, scaled_value, speed
from bot.operations.workloads import Seen, seen


def workload(kind: Kind, pods: int, **spec: Any) -> Seen:
    status = {"desiredNumberScheduled": pods}
    whole: Any = {"metadata": {"name": "app"}, "spec": {"replicas": pods, **spec}, "status": status}
    return seen(Target(kind=kind, name="app", namespace="shop"), whole)


def rolling(unavailable: Any = None, surge: Any = None) -> dict[str, Any]:
    return {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": unavailable, "maxSurge": surge}}


@pytest.mark.parametrize(
    ("given", "unavailable", "surge"),
    [
        (workload(DEPLOYMENT, 10), 2, 3),
        (workload(DEPLOYMENT, 1), 0, 1),
        (workload(DEPLOYMENT, 3, strategy=rolling("25%", "25%")), 0, 1),
        (workload(DEPLOYMENT, 10, strategy=rolling("9%", 0)), 1, 0),
        (workload(DEPLOYMENT, 3, strategy=rolling(7, 0)), 3, 0),
        (workload(DEPLOYMENT, 4, strategy={"type": "Recreate"}), 4, 0),
        (workload(STATEFULSET, 5), 1, 0),
        (workload(STATEFULSET, 5, updateStrategy=rolling("50%")), 3, 0),
        (workload(DAEMONSET, 9), 1, 0),
        (workload(DAEMONSET, 9, updateStrategy=rolling("10%")), 1, 0),
        (workload(DAEMONSET, 9, updateStrategy=rolling(0, "10%")), 0, 1),
    ],
)
def test_of_each_kind(given: Seen, unavailable: int, surge: int) -> None:
    pace = speed(given)
    assert (pace.unavailable, pace.surge) == (unavailable, surge)


@given(pods=st.integers(0, 500), unavailable=st.integers(0, 100), surge=st.integers(0, 100))
def test_a_roll_out_can_always_move_and_never_takes_more_than_there_is(pods: int, unavailable: int, surge: int) -> None:
    made = workload(DEPLOYMENT, pods, strategy=rolling(f"{unavailable}%", f"{surge}%"))
    pace = speed(made)
    assert 0 <= pace.unavailable <= pods
    assert pods == 0 or pace.unavailable + pace.surge > 0
    assert impact_of(made).pods == pods


@given(st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.floats(), st.integers(0, 99), st.booleans())
def test_whatever_stands_there_is_a_number(said: Any, total: int, up: bool) -> None:
    assert scaled_value(said, total, up=up, default=1) >= 0
