"""`--selector` as `ParseToLabelSelector` of k8s.io/apimachinery v0.36 makes an object's selector of it."""

from __future__ import annotations

import pytest

from bot.errors import NotUnderstood
from bot.operations.budget_limits import Limit, budget_body
from bot.operations.json import resolve
from bot.operations.kinds import PDB, Target
from bot.operations.queries import stored_selector
from bot.operations.selectors import selector_of

TARGET = Target(kind=PDB, name="app", namespace="shop")
IN = {"operator": "In"}


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("app=web", {"matchLabels": {"app": "web"}}),
        ("app==web, tier=", {"matchLabels": {"app": "web", "tier": ""}}),
        ("app=web,app=web", {"matchLabels": {"app": "web"}}),
        ("app in (web)", {"matchExpressions": [{"key": "app", **IN, "values": ["web"]}]}),
        (
            "z in (b,a),!y,x notin (c),w",
            {
                "matchExpressions": [
                    {"key": "w", "operator": "Exists"},
                    {"key": "x", "operator": "NotIn", "values": ["c"]},
                    {"key": "y", "operator": "DoesNotExist"},
                    {"key": "z", **IN, "values": ["a", "b"]},
                ]
            },
        ),
    ],
)
def test_what_is_equal_is_a_label_and_all_else_an_expression(written: str, stored: object) -> None:
    found = stored_selector(written)
    body = budget_body(TARGET, Limit(field="minAvailable", value=1), found)
    assert resolve(body, "/spec/selector") == stored
    assert stored_selector(selector_of(found)) == found


@pytest.mark.parametrize("written", ["app!=web", "app=web,app=api", "app>1", "app=web,,", "app in web", "", "a b=c"])
def test_what_kubectl_refuses_or_would_guess_at_is_refused(written: str) -> None:
    with pytest.raises(NotUnderstood):
        stored_selector(written)
