"""Setting labels or annotations: the merge patch that kubectl sends, what it relies on, and its way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from bot.errors import Refused
from bot.observability.redaction import redact
from bot.operations.json import Object, pointer, resolve
from bot.operations.pairs import Field
from bot.operations.plan import Call, ContentType
from bot.operations.redaction import HIDDEN_ANNOTATIONS, SECRETIVE, USERINFO, hidden, looks_secret
from bot.operations.untrusted import one_line
from bot.operations.workloads import Seen
from bot.text import Code, text

LONGEST_BACK: Final = 500
"""Characters of a value before that a command line brings back: more is nobody's to read on a card."""
SHOWN: Final = 80
UNTYPABLE: Final = frozenset("&<‘’‚‛“”„‟«»")
"""Characters that Slack or a phone writes in another way, so that a command line with them may be read as another."""
FREE: Final = "kubernetes.io/change-cause"
"""An annotation that is always written over (kubectl `annotate.go`)."""


def metadata_body(field: Field, wanted: Mapping[str, str | None]) -> Object:
    """From kubectl v1.36 `pkg/cmd/label` and `annotate`: the merge patch of what differs, null to remove."""
    return {"metadata": {field: dict(wanted)}}


def metadata_call(seen: Seen, field: Field, wanted: Mapping[str, str | None], step: str) -> Call:
    """Every key that is written is a precondition, as it was read."""
    return Call(
        id=step,
        verb="patch",
        target=seen.target,
        content_type=ContentType.MERGE_PATCH,
        body=metadata_body(field, wanted),
        uid=seen.uid,
        preconditions=seen.holds(*(pointer("metadata", field, key) for key in wanted)),
    )


def present(seen: Seen, field: Field) -> dict[str, str]:
    """All labels or annotations as they were read."""
    found = resolve(seen.whole, f"/metadata/{field}")
    return msgspec.convert(found or {}, dict[str, str])


def needed(seen: Seen, field: Field, wanted: Mapping[str, str | None]) -> dict[str, str | None]:
    """Of what is asked for, that which differs from what is there."""
    have = present(seen, field)
    return {key: value for key, value in wanted.items() if have.get(key) != value}


def before_of(seen: Seen, field: Field, wanted: Mapping[str, str | None]) -> dict[str, str | None]:
    """What is there now under the keys that would be written; null where there is nothing."""
    have = present(seen, field)
    return {key: have.get(key) for key in wanted}


def check_free(seen: Seen, field: Field, wanted: Mapping[str, str | None]) -> None:
    """Raise `Refused` for a value that is there already and may not be written over, in kubectl's words."""
    have = present(seen, field)
    taken = next((key for key, value in wanted.items() if value is not None and key in have and key != FREE), None)
    if taken is not None:
        raise Refused(
            text(
                "{key} already has a value ({value}), and --overwrite is false",
                key=Code(taken),
                value=Code(_value(taken, have[taken])),
            ),
            target=seen.target.title,
            next=text("Add {flag} to change it.", flag=Code("--overwrite")),
        )


def after_call(call: Call, field: Field, left: Mapping[str, str | None]) -> Call:
    """A call of the way back, whose preconditions are what this plan leaves."""
    values = {pointer("metadata", field, key): value for key, value in left.items()}
    holds = tuple(msgspec.structs.replace(each, value=values[each.pointer]) for each in call.preconditions)
    return msgspec.structs.replace(call, preconditions=holds)


def pairs_typed(field: Field, values: Mapping[str, str | None]) -> list[str] | None:
    """The values as words of a command line; `None` if one of them cannot be typed in a chat.

    Too long, with characters that cannot be seen, or a secret: a command line is stored and shown.
    """
    words = [f"{key}-" if value is None else f"{key}={value}" for key, value in values.items()]
    typable = all(
        len(word) <= LONGEST_BACK
        and word.isprintable()
        and UNTYPABLE.isdisjoint(word)
        and redact(f"{_VERBS[field]} {word}").endswith(word)
        for word in words
    )
    secret = any(key in HIDDEN_ANNOTATIONS or looks_secret(key, value) for key, value in values.items())
    return words if typable and not secret else None


def shown_pairs(values: Mapping[str, str | None]) -> str:
    """`tier=web, old` is not there: `tier=web, old-`; what may be a secret is hidden."""
    return ", ".join(f"{key}-" if value is None else f"{key}={_value(key, value)}" for key, value in values.items())


def _value(key: str, value: str) -> str:
    if key in HIDDEN_ANNOTATIONS or SECRETIVE.search(key):
        return hidden(value)
    return one_line(USERINFO.sub("…", value), SHOWN)


_VERBS: Final[Mapping[Field, str]] = {"labels": "label", "annotations": "annotate"}
