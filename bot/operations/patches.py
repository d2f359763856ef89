"""Patches as values: what a body would set, whether an object already holds it, and what differs between two objects.

`apply_patch` follows RFC 6902 (JSON Patch), RFC 7386 (merge patch) and Kubernetes' strategic merge for the kinds we
change; it serves decisions about objects already read and is never sent: the API server applies for itself.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from bot.errors import Bug
from bot.operations.json import JSON, Object, pointer, resolve
from bot.operations.plan import ContentType
from bot.operations.strategic import merge_strategic
from bot.text import Code, text

NOISE: Final = frozenset(
    {"/metadata/managedFields", "/metadata/resourceVersion", "/metadata/generation", "/metadata/uid"}
    | {"/metadata/creationTimestamp", "/metadata/selfLink", "/status/observedGeneration"}
)
"""What the server keeps for itself and no person changes."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One field that differs; null means absent. List elements are counted in `after`, removed ones in `before`."""

    pointer: str
    before: JSON = None
    after: JSON = None


def replace(path: str, value: JSON) -> Object:
    """One JSON Patch operation that sets an existing field."""
    return {"op": "replace", "path": path, "value": value}


def add(path: str, value: JSON) -> Object:
    """One JSON Patch operation that sets a field, also one that is absent."""
    return {"op": "add", "path": path, "value": value}


def remove(path: str) -> Object:
    """One JSON Patch operation that removes an existing field."""
    return {"op": "remove", "path": path}


def same(one: JSON, other: JSON) -> bool:
    """Equal as Kubernetes means it: absent, null and empty mappings are the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(same(one.get(key), other.get(key)) for key in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    return one == other or (one in (None, {}) and other in (None, {}))


def reached(body: JSON, content_type: ContentType, observed: Object) -> bool:
    """Whether the object already holds everything that the patch would set (so that sending it would change nothing).

    A JSON Patch that removes or inserts a list element by its number says no: it cannot be known. A merge patch that
    makes or takes away an empty mapping has not done so before: in an object of a custom kind it may mean something
    (`automated: {}` of Argo CD).
    """
    if content_type is ContentType.JSON_PATCH and _counts_elements(body, observed):
        return False
    try:
        after = apply_patch(body, content_type, observed)
    except Bug:
        return False
    return same(after, observed) and (content_type is not ContentType.MERGE_PATCH or after == observed)


def apply_patch(body: JSON, content_type: ContentType, observed: Object) -> Object:
    """The object as the patch would make it, before defaults and admission; the argument is left alone.

    `test` operations are left out. Raises `Bug` for a body that is no patch of its type.
    """
    whole: Any = copy.deepcopy(observed)
    patch: Any = copy.deepcopy(body)
    if content_type is ContentType.JSON_PATCH:
        if not isinstance(patch, list):
            raise Bug(text("A JSON Patch is a list."))
        for operation in patch:
            whole = _operate(whole, operation)
    elif not isinstance(patch, dict):
        raise Bug(text("A merge patch is an object."))
    elif content_type is ContentType.STRATEGIC:
        whole = merge_strategic(whole, patch)
    else:
        whole = _merge(whole, patch)
    if not isinstance(whole, dict):
        raise Bug(text("A patch left no object."))
    return whole


def differences(before: Object, after: Object) -> list[Change]:
    """Every field that differs, in the order of `after`; the server's own bookkeeping is left out.

    Lists whose elements have names (containers, env, volumes) are compared by name.
    """
    found: list[Change] = []
    _differ(before, after, (), found)
    return found


def _merge(whole: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    merged = dict(whole) if isinstance(whole, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merge(merged.get(key), value)
    return merged


def _operate(whole: Any, operation: Any) -> Any:
    if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
        raise Bug(text("A JSON Patch operation has a path."))
    path, kind = operation["path"], operation.get("op")
    if kind == "test":
        return whole
    if kind not in ("add", "replace", "remove"):
        raise Bug(text("{kind} is no operation of ours.", kind=Code(str(kind))))
    if not path:
        return None if kind == "remove" else operation.get("value")
    above, _, last = path.rpartition("/")
    key = last.replace("~1", "/").replace("~0", "~")
    parent = whole if not above else resolve(whole, above)
    if isinstance(parent, dict):
        parent.pop(key, None) if kind == "remove" else parent.__setitem__(key, operation.get("value"))
    elif isinstance(parent, list):
        _operate_on_list(parent, key, operation)
    elif kind != "remove":
        raise Bug(text("There is nothing at {path}.", path=Code(path)))
    return whole


def _operate_on_list(parent: list[Any], key: str, operation: Mapping[str, Any]) -> None:
    index = len(parent) if key == "-" else int(key) if key.isdecimal() and key.isascii() else -1
    if index < 0 or index > len(parent) or (index == len(parent) and operation["op"] != "add"):
        raise Bug(text("There is nothing at {path}.", path=Code(str(operation["path"]))))
    if operation["op"] == "add":
        parent.insert(index, operation.get("value"))
    elif operation["op"] == "remove":
        del parent[index]
    else:
        parent[index] = operation.get("value")


def _counts_elements(body: JSON, observed: Object) -> bool:
    return isinstance(body, list) and any(
        isinstance(each, dict)
        and each.get("op") in ("add", "remove")
        and isinstance(resolve(observed, str(each.get("path")).rpartition("/")[0]), list)
        for each in body
    )


def _differ(before: JSON, after: JSON, at: tuple[str | int, ...], found: list[Change]) -> None:
    where = pointer(*at)
    if where in NOISE or same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*after, *(key for key in before if key not in after)]:
            _differ(before.get(key), after.get(key), (*at, key), found)
    elif isinstance(before, list) and isinstance(after, list) and _named(before) and _named(after):
        then = {_name(each): each for each in before}
        now = {_name(each): each for each in after}
        for index, each in enumerate(after):
            _differ(then.get(_name(each)), each, (*at, index), found)
        for index, each in enumerate(before):
            if _name(each) not in now:
                found.append(Change(pointer=pointer(*at, index), before=each, after=None))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (then_, now_) in enumerate(zip(before, after, strict=True)):
            _differ(then_, now_, (*at, index), found)
    else:
        found.append(Change(pointer=where, before=before, after=after))


def _named(elements: list[JSON]) -> bool:
    names = [_name(each) for each in elements]
    return bool(names) and all(names) and len(set(names)) == len(names)


def _name(element: JSON) -> str:
    name = element.get("name") if isinstance(element, dict) else None
    return name if isinstance(name, str) else ""
