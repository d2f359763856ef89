"""Values as a terminal may show them: those that look like secrets are hidden, by the same rule as on cards."""

from __future__ import annotations

from bot.operations.disclosure import disclosed
from bot.operations.json import JSON
from bot.operations.redaction import redact_words


def as_it_is(value: JSON, pointer: str) -> JSON:
    """Nothing is hidden: whoever sits here asked for it."""
    del pointer
    return value


def hidden(value: JSON, pointer: str) -> JSON:
    """The value with secrets hidden, seen as part of the object in which `pointer` leads to it (empty: all of it).

    The arguments of an operation are such a whole too, and hold lists of words as they were typed.
    """
    shown = disclosed(value, pointer)
    if pointer or not isinstance(value, dict) or not isinstance(shown, dict):
        return shown
    for key, each in value.items():
        if isinstance(each, (list, tuple)) and each and all(isinstance(word, str) for word in each):
            words: list[JSON] = [*redact_words(list(each))]
            shown[key] = words
    return shown
