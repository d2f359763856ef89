"""JSON Patch (RFC 6902) by `jsonpatch`; what the API server's library does otherwise is first said in the RFC's words.

evanphx/json-patch v4 leaves the RFC in four places: a last member that is absent may be removed, replaced, or tested
for null; numbers are compared as written; a missing value is null; and -1 is a list's last element.
"""

from __future__ import annotations

import re
from typing import Any, Final, final

from jsonpatch import JsonPatch, JsonPatchException
from jsonpointer import JsonPointer, JsonPointerException

from playground.cluster.wire import Json, clone, equal

NEGATIVE: Final = re.compile(r"-[1-9][0-9]*")


@final
class PatchFailed(Exception):
    """A `test` does not hold, a place is missing, or an operation is malformed."""


def apply_json_patch(document: Any, operations: Any) -> Any:
    """The patched document; the given one stays as it is. Raises `PatchFailed`: the whole holds, or nothing of it."""
    patched = clone(document)
    try:
        for each in clone(operations):
            patched = JsonPatch(_in_the_words_of_the_rfc(patched, each)).apply(patched, in_place=True)
    except (JsonPatchException, JsonPointerException) as error:
        raise PatchFailed(str(error)) from error
    return patched


def _in_the_words_of_the_rfc(document: Any, operation: Any) -> list[Json]:
    """The operation as the RFC would have it written for this document: none, where nothing is left to do."""
    if not isinstance(operation, dict):
        raise PatchFailed("an operation is an object")
    verb, pointer = operation.get("op"), _forwards(document, operation.get("path"), new=operation.get("op") == "add")
    said = {**operation, "path": pointer.path}
    if verb in ("move", "copy"):
        said["from"] = _forwards(document, operation.get("from")).path
    if verb in ("add", "replace", "test"):
        said.setdefault("value", None)
    place, member = pointer.to_last(document)
    absent = isinstance(place, dict) and member is not None and member not in place
    if verb == "test":
        if not equal(None if absent else pointer.resolve(document), said["value"]):
            raise PatchFailed(f"test of {pointer.path} failed")
        return []
    if absent and verb == "remove":
        return []
    return [{**said, "op": "add"} if absent and verb == "replace" else said]


def _forwards(document: Any, path: Any, *, new: bool = False) -> JsonPointer:
    """The pointer, its elements counted from the front; a `new` one's last token names a place that is yet to be."""
    if not isinstance(path, str):
        raise PatchFailed(f"{path!r} is no JSON pointer")
    pointer, place = JsonPointer(path), document
    for position, token in enumerate(pointer.parts):
        last = position == len(pointer.parts) - 1
        if isinstance(place, list) and NEGATIVE.fullmatch(token) and -int(token) <= len(place) and not (last and new):
            pointer.parts[position] = str(len(place) + int(token))
        if not last:
            place = pointer.walk(place, pointer.parts[position])
    return pointer
