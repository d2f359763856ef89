"""A switch is done when the ready endpoints are the new pods alone; a share when as many of a kind get traffic."""

from __future__ import annotations

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


def pod(name: str, *, ready: bool = True, labels: dict[str, str] | None = None, going: bool = False) -> Pod:
    metadata: Object = {"name": name, "uid": name, "labels": labels or GREEN}
    if going:
        metadata["deletionTimestamp"] = "2026-11-25T03:00:00Z"
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    return msgspec.convert({"metadata": metadata, "status": {"conditions": conditions}}, Pod)


def endpoint(name: str, *, ready: bool | None = True) -> Object:
    conditions = {} if ready is None else {"ready": ready}
    return {
        "addresses": ["10.0.0.1"],
        "conditions": conditions,
        "targetRef": {"kind": "Pod", "name": name, "uid": name},
    }


def seen(found: list[Pod], *slices: list[Object] | None, selector: Any = GREEN, **arguments: Any) -> Observation:
    return Observation(
        target=None if selector == "gone" else {"kind": "Service", "spec": {"selector": selector}},
        pods=found,
        arguments={"selector": GREEN, **arguments},
        now=NOW,
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
