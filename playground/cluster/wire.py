"""The one type of everything on the wire, and its cheap copy."""

from __future__ import annotations

from typing import Any

import msgspec

Json = dict[str, Any]


def clone(value: Any) -> Any:
    """A copy that shares nothing with the original."""
    return msgspec.json.decode(msgspec.json.encode(value))


def labels_of(found: Json) -> dict[str, str]:
    return found["metadata"].get("labels") or {}


def annotations_of(found: Json) -> dict[str, str]:
    return found["metadata"].get("annotations") or {}


def controller_of(found: Json) -> Json | None:
    """The owner that manages this object, if it has one."""
    owners: list[Json] = found["metadata"].get("ownerReferences") or []
    return next((each for each in owners if each.get("controller")), None)
