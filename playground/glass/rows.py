"""The bot's own rows, read beside it: keys, states and times. Their bodies are encrypted and stay so.

One function writes, and it is an attack: it is what somebody with the database's password could do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from bot.store.columns import from_micros, to_micros
from bot.store.errors import StoreGone
from bot.text import text
from playground.keeping.whole import DATABASE

Row = TypeVar("Row", bound=msgspec.Struct)
PATIENCE: Final = 5.0
"""Seconds to wait for the bot's own writes."""


class Sent(msgspec.Struct, frozen=True):
    """A message to Slack; `sent_at` None: it still waits, or was dropped with `error`."""

    key: str
    kind: str
    channel: str
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    error: str


class Arrived(msgspec.Struct, frozen=True):
    """A delivery from Slack; `done_at` None: it is still worked on."""

    key: str
    kind: str
    lane: str
    state: str
    attempts: int
    received_at: datetime
    done_at: datetime | None


class Sealed(msgspec.Struct, frozen=True):
    """A delivery's content, encrypted as it is stored."""

    key: str
    body: bytes


class Attempt(msgspec.Struct, frozen=True):
    """One owner's time with a request; one that was lost ended without its doing."""

    fence: int
    owner: str
    outcome: str | None
    started_at: datetime
    ended_at: datetime | None


class Asked(msgspec.Struct, frozen=True):
    """A request, with those who voted for its present plan, the length of its audit chain, and messages that wait."""

    id: int
    operation: str
    command_line: str
    state: str
    requester_user: str
    channel: str
    card: str
    created_at: datetime
    ended_at: datetime | None
    voters: str
    records: int
    untold: int


_VOTERS: Final = """(SELECT coalesce(group_concat(voter_user, ' '), '') FROM votes
    WHERE request_id = requests.id AND plan_version = requests.plan_version AND verdict = 'approve') AS voters"""
_CARD: Final = "(SELECT coalesce(max(ts), '') FROM messages WHERE key = 'request/' || requests.id || '/card') AS card"
_RECORDS: Final = "(SELECT count(*) FROM audit WHERE chain = 'request/' || requests.id) AS records"
_UNTOLD: Final = """(SELECT count(*) FROM outbox
    WHERE 'request/' || requests.id || '/card' IN (key, thread_key) AND outbox.state = 'waiting') AS untold"""
_ASKED: Final = f"SELECT *, {_CARD}, {_VOTERS}, {_RECORDS}, {_UNTOLD} FROM requests"  # noqa: S608 - all of it is written here


def requests_of(data: Path, cluster: str) -> list[Asked]:
    """What was asked for in a cluster, oldest first."""
    return _found(data, Asked, f"({_ASKED}) WHERE cluster = ?", (cluster,))


def sent_for(data: Path, prefix: str) -> list[Sent]:
    """The messages whose keys begin so, oldest first."""
    return _found(data, Sent, "outbox WHERE substr(key, 1, ?) = ?", (len(prefix), prefix))


def sent_privately(data: Path, channel: str, after: datetime) -> list[Sent]:
    """Private messages into a channel, sent from that moment on or just being sent; the nearest first."""
    where = "outbox WHERE kind IN ('respond', 'ephemeral') AND channel = ? AND (sent_at IS NULL OR sent_at >= ?)"
    return _found(data, Sent, where, (channel, to_micros(after)))


def arrived(data: Path, key: str) -> list[Arrived]:
    """The delivery of that key; what is older than the bot's memory of it is gone."""
    return _found(data, Arrived, "inbox WHERE key = ?", (key,))


def arrived_around(data: Path, at: datetime) -> list[Arrived]:
    """The deliveries that were being worked on at a moment."""
    moment = to_micros(at)
    where = "inbox WHERE received_at <= ? AND (done_at IS NULL OR done_at >= ?)"
    return _found(data, Arrived, where, (moment, moment))


def deliveries(data: Path) -> list[Sealed]:
    """All that came in and is still kept: what is done with is emptied."""
    return _found(data, Sealed, "inbox WHERE length(body) > 0", ())


def attempts_of(data: Path, request: int) -> list[Attempt]:
    return _found(data, Attempt, "attempts WHERE request_id = ?", (request,))


def forge(data: Path, chain: str, position: int, actor: str) -> tuple[str, str] | None:
    """Make a record of the audit chain name somebody else; who it named, and names now. None: there is no such record.

    Nothing but the record's own text is changed, as somebody would who knows the database and has no key.
    """
    with _connected(data, "rw") as connection:
        named = (chain, position)
        row = connection.execute("SELECT body FROM audit WHERE chain = ? AND position = ?", named).fetchone()
        if row is None:
            return None
        body = msgspec.json.decode(row[0])
        before, body["actor"] = body["actor"], actor
        forged = msgspec.json.encode(body)
        connection.execute("UPDATE audit SET body = ? WHERE chain = ? AND position = ?", (forged, *named))
        connection.commit()
    return str(before), actor


def _found(data: Path, row: type[Row], where: str, values: Sequence[Any]) -> list[Row]:
    columns = row.__struct_fields__
    statement = f"SELECT {', '.join(columns)} FROM {where} ORDER BY id"  # noqa: S608 - both are written here
    try:
        with _connected(data, "ro") as connection:
            rows = connection.execute(statement, values).fetchall()
    except sqlite3.OperationalError as error:  # it is not made yet, or made anew
        raise StoreGone(text("The bot's database cannot be read now."), next=text("Try again in a moment.")) from error
    return [row(*(_read(*each) for each in zip(columns, values, strict=True))) for values in rows]


def _read(column: str, value: Any) -> Any:
    return from_micros(value) if column.endswith("_at") and value is not None else value


@contextmanager
def _connected(data: Path, mode: str) -> Iterator[sqlite3.Connection]:
    address = f"{(data / DATABASE).absolute().as_uri()}?mode={mode}"
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as connection:
        yield connection
