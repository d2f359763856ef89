"""Values as a terminal may show them: those that look like secrets are hidden, wherever in an object they stand."""

from __future__ import annotations

from typing import Any, Final

from bot.operations.json import JSON
from bot.operations.redaction import redact_words, redacted

MAPPINGS: Final = frozenset({"data", "binaryData", "stringData", "annotations", "labels"})
"""What stands under these has a name, also where the name is a number."""


def as_it_is(value: JSON, pointer: str) -> JSON:
    """Nothing is hidden: whoever sits here asked for it."""
    del pointer
    return value


def hidden(value: JSON, pointer: str) -> JSON:
    """The value with secrets hidden, seen as part of the object in which `pointer` leads to it (empty: all of it)."""
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    if not tokens:
        return _whole(value)
    wrapped: Any = value
    for index in range(len(tokens) - 1, -1, -1):
        wrapped = [wrapped] if _is_index(tokens, index) else {tokens[index]: wrapped}
    shown: Any = redacted(wrapped)
    for index, token in enumerate(tokens):
        shown = shown[0] if _is_index(tokens, index) else shown.get(token)
    found: JSON = shown
    return found


def _whole(value: JSON) -> JSON:
    """A body: an object, or a JSON Patch, whose values stand where their operations say."""
    if isinstance(value, list):
        return [_operation(each) for each in value]
    if not isinstance(value, dict):
        return value
    shown: Any = redacted(value)
    for key, each in value.items():
        if isinstance(each, (list, tuple)) and each and all(isinstance(word, str) for word in each):
            shown[key] = redact_words(list(each))
    found: JSON = shown
    return found


def _operation(operation: JSON) -> JSON:
    if isinstance(operation, dict) and isinstance(operation.get("path"), str) and "value" in operation:
        return {**operation, "value": hidden(operation["value"], str(operation["path"]))}
    return redacted(operation)


def _is_index(tokens: list[str], index: int) -> bool:
    under = tokens[index - 1] if index else ""
    return (tokens[index].isdigit() or tokens[index] == "-") and index > 0 and under not in MAPPINGS
