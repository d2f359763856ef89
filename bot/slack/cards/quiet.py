"""Values from outside made fit for a card: nobody is pinged by reading, nothing long, no character that hides others.

Only pings mention people (messages.md rule 2), so a card shows names where it would otherwise notify. Characters
that make a line read otherwise than it is are made visible (`bot.operations.untrusted`).
"""

from __future__ import annotations

from typing import Final

from bot.operations.untrusted import one_line as untrusted_line
from bot.text import Bold, Code, GroupMention, Link, Mention, Text, Value

LONGEST: Final = 200
"""Characters of one value on a card; whole values are in Details."""


def one_line(value: str, limit: int = LONGEST) -> str:
    """A value as one short line."""
    return untrusted_line(value, limit)


def quiet(text: Text, limit: int = LONGEST) -> Text:
    """The same sentence with every value short and harmless, and people by their names instead of mentions."""
    return Text(text.template, {name: _quiet(value, limit) for name, value in text.values.items()})


def mild(text: Text, limit: int = LONGEST) -> Text:
    """Like `quiet`, but mentions stay mentions: for pings and private answers."""
    return Text(text.template, {name: _mild(value, limit) for name, value in text.values.items()})


def name_of(person: Mention) -> str:
    """How a card calls a person."""
    return one_line(person.name or person.user, 40)


def group_name(group: GroupMention) -> str:
    """How a card calls a group, with its `@`."""
    return "@" + one_line(group.name or group.group, 40)


def _quiet(value: Value, limit: int) -> Value:
    match value:
        case Mention():
            return Bold(name_of(value))
        case GroupMention():
            return Bold(group_name(value))
        case Text():
            return quiet(value, limit)
        case _:
            return _mild(value, limit)


def _mild(value: Value, limit: int) -> Value:
    match value:
        case str():
            return one_line(value, limit)
        case Code(value=shown):
            return Code(one_line(shown, limit))
        case Bold(value=shown):
            return Bold(one_line(shown, limit))
        case Mention(user=user, name=name):
            return Mention(user=user, name=one_line(name, 40))
        case GroupMention(group=group, name=name):
            return GroupMention(group=group, name=one_line(name, 40))
        case Link(url=url, label=label):
            return Link(url=url, label=one_line(label, limit))
        case Text():
            return mild(value, limit)
        case _:
            return value
