"""What the outbox holds: notices, not messages. They are rendered when they are sent, from the database as it is then,
in the reader's language; so a card that waited behind a rate limit still says what is true when it arrives.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from bot.errors import KajitoriError
from bot.operations.view import File, View
from bot.requests.rights import NeedsGlass
from bot.text import Text


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where an answer goes. `response_url` is a bearer value: it is stored sealed and dropped after 30 minutes.

    `direct`: the channel is the person's direct message with the bot, so nothing needs hiding from others there.
    """

    user: str
    channel: str
    thread_ts: str = ""
    response_url: str = ""
    direct: bool = False
    locale: str = "en"


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A button that runs a command line as the one who presses it."""

    label: str
    command_line: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A `KajitoriError` as data: what happened, to what (where the sentences do not say it), why, what next.

    `recorded` is the request's number, if any; `glass` the action and value of the button that leads to breaking the
    glass.
    """

    what: Text
    target: str = ""
    why: Text | None = None
    next: Text | None = None
    options: tuple[Option, ...] = ()
    recorded: int = 0
    glass: tuple[str, str] = ("", "")


class PingEvent(StrEnum):
    """The three pings and no more (messages.md rule 2)."""

    ASK = "ask"
    END = "end"
    ATTENTION = "attention"


class CardNotice(msgspec.Struct, frozen=True, tag="card"):
    """Post the request's card, or bring the posted one up to date."""

    request: int


class PingNotice(msgspec.Struct, frozen=True, tag="ping"):
    """A reply in the card's thread that mentions people; asks also go to each voter's direct messages."""

    request: int
    event: PingEvent


class ReplyNotice(msgspec.Struct, frozen=True, kw_only=True, tag="reply"):
    """A private answer to one person: a view or a problem. `shared` posts it for everyone in the channel instead."""

    address: Address
    view: View | None = None
    problem: Problem | None = None
    shared: bool = False
    copy: bool = False
    """Also to the person's direct messages, because private messages vanish on reload (messages.md rule 6)."""

    command_line: str = ""
    """The line that was answered: a sensitive answer's *Share* button carries it, to be run again for everyone. Empty:
    no such button."""


class LineNotice(msgspec.Struct, frozen=True, kw_only=True, tag="line"):
    """One sentence for everyone in a channel, such as a new default namespace (messages.md rule 14).

    `user` is told alone where it may not be posted.
    """

    channel: str
    message: Text
    thread_ts: str = ""
    user: str = ""


class StreamNotice(msgspec.Struct, frozen=True, kw_only=True, tag="stream"):
    """A direct message that is edited in place while a log is followed; `key` names it."""

    key: str
    address: Address
    view: View


class FileNotice(msgspec.Struct, frozen=True, kw_only=True, tag="file"):
    """A file for one person, or for a thread."""

    address: Address
    file: File


class GraphNotice(msgspec.Struct, frozen=True, tag="graph"):
    """A picture of how far a request came over time, in its card's thread; drawn when it is its turn."""

    request: int


class HomeNotice(msgspec.Struct, frozen=True, tag="home"):
    """Publish the person's App Home anew."""

    user: str


class OfferNotice(msgspec.Struct, frozen=True, kw_only=True, tag="offer"):
    """Somebody (perhaps the same person) has asked for the same: approving that is offered before asking twice.

    `request` is that other one; buttons `approve` (its mark) and `mine` (value: `command_line`).
    """

    address: Address
    request: int
    command_line: str


Notice = (
    CardNotice
    | PingNotice
    | ReplyNotice
    | LineNotice
    | StreamNotice
    | FileNotice
    | GraphNotice
    | HomeNotice
    | OfferNotice
)


class Priority:
    """What goes first when Slack's limits are scarce: votes, results, answers, then progress (design §7)."""

    VOTE: Final = 10
    RESULT: Final = 20
    ANSWER: Final = 30
    PROGRESS: Final = 50
    HOME: Final = 60


def problem_of(error: KajitoriError, *, recorded: int = 0) -> Problem:
    """An error as a notice can carry it."""
    return Problem(
        what=error.what,
        target=error.unnamed,
        why=error.why,
        next=error.next,
        options=tuple(Option(label=each.label, command_line=each.command_line) for each in error.choices),
        recorded=recorded,
        glass=(error.action, error.value) if isinstance(error, NeedsGlass) else ("", ""),
    )
