"""What goes out, and what became of it: plain data between the outbox and Slack."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

import msgspec

from bot.slack.cards.limits import Block


class MessageKind(StrEnum):
    """How a message is sent."""

    POST = "post"
    UPDATE = "update"
    EPHEMERAL = "ephemeral"
    RESPOND = "respond"
    HOME = "home"
    DIRECT = "dm"
    DELETE = "delete"
    FILE = "file"


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be shared in a channel or thread."""

    name: str
    title: str
    content: bytes


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message to be sent.

    `key` is opaque, unique and stays the same over attempts: it is how a post is found again after a crash. `ts` names
    the message to change. `user` is the reader of an ephemeral or direct message and of a Home, and who is written to
    where the bot is not in the channel. `priority`: lower goes first (votes 10, results 20, answers 30, progress 50).
    `uncertain`: an earlier attempt may have reached Slack, no earlier than `since` (seconds since the epoch).
    `broadcast` also shows a thread reply in the channel. `private` answers are shown to their reader only.
    """

    key: str
    kind: MessageKind
    channel: str = ""
    user: str = ""
    ts: str = ""
    thread_ts: str = ""
    text: str = ""
    blocks: tuple[Block, ...] = ()
    view: Mapping[str, Any] | None = None
    file: Upload | None = None
    response_url: str = ""
    priority: int = 30
    uncertain: bool = False
    since: float = 0.0
    broadcast: bool = False
    private: bool = True
    locale: str = "en"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Slack has it. `ts` and `channel` say where; `diverted` if it went to the person instead of the channel."""

    channel: str = ""
    ts: str = ""
    diverted: bool = False


class Later(msgspec.Struct, frozen=True, kw_only=True):
    """Not now: again after `seconds`. `uncertain` must be handed back with the next attempt."""

    seconds: float
    why: str
    uncertain: bool = False


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """Never: there is nobody or nothing to send it to, or a newer message took its place (`superseded`)."""

    why: str


Outcome = Sent | Later | Gone
Method = Literal[
    "chat.postMessage", "chat.update", "chat.postEphemeral", "chat.delete", "views.publish", "response_url", "files"
]

METHODS: Mapping[MessageKind, Method] = {
    MessageKind.POST: "chat.postMessage",
    MessageKind.DIRECT: "chat.postMessage",
    MessageKind.UPDATE: "chat.update",
    MessageKind.EPHEMERAL: "chat.postEphemeral",
    MessageKind.DELETE: "chat.delete",
    MessageKind.HOME: "views.publish",
    MessageKind.RESPOND: "response_url",
    MessageKind.FILE: "files",
}
