"""A create carries its request's label: by it a read-back tells ours from what somebody else made under that name."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.errors import Bug
from bot.execution.envelope import manager_of, request_of, unwrap, wrap
from bot.execution.readback import Effect, effect_of
from bot.operations.json import canonical, resolve
from bot.operations.kinds import CONFIG_MAP, Target
from bot.operations.plan import REQUEST_LABEL, Call

TARGET = Target(kind=CONFIG_MAP, name="made", namespace="shop")
BODY: dict[str, Any] = {"metadata": {"name": "made"}, "data": {"a": "1"}}


def create(body: Any) -> Call:
    return Call(id="step-1", verb="create", target=TARGET, body=body)


@pytest.mark.parametrize("version", [1, 2])
def test_the_label_names_the_request(version: int) -> None:
    manager = manager_of(7, "step-1", version)
    envelope = wrap(create(BODY), None, manager=manager, timeout=5)
    assert resolve(envelope.body, "/metadata/labels/kajitori.dev~1request") == "7"
    assert request_of(manager) == "7"
    assert "labels" not in BODY["metadata"]


@pytest.mark.parametrize("labels", [None, {"team": "shop"}])
def test_taking_it_off_gives_the_intent_back(labels: Any) -> None:
    body = copy.deepcopy(BODY)
    if labels:
        body["metadata"]["labels"] = labels
    envelope = wrap(create(body), None, manager="kajitori-7-step-1", timeout=5)
    assert canonical(unwrap(create(body), envelope)) == canonical(body)


def test_an_intent_cannot_name_a_request() -> None:
    body = {"metadata": {"name": "made", "labels": {REQUEST_LABEL: "8"}}}
    with pytest.raises(Bug):
        wrap(create(body), None, manager="kajitori-7-step-1", timeout=5)


def observed(label: str = "", **data: str) -> dict[str, Any]:
    labels = {REQUEST_LABEL: label} if label else {}
    return {"metadata": {"name": "made", "labels": labels, "uid": "u"}, "data": data}


@pytest.mark.parametrize(
    ("found", "effect"),
    [
        (None, Effect.NOT_DONE),
        (observed("7", a="1"), Effect.OURS),
        (observed("7", a="2"), Effect.UNKNOWN),  # anybody may write a label
        (observed("8", a="2"), Effect.UNKNOWN),
        (observed(a="2"), Effect.UNKNOWN),
        (observed(a="1", b="2"), Effect.ALREADY),
    ],
)
def test_what_stands_there_is_ours_so_already_or_anothers(found: Any, effect: Effect) -> None:
    assert effect_of(create(BODY), found, manager="kajitori-7-step-1", request_label="7") is effect
