"""What of a plan people are shown: each body and each change as it will be, with values that may be secret hidden.

A part of an object is judged by where it stands: `/data/password` alone looks harmless. So it is put back into its
place, hidden there by the rules for whole objects (`bot.operations.redaction`), and taken out again.
"""

from __future__ import annotations

from typing import Any, Final

from bot.operations.json import JSON
from bot.operations.patches import Change
from bot.operations.redaction import redacted

_NAMED: Final = frozenset({"data", "binaryData", "stringData", "annotations", "labels"})
"""What stands under these has a name, also where the name is a number."""


def disclosed(value: JSON, pointer: str = "") -> JSON:
    """A value that stands at `pointer` in an object; without one, a whole object or a JSON Patch."""
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    if not tokens:
        return _body(value)
    placed: Any = value
    for index in reversed(range(len(tokens))):
        placed = [placed] if _is_index(tokens, index) else {tokens[index]: placed}
    shown = redacted(placed)
    for index, token in enumerate(tokens):
        if isinstance(shown, list) and shown and _is_index(tokens, index):
            shown = shown[0]
        elif isinstance(shown, dict):
            shown = shown.get(token)
    return shown


def disclosed_change(change: Change) -> Change:
    """Which field changes, from what to what; that a hidden value changes is still seen."""
    before, after = (disclosed(value, change.pointer) for value in (change.before, change.after))
    return Change(pointer=change.pointer, before=before, after=after)


def _body(value: JSON) -> JSON:
    if isinstance(value, list):
        return [_operation(each) for each in value]
    return redacted(value)


def _operation(operation: JSON) -> JSON:
    if isinstance(operation, dict) and isinstance(operation.get("path"), str) and "value" in operation:
        return {**operation, "value": disclosed(operation["value"], str(operation["path"]))}
    return redacted(operation)


def _is_index(tokens: list[str], index: int) -> bool:
    under = tokens[index - 1] if index else ""
    return (tokens[index].isdigit() or tokens[index] == "-") and index > 0 and under not in _NAMED
