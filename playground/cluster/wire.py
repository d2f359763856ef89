"""The one type of everything on the wire, and its cheap copy."""

from __future__ import annotations

from typing import Any

import msgspec

Json = dict[str, Any]


def clone(value: Any) -> Any:
    """A copy that shares nothing with the original."""
    return msgspec.json.decode(msgspec.json.encode(value))


def equal(one: Any, other: Any) -> bool:
    """Equal as JSON is written: true is not 1, nor is 1.0, which the API server's patch library tells apart."""
    if isinstance(one, (bool, int, float)) or isinstance(other, (bool, int, float)):
        return type(one) is type(other) and bool(one == other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(equal(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def labels_of(found: Json) -> dict[str, str]:
    return found["metadata"].get("labels") or {}


def annotations_of(found: Json) -> dict[str, str]:
    return found["metadata"].get("annotations") or {}


def controller_of(found: Json) -> Json | None:
    """The owner that manages this object, if it has one."""
    owners: list[Json] = found["metadata"].get("ownerReferences") or []
    return next((each for each in owners if each.get("controller")), None)
