"""A selector as a query and as a question agree with Kubernetes' rules."""

from __future__ import annotations

import pytest

from bot.errors import Bug
from bot.operations.models import Requirement, Selector
from bot.operations.selectors import selector_of, selects

TIER = Requirement(key="tier", operator="In", values=("web", "api"))


@pytest.mark.parametrize(
    ("selector", "query", "labels", "selected"),
    [
        (Selector(match_labels={"b": "2", "a": "1"}), "a=1,b=2", {"a": "1", "b": "2", "c": "3"}, True),
        (Selector(match_labels={"a": "1"}), "a=1", {"a": "2"}, False),
        (Selector(match_labels={"a": ""}), "a=", {}, False),
        (Selector(), "", None, True),
        (Selector(match_labels={"a": "1"}, match_expressions=(TIER,)), "a=1,tier in (api,web)", {"a": "1"}, False),
        (Selector(match_expressions=(TIER,)), "tier in (api,web)", {"tier": "web"}, True),
        (
            Selector(match_expressions=(Requirement(key="x", operator="NotIn", values=("y",)),)),
            "x notin (y)",
            {},
            True,
        ),
        (Selector(match_expressions=(Requirement(key="x", operator="Exists"),)), "x", {"x": ""}, True),
        (Selector(match_expressions=(Requirement(key="x", operator="DoesNotExist"),)), "!x", {"x": ""}, False),
    ],
)
def test_of_labels_and_expressions(
    selector: Selector, query: str, labels: dict[str, str] | None, selected: bool
) -> None:
    assert selector_of(selector) == query
    assert selects(selector, labels) is selected


def test_an_unknown_operator_is_a_bug_and_selects_nothing() -> None:
    odd = Selector(match_expressions=(Requirement(key="x", operator="Gt", values=("1",)),))
    with pytest.raises(Bug):
        selector_of(odd)
    with pytest.raises(Bug):
        selects(odd, {"x": "2"})
