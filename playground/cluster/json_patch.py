"""JSON Patch (RFC 6902) with JSON Pointer (RFC 6901): the whole patch holds, or nothing of it happens.

Where the API server's library (evanphx/json-patch v4) leaves the RFC, so does this: a last member that is absent may be
removed, replaced or tested for null, numbers are compared as written, a missing value is null, -1 is the last element.
"""

from __future__ import annotations

import re
from typing import Any, Final, final

from playground.cluster.wire import clone

INDEX: Final = re.compile(r"0|[1-9][0-9]*")
NEGATIVE: Final = re.compile(r"-[1-9][0-9]*")
MISSING: Final = object()


@final
class PatchFailed(Exception):
    """A `test` does not hold, a place is missing, or an operation is malformed."""


def apply_json_patch(document: Any, operations: Any) -> Any:
    """The patched document; the given one stays as it is. Raises `PatchFailed`."""
    if not isinstance(operations, list):
        raise PatchFailed("a JSON Patch is a list")
    patched = clone(document)
    for each in operations:
        if not isinstance(each, dict):
            raise PatchFailed("an operation is an object")
        patched = _apply(patched, each)
    return patched


def _apply(document: Any, operation: dict[str, Any]) -> Any:
    verb, path = operation.get("op"), tokens(operation.get("path"))
    if verb == "add":
        return _add(document, path, clone(_value(operation)))
    if verb == "remove":
        return _remove(document, path)
    if verb == "replace":
        _get(document, path, default=None)
        value = clone(_value(operation))
        return value if not path else _put(document, path, value)
    if verb == "test":
        if not equal(_get(document, path, default=None), _value(operation)):
            raise PatchFailed(f"test of {operation['path']} failed")
        return document
    if verb in ("move", "copy"):
        source = tokens(operation.get("from"))
        moved = clone(_get(document, source))
        if verb == "copy":
            return _add(document, path, moved)
        if path[: len(source)] == source and path != source:
            raise PatchFailed("a value cannot be moved into itself")
        return document if path == source else _add(_remove(document, source), path, moved)
    raise PatchFailed(f"unknown operation {verb!r}")


def tokens(pointer: Any) -> list[str]:
    """The reference tokens of a JSON pointer. Raises `PatchFailed`."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")) or re.search(r"~(?![01])", pointer):
        raise PatchFailed(f"{pointer!r} is no JSON pointer")
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def equal(one: Any, other: Any) -> bool:
    """Equal as JSON is written: true is not 1, nor is 1.0, which the API server's library tells apart."""
    if isinstance(one, (bool, int, float)) or isinstance(other, (bool, int, float)):
        return type(one) is type(other) and bool(one == other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(equal(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def _value(operation: dict[str, Any]) -> Any:
    """Without one it is null, as the API server's library has it."""
    return operation.get("value")


def _index(container: list[Any], part: str, *, end: bool) -> int:
    if end and part == "-":
        return len(container)
    if not end and NEGATIVE.fullmatch(part) and int(part) >= -len(container):
        return len(container) + int(part)
    if not INDEX.fullmatch(part) or int(part) >= len(container) + end:
        raise PatchFailed(f"there is no element {part}")
    return int(part)


def _get(document: Any, path: list[str], *, default: Any = MISSING) -> Any:
    """`default` stands for a last member that is absent: a `test` of null holds there (as the API server has it)."""
    found = document
    for position, token in enumerate(path):
        if isinstance(found, dict):
            if token not in found:
                if default is not MISSING and position == len(path) - 1:
                    return default
                raise PatchFailed(f"there is no {token}")
            found = found[token]
        elif isinstance(found, list):
            found = found[_index(found, token, end=False)]
        else:
            raise PatchFailed(f"there is nothing below {token}")
    return found


def _add(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent = _get(document, path[:-1])
    if isinstance(parent, dict):
        parent[path[-1]] = value
    elif isinstance(parent, list):
        parent.insert(_index(parent, path[-1], end=True), value)
    else:
        raise PatchFailed("there is no place for it")
    return document


def _put(document: Any, path: list[str], value: Any) -> Any:
    parent = _get(document, path[:-1])
    if isinstance(parent, list):
        parent[_index(parent, path[-1], end=False)] = value
    else:
        parent[path[-1]] = value
    return document


def _remove(document: Any, path: list[str]) -> Any:
    if not path:
        raise PatchFailed("the whole document cannot be removed")
    parent = _get(document, path[:-1])
    _get(parent, path[-1:], default=None)
    if isinstance(parent, dict):
        parent.pop(path[-1], None)
    else:
        del parent[_index(parent, path[-1], end=False)]
    return document
