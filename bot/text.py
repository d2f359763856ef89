"""Sentences as data: a literal template with named, typed values, rendered only at the edges (`bot.locales`).

A `Text` is never built by an f-string, so translations can be checked for completeness and a value that came from a
cluster, a person or an alert can never become markup: each renderer knows which parts are ours and which are values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

PLACEHOLDER: Final = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


class Code(msgspec.Struct, frozen=True, tag="code"):
    """A name, image, command or number shown in a fixed-width face."""

    value: str


class Bold(msgspec.Struct, frozen=True, tag="bold"):
    """A value that carries the decision, shown in bold."""

    value: str


class Mention(msgspec.Struct, frozen=True, tag="mention"):
    """A Slack user by id; `name` stands in where there is no Slack (terminal, export)."""

    user: str
    name: str = ""


class GroupMention(msgspec.Struct, frozen=True, tag="group"):
    """A Slack user group by id; `name` stands in where there is no Slack."""

    group: str
    name: str = ""


class Channel(msgspec.Struct, frozen=True, tag="channel"):
    """A Slack channel by id, shown as its name and linked; it pings nobody."""

    channel: str


class When(msgspec.Struct, frozen=True, tag="when"):
    """A moment (aware, UTC), shown in the reader's time zone."""

    at: datetime


class Link(msgspec.Struct, frozen=True, tag="link"):
    """A link that this program made itself; never one from a payload."""

    url: str
    label: str


class Text(msgspec.Struct, frozen=True, tag="text"):
    """A translatable sentence. Make one with `text(...)`; `str(...)` gives plain English."""

    template: str
    values: dict[str, Value] = msgspec.field(default_factory=dict)

    def __str__(self) -> str:
        return fill(self.template, {name: plain(value) for name, value in self.values.items()})

    def __hash__(self) -> int:
        return hash((self.template, tuple(sorted((name, repr(value)) for name, value in self.values.items()))))


Value = str | int | float | Code | Bold | Mention | GroupMention | Channel | When | Link | Text


def text(template: str, /, **values: Value) -> Text:
    """Make a `Text`. The template must be a literal: translations are extracted from the source by this name.

    Raises `KeyError` if a placeholder has no value, so that a broken sentence fails in the first test that meets it.
    """
    missing = set(PLACEHOLDER.findall(template)) - values.keys()
    if missing:
        raise KeyError(f"no value for {sorted(missing)} in {template!r}")
    return Text(template, values)


def sentences_of(docstring: str) -> tuple[Text, ...]:
    """A docstring that people read, as help: its first line without the full stop, then each paragraph as one line.

    `bot.locales.extract` finds the same sentences in the source of an operation.
    """
    first, _, rest = docstring.partition("\n")
    paragraphs = (" ".join(each.split()) for each in rest.split("\n\n"))
    return tuple(Text(each) for each in (first.rstrip("."), *paragraphs) if each)


def plain(value: Value) -> str:
    """One value as plain text, in English and UTC."""
    match value:
        case Code(value=shown) | Bold(value=shown):
            return shown
        case Mention(user=user, name=name):
            return name or user
        case GroupMention(group=group, name=name):
            return "@" + (name or group)
        case Channel(channel=channel):
            return f"#{channel}"
        case When(at=at):
            return at.strftime("%Y-%m-%d %H:%M:%S UTC")
        case Link(url=url, label=label):
            return f"{label} ({url})"
        case _:
            return str(value)


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put rendered values into a template; only `{name}` is special, so values can hold braces."""
    return PLACEHOLDER.sub(lambda found: values[found.group(1)], template)
