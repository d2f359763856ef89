"""What disruption budgets say to evicting several pods at once, which no dry run tells (plans.md §4)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.disruption import ALWAYS, holds, overlaps
from tests.nodes.made import budget, pod, seen, seen_budget

TWO = [pod("a"), pod("b")]


def held(pods: list[dict[str, Any]], *budgets: dict[str, Any]) -> list[str]:
    return [str(each.sentence) for each in holds([seen(p) for p in pods], [seen_budget(b) for b in budgets])]


def test_a_budget_that_allows_none_holds_all_and_says_its_numbers() -> None:
    assert held(TWO, budget()) == ["pdb/app lets none go now: needs 2, has 2. It holds shop/a, shop/b."]


def test_one_that_allows_fewer_than_there_are_lets_them_go_one_by_one() -> None:
    said = "pdb/app lets 1 go at a time: needs 2, has 3. It holds shop/a, shop/b."
    assert held(TWO, budget(allowed=1, has=3)) == [said]


def test_one_that_allows_as_many_as_there_are_holds_none() -> None:
    assert held(TWO, budget(allowed=2, has=4)) == []


@pytest.mark.parametrize(
    "asks_none",
    [
        pod("c", phase="Pending"),
        pod("c", phase="Succeeded"),
        pod("c", going=True),
        pod("c", namespace="other"),
    ],
)
def test_pods_that_no_budget_is_asked_for(asks_none: dict[str, Any]) -> None:
    assert held([asks_none], budget()) == []


@pytest.mark.parametrize(
    ("of", "is_held"),
    [
        (budget(needs=2, has=1), True),
        (budget(needs=2, has=2), False),
        (budget(needs=0, has=0), True),
        (budget(needs=2, has=1, policy=ALWAYS), False),
    ],
)
def test_an_unready_pod_goes_if_its_budget_is_healthy_or_says_so(of: dict[str, Any], is_held: bool) -> None:
    assert bool(held([pod(ready=False)], of)) is is_held


def test_an_empty_selector_holds_every_pod_and_none_holds_none() -> None:
    assert held(TWO, budget(selector={})) != []
    assert held(TWO, budget(selector=None)) == []


def test_a_pod_under_two_budgets_is_told_apart() -> None:
    found = overlaps([seen(each) for each in TWO], [seen_budget(budget()), seen_budget(budget("second"))])
    assert [(p.metadata.name, [b.metadata.name for b in over]) for p, over in found] == [
        ("a", ["app", "second"]),
        ("b", ["app", "second"]),
    ]
