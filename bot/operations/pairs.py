"""Labels and annotations as they are typed: `KEY=VALUE` sets one, `KEY-` removes it. Syntax and reasons are kubectl's.

From kubectl v1.36 `pkg/cmd/label/label.go` (parseLabels), `pkg/cmd/annotate/annotate.go`, `pkg/cmd/util/helpers.go`
(ParsePairs) and `k8s.io/apimachinery` `pkg/util/validation` (IsQualifiedName, IsValidLabelValue). Unlike there, a
key that is given twice is refused: which one was meant cannot be told.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from bot.errors import NotUnderstood
from bot.text import Code, Text, text

Field = Literal["labels", "annotations"]
NAME: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
PREFIX: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LONGEST_NAME: Final = 63
LONGEST_PREFIX: Final = 253


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: a value for each key, null where it is to be removed; in the order typed."""

    wanted: dict[str, str | None]


def read_pairs(words: tuple[str, ...], field: Field) -> Pairs:
    """The words as keys and values. Raises `NotUnderstood`."""
    if not words:
        raise _not_understood(_words_of(field).none, field)
    wanted: dict[str, str | None] = {}
    for word in words:
        key, value = _pair(word, field)
        if key in wanted:
            raise _not_understood(_twice(key, wanted[key], value, field), field)
        wanted[key] = value
    return Pairs(wanted=wanted)


def check_value(field: Field, word: str, value: str) -> None:
    """Raise `NotUnderstood` for what no label can hold; an annotation can hold anything."""
    if field == "annotations" or value == "":
        return
    if len(value) > LONGEST_NAME:
        raise _not_understood(
            text("invalid label value: {word}: must be no more than {most} characters", word=_cut(word), most=63), field
        )
    if not NAME.fullmatch(value):
        what = text(
            "invalid label value: {word}: a valid label must be an empty string or consist of alphanumeric characters, "
            "'-', '_' or '.', and must start and end with an alphanumeric character",
            word=_cut(word),
        )
        raise _not_understood(what, field)


def check_key(field: Field, key: str) -> None:
    """Raise `NotUnderstood` for what is no qualified name; annotation keys may have capitals in the prefix too."""
    prefix, slash, name = key.rpartition("/")
    where = prefix.lower() if field == "annotations" else prefix
    if slash and (not where or len(where) > LONGEST_PREFIX or not PREFIX.fullmatch(where)):
        raise _not_understood(
            text(
                "{key} is no key: prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                "characters, '-' or '.', and must start and end with an alphanumeric character",
                key=_cut(key),
            ),
            field,
        )
    if not name or len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise _not_understood(
            text(
                "{key} is no key: name part must consist of at most {most} alphanumeric characters, '-', '_' or '.', "
                "and must start and end with an alphanumeric character",
                key=_cut(key),
                most=LONGEST_NAME,
            ),
            field,
        )


class _Words(msgspec.Struct, frozen=True, kw_only=True):
    none: Text
    both: Text
    example: str


def _words_of(field: Field) -> _Words:
    if field == "labels":
        return _Words(
            none=text("at least one label update is required"),
            both=text("can not both modify and remove a label in the same command"),
            example="label deployment/app tier=web old-",
        )
    return _Words(
        none=text("at least one annotation update is required"),
        both=text("can not both modify and remove an annotation in the same command"),
        example="annotate deployment/app note='held back for the audit' old-",
    )


def _pair(word: str, field: Field) -> tuple[str, str | None]:
    key, equals, value = word.partition("=")
    if not equals:
        key = word.removesuffix("-")
        if key == word:
            raise _not_understood(text("{word} is neither KEY=VALUE nor KEY-.", word=_cut(word)), field)
        check_key(field, key)
        return key, None
    if field == "labels" and "=" in value:
        raise _not_understood(text("invalid label spec: {word}", word=_cut(word)), field)
    check_key(field, key)
    check_value(field, word, value)
    return key, value


def _twice(key: str, first: str | None, second: str | None, field: Field) -> Text:
    if (first is None) is not (second is None):
        return _words_of(field).both
    return text("{key} is given twice.", key=_cut(key))


def _cut(word: str) -> Code:
    return Code(word if len(word) <= 80 else word[:79] + "…")


def _not_understood(what: Text, field: Field) -> NotUnderstood:
    return NotUnderstood(what, next=text("Write it like {example}.", example=Code(_words_of(field).example)))
