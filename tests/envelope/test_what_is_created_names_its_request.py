"""What a plan's call creates carries the label of its request: a sending whose answer was lost is known by it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Bug
from bot.execution.envelope import manager_of, request_of, unwrap, wrap
from bot.execution.readback import Effect, effect_of
from bot.operations.json import canonical
from bot.operations.kinds import JOB, Target
from bot.operations.plan import REQUEST_LABEL, Call

RUN = Target(kind=JOB, name="run", namespace="shop")
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
metadata = st.fixed_dictionaries(
    {"name": st.just("run")}, optional={"labels": st.none() | st.dictionaries(names, names, max_size=3)}
)


def creation(body: Any, subresource: str = "") -> Call:
    return Call(id="step-1", verb="create", target=RUN, body=body, subresource=subresource)


@given(
    request=st.integers(0, 10**12), version=st.integers(1, 9), step=st.from_regex(r"step-[0-9]{1,3}", fullmatch=True)
)
def test_a_manager_says_which_request_it_is_of(request: int, version: int, step: str) -> None:
    assert request_of(manager_of(request, step, version)) == str(request)


@pytest.mark.parametrize("other", ["", "kubectl-create", "kajitori-probe", "kajitori-", "my-kajitori-1-step-1"])
def test_others_are_of_none(other: str) -> None:
    assert request_of(other) == ""


@given(body=st.fixed_dictionaries({}, optional={"metadata": metadata, "spec": st.just({"a": 1})}))
def test_taking_the_envelope_off_gives_the_intent_back(body: dict[str, Any]) -> None:
    before = canonical(body)
    call = creation(body)
    envelope = wrap(call, None, manager=manager_of(12, "step-1"), timeout=5)
    assert isinstance(envelope.body, dict)
    assert envelope.body["metadata"]["labels"][REQUEST_LABEL] == "12"  # type: ignore[index,call-overload]
    assert canonical(unwrap(call, envelope)) == before == canonical(body)


def test_other_labels_stay() -> None:
    call = creation({"metadata": {"labels": {"app": "a"}}})
    envelope = wrap(call, None, manager=manager_of(12, "step-1"), timeout=5)
    assert envelope.body == {"metadata": {"labels": {"app": "a", REQUEST_LABEL: "12"}}}


def test_an_intent_that_names_a_request_is_refused() -> None:
    with pytest.raises(Bug):
        wrap(creation({"metadata": {"labels": {REQUEST_LABEL: "1"}}}), None, manager=manager_of(2, "s"), timeout=5)


@pytest.mark.parametrize(
    ("labels", "effect"),
    [({REQUEST_LABEL: "12"}, Effect.OURS), ({REQUEST_LABEL: "13"}, Effect.ALREADY), ({}, Effect.ALREADY)],
)
def test_it_is_known_again(labels: dict[str, str], effect: Effect) -> None:
    found: dict[str, Any] = {"metadata": {"labels": labels}}
    assert effect_of(creation({}), found, manager="m", request_label="12") is effect
