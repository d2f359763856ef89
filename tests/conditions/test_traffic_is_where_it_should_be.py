"""A switch is done when the ready endpoints are the new pods alone; a share when as many of a kind get traffic."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from bot.operations.conditions.endpoints import shared, switched
from bot.operations.kinds import ENDPOINT_SLICE
from bot.operations.models import Pod
from bot.operations.progress import Observation, Progress
from tests.parity.world import NOW

GREEN = {"app": "a", "version": "green"}
Object = dict[str, Any]


def pod(
    name: str,
    *,
    ready: bool = True,
    labels: dict[str, str] | None = None,
    going: bool = False,
    since: datetime | None = None,
) -> Pod:
    metadata: Object = {"name": name, "uid": name, "labels": labels or GREEN}
    if going:
        metadata["deletionTimestamp"] = "2026-11-25T03:00:00Z"
    conditions: list[Object] = [{"type": "Ready", "status": "True" if ready else "False"}]
    if since is not None:
        conditions[0]["lastTransitionTime"] = since.isoformat()
    return msgspec.convert({"metadata": metadata, "status": {"conditions": conditions}}, Pod)


def endpoint(name: str, *, ready: bool | None = True) -> Object:
    conditions = {} if ready is None else {"ready": ready}
    return {
        "addresses": ["10.0.0.1"],
        "conditions": conditions,
        "targetRef": {"kind": "Pod", "name": name, "uid": name},
    }


def seen(
    found: list[Pod], *slices: list[Object] | None, selector: Any = GREEN, seconds: int = 0, **arguments: Any
) -> Observation:
    return Observation(
        target=None if selector == "gone" else {"kind": "Service", "spec": {"selector": selector}},
        pods=found,
        arguments={"selector": GREEN, **arguments},
        now=NOW,
        since=NOW - timedelta(seconds=seconds),
        beside={ENDPOINT_SLICE: [{"endpoints": each} for each in slices]} if slices else {},
    )


def told(found: Progress) -> tuple[bool, str, str]:
    return found.done, str(found.message), str(found.failed or "")


def test_done_when_the_ready_endpoints_are_the_new_pods() -> None:
    found = switched(seen([pod("g1"), pod("g2")], [endpoint("g1")], [endpoint("g2")]))
    assert told(found) == (True, "all traffic goes to the new pods", "")
    assert (found.ready, found.total) == (2, 2)


@pytest.mark.parametrize("old", [endpoint("b1"), endpoint("b1", ready=None), {"addresses": ["10.9.9.9"]}])
def test_an_old_endpoint_that_still_gets_traffic_is_not_done_whatever_it_is(old: Object) -> None:
    assert told(switched(seen([pod("g1")], [endpoint("g1"), old]))) == (False, "1 old endpoints still get traffic", "")


def test_an_old_endpoint_that_gets_none_is_no_matter() -> None:
    assert switched(seen([pod("g1")], [endpoint("g1"), endpoint("b1", ready=False)])).done


def test_a_ready_pod_without_traffic_is_waited_for_and_an_unready_one_is_not() -> None:
    assert told(switched(seen([pod("g1"), pod("g2")], [endpoint("g1")]))) == (False, "1 of 2 new pods get traffic", "")
    assert switched(seen([pod("g1"), pod("g2", ready=False)], [endpoint("g1")])).done


def test_one_address_family_more_counts_once() -> None:
    assert switched(seen([pod("g1")], [endpoint("g1")], [endpoint("g1")])).total == 1


def test_nobody_ready_is_never_done() -> None:
    assert told(switched(seen([pod("g1", ready=False)], []))) == (False, "no new pod is ready", "")
    assert told(switched(seen([], []))) == (False, "no new pod is ready", "")
    assert not switched(seen([pod("g1", going=True)], [endpoint("g1")])).done


def test_endpoints_that_were_not_seen_yet_are_waited_for() -> None:
    assert told(switched(seen([pod("g1")]))) == (False, "waiting for the endpoints", "")


@pytest.mark.parametrize(
    ("selector", "why"),
    [
        ({"app": "a", "version": "blue"}, "something else set its selector to app=a,version=blue"),
        (None, "something else set its selector to -"),
        ("gone", "it was deleted"),
    ],
)
def test_somebody_elses_selector_is_a_failure_that_says_so(selector: Any, why: str) -> None:
    for condition in (switched, shared):
        assert str(condition(seen([pod("g1")], [endpoint("g1")], selector=selector)).failed) == why


def test_a_share_is_reached_when_as_many_pods_of_its_labels_get_traffic() -> None:
    pods = [
        pod("c1", labels={"track": "canary"}),
        pod("c2", labels={"track": "canary"}),
        pod("s1", labels={"track": "stable"}),
    ]
    asked = {"labels": {"track": "canary"}, "pods": 2}
    few = shared(seen(pods, [endpoint("c1"), endpoint("s1")], **asked))
    assert told(few) == (False, "1 of 2 pods get traffic", "")
    assert told(shared(seen(pods, [endpoint("c1"), endpoint("c2")], **asked))) == (True, "2 pods get traffic", "")
    assert not shared(seen(pods, **asked)).done


STILL = "its EndpointSlices have not followed since"


@pytest.mark.parametrize("served", [[endpoint("b1")], [endpoint("g1"), endpoint("b1")], []])
def test_endpoints_that_nobody_writes_name_who_should(served: list[Object]) -> None:
    """They are as before the switch; the new ones are there and the old ones stay; there are none."""
    assert switched(seen([pod("g1")], served, seconds=29)).stuck is None
    stuck = str(switched(seen([pod("g1")], served, seconds=30)).stuck)
    assert stuck.startswith(STILL)
    assert stuck.endswith(": is kube-controller-manager running?")


def test_a_pod_that_became_ready_just_now_is_not_late() -> None:
    late = pod("g2", since=NOW - timedelta(seconds=3))
    assert switched(seen([pod("g1"), late], [endpoint("g1")], seconds=90)).stuck is None
    long_ago = pod("g2", since=NOW - timedelta(hours=1))
    assert switched(seen([pod("g1"), long_ago], [endpoint("g1")], seconds=29)).stuck is None
    assert STILL in str(switched(seen([pod("g1"), long_ago], [endpoint("g1")], seconds=30)).stuck)


def test_where_pods_are_missing_the_pods_are_why_and_not_their_endpoints() -> None:
    assert switched(seen([pod("g1", ready=False)], [], seconds=90)).stuck is None
    assert switched(seen([pod("g1")], [endpoint("g1")], seconds=90)).stuck is None, "it is done"
    asked = {"labels": GREEN, "pods": 2}
    assert shared(seen([pod("g1")], [endpoint("g1")], seconds=90, **asked)).stuck is None


def test_a_share_that_nobody_writes_names_who_should() -> None:
    asked = {"labels": GREEN, "pods": 2}
    pods = [pod("g1"), pod("g2")]
    assert shared(seen(pods, [endpoint("g1")], seconds=29, **asked)).stuck is None
    assert STILL in str(shared(seen(pods, [endpoint("g1")], seconds=30, **asked)).stuck)
