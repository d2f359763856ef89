"""What a read shows, free of Slack: a line first, then a table, then text or a file, then what can be done next."""

from __future__ import annotations

from typing import Literal

import msgspec

from bot.operations.json import JSON
from bot.operations.kinds import Target
from bot.operations.reader import LogOptions
from bot.text import Text


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of plain, untrusted cells under our own column titles."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class File(msgspec.Struct, frozen=True, kw_only=True):
    """Something too long for a message. `content` is UTF-8 text or picture bytes, by `name`'s ending."""

    name: str
    title: Text
    content: bytes


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """A button that runs a command line as the person who presses it."""

    label: Text
    command_line: str
    style: Literal["", "primary", "danger"] = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence with, where something can be done about it, the button beside it."""

    line: Text
    action: Action | None = None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a read, shown in the order of its fields (`rows` after `lines`).

    `lines` are sentences under the title; `rows` are sentences, most with a button, at most twelve; `table` has at most
    50 rows; `output` is untrusted text shown fixed-width, at most 3,000 characters; what is longer is in `file` too.
    `actions` are at most four buttons below it all. `sensitive` keeps the answer private until its reader shares it
    (logs, describe); other reads follow the channel.
    """

    title: Text
    lines: tuple[Text, ...] = ()
    rows: tuple[Row, ...] = ()
    table: Table | None = None
    output: str = ""
    file: File | None = None
    actions: tuple[Action, ...] = ()
    warnings: tuple[Text, ...] = ()
    sensitive: bool = False


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """A read that is followed to its end in one message: a condition on a target, `deadline` in seconds."""

    title: Text
    condition: str
    target: Target
    deadline: int = 600
    arguments: dict[str, JSON] = msgspec.field(default_factory=dict)


class Follow(msgspec.Struct, frozen=True, kw_only=True):
    """A log followed for at most `seconds`, lines holding `match` only (empty: all), shown in one private message."""

    title: Text
    pods: tuple[str, ...]
    namespace: str
    options: LogOptions
    match: str = ""
    seconds: int = 300
