"""Between vote and sending the plan is drawn anew: what the voters did not agree to is named, all else is none."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.operations.kinds import DEPLOYMENT, Target
from bot.operations.plan import Bound, Call, ContentType, Fact, Impact, Plan, Precondition
from bot.requests.drift import drift
from bot.text import text

APP = Target(kind=DEPLOYMENT, namespace="shop", name="app")
CALL = Call(
    id="step-1",
    verb="patch",
    target=APP,
    content_type=ContentType.STRATEGIC,
    body={"spec": {"paused": True}},
    uid="u-1",
    preconditions=(Precondition(pointer="/spec/paused", value=None),),
)
FACT = Fact(target=APP, uid="u-1", pointer="/spec/strategy", value={"type": "RollingUpdate"})
VOTED = Plan(
    summary=text("Pause it"),
    steps=(CALL,),
    pinned={},
    facts=(FACT,),
    bound=Bound(pods=10),
    impact=Impact(pods=10),
)


def fresh(**changes: Any) -> Plan:
    return msgspec.structs.replace(VOTED, **changes)


def call(**changes: Any) -> Plan:
    return fresh(steps=(msgspec.structs.replace(CALL, **changes),))


@pytest.mark.parametrize(
    "now",
    [
        VOTED,
        fresh(impact=Impact(pods=12)),
        fresh(impact=Impact(pods=0)),
        call(preconditions=(Precondition(pointer="/spec/paused", value=None), Precondition(pointer="/x", value=None))),
    ],
    ids=["the same", "a fifth more pods", "fewer pods", "absent and null are the same"],
)
def test_what_stays_within_the_vote_is_no_difference(now: Plan) -> None:
    assert drift(VOTED, now) == []


@pytest.mark.parametrize(
    ("now", "difference"),
    [
        (fresh(impact=Impact(pods=13)), "it would touch 13 pods instead of 10"),
        (fresh(destructive=True), "it has become destructive"),
        (call(uid="u-2"), "shop/app was deleted and made anew"),
        (call(preconditions=(Precondition(pointer="/spec/paused", value=True),)), "/spec/paused of shop/app changed"),
        (call(target=Target(kind=DEPLOYMENT, namespace="shop", name="b")), "other objects are concerned now"),
        (fresh(facts=(msgspec.structs.replace(FACT, value={"type": "Recreate"}),)), "/spec/strategy of app changed"),
        (fresh(facts=(msgspec.structs.replace(FACT, uid="u-2"),)), "/spec/strategy of app changed"),
        (fresh(facts=()), "/spec/strategy of app changed"),
    ],
)
def test_what_goes_beyond_it_is_named(now: Plan, difference: str) -> None:
    assert [str(each) for each in drift(VOTED, now)] == [difference]


def created(**spec: Any) -> Plan:
    return fresh(steps=(Call(id="step-1", verb="create", target=APP, body={"spec": spec}),))


def test_what_would_be_created_is_what_was_voted_on() -> None:
    assert drift(created(replicas=1), created(replicas=1, strategy=None)) == []
    assert [str(each) for each in drift(created(replicas=1), created(replicas=2))] == ["what would be created changed"]
