"""Label selectors as values: for a query's `labelSelector`, and to ask whether labels are selected.

Rules as in `k8s.io/apimachinery` `LabelSelectorAsSelector`: an empty selector selects everything.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import Bug
from bot.operations.json import Object
from bot.operations.models import Requirement, Selector
from bot.text import Code, text


def selector_of(selector: Selector) -> str:
    """The query's `labelSelector`, as kubectl sends it (`app=app,tier in (a,b)`).

    Raises `Bug` for an operator that no API server accepts.
    """
    parts = [f"{key}={value}" for key, value in sorted((selector.match_labels or {}).items())]
    return ",".join([*parts, *(_written(each) for each in selector.match_expressions or ())])


def selector_json(selector: Selector) -> Object:
    """A selector as JSON, empty parts left out."""
    found: Object = {}
    if selector.match_labels:
        found["matchLabels"] = dict(selector.match_labels)
    if selector.match_expressions:
        found["matchExpressions"] = [
            {"key": each.key, "operator": each.operator} | ({"values": [*each.values]} if each.values else {})
            for each in selector.match_expressions
        ]
    return found


def selects(selector: Selector, labels: Mapping[str, str] | None) -> bool:
    """Whether an object with these labels is selected. Raises `Bug` for an unknown operator."""
    have = labels or {}
    return all(have.get(key) == value for key, value in (selector.match_labels or {}).items()) and all(
        _holds(each, have) for each in selector.match_expressions or ()
    )


def _written(requirement: Requirement) -> str:
    values = ",".join(sorted(requirement.values or ()))
    match requirement.operator:
        case "In":
            return f"{requirement.key} in ({values})"
        case "NotIn":
            return f"{requirement.key} notin ({values})"
        case "Exists":
            return requirement.key
        case "DoesNotExist":
            return f"!{requirement.key}"
        case _:
            raise _unknown(requirement)


def _holds(requirement: Requirement, labels: Mapping[str, str]) -> bool:
    has, value = requirement.key in labels, labels.get(requirement.key)
    match requirement.operator:
        case "In":
            return has and value in (requirement.values or ())
        case "NotIn":
            return not has or value not in (requirement.values or ())
        case "Exists":
            return has
        case "DoesNotExist":
            return not has
        case _:
            raise _unknown(requirement)


def _unknown(requirement: Requirement) -> Bug:
    return Bug(text("{operator} is no selector operator.", operator=Code(requirement.operator)))
