"""Messages to send: stored with the change they tell of, sent at least once, in order for each message of ours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import case, delete, exists, literal, not_, or_, select, update

from bot.store.columns import UtcTime
from bot.store.conflicts import insert_new
from bot.store.database import Transaction
from bot.store.errors import SealBroken, lease_lost
from bot.store.messages import remember_message
from bot.store.tables import outbox

LOG: Final = structlog.get_logger("outbox")
TOPIC: Final = "outbox"
"""The hint that there is something to send."""

_OPEN: Final = ("waiting", "sending")
_EDITS: Final = ("update", "delete")
_NEW: Final = ("post", "dm")
_STAYS: Final = ("post", "dm", "file")


@dataclass(frozen=True, kw_only=True)
class OutMessage:
    """`key` makes it unique: the same key is stored once, ever. Lower `priority` goes first.

    `thread_key` is the key of the message that this edits or answers; it is sent after that one. `body` is encrypted
    and dropped once sent, for it may hold a response_url.
    """

    key: str
    kind: str
    priority: int
    channel: str
    body: bytes
    created_at: datetime
    thread_key: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A message to send now. `attempts` counts from one; above one it may have been sent already."""

    id: int
    key: str
    kind: str
    priority: int
    channel: str
    thread_key: str | None
    body: bytes
    attempts: int
    owner: str
    created_at: datetime


async def put(tx: Transaction, message: OutMessage) -> bool:
    """Store a message. A newer edit takes the place of one that still waits. False: this key was stored before."""
    values: dict[str, Any] = dict(vars(message))
    values["body"] = tx.keyring.seal(message.body, _purpose(message.key))
    values["not_before"] = message.not_before or message.created_at
    tx.notify(TOPIC)
    if message.kind != "update":
        return await insert_new(tx, outbox, values, (outbox.c.key,))
    if await _is_known(tx, message.key):
        return False
    # Another transaction may store the same first edit between our two statements; then ours replaces it.
    while not await _replace(tx, values):
        if await insert_new(tx, outbox, values, None):
            return True
        if await _is_known(tx, message.key):
            return False
    return True


async def _is_known(tx: Transaction, key: str) -> bool:
    return (await tx.execute(select(outbox.c.id).where(outbox.c.key == key))).one_or_none() is not None


async def _replace(tx: Transaction, values: dict[str, Any]) -> bool:
    more_urgent = case((outbox.c.priority < values["priority"], outbox.c.priority), else_=values["priority"])
    moment = literal(values["not_before"], UtcTime)
    sooner = case((outbox.c.not_before < moment, outbox.c.not_before), else_=moment)
    replaced = await tx.execute(
        update(outbox)
        .where(outbox.c.thread_key == values["thread_key"], outbox.c.kind == "update", outbox.c.state == "waiting")
        .values(
            key=values["key"],
            body=values["body"],
            channel=values["channel"],
            priority=more_urgent,
            not_before=sooner,
        )
    )
    return replaced.rowcount == 1


async def claim(
    tx: Transaction,
    limit: int,
    owner: str,
    seconds: float,
    *,
    busy_channels: Collection[str] = (),
    held_kinds: Collection[str] = (),
    crowded: Collection[str] = (),
) -> tuple[Claimed, ...]:
    """Lease the messages to send next, most urgent first; none of a busy channel, none before the one it follows.

    A body that somebody else changed comes empty, so that it holds up none of the others. Raises `KeyMissing`.
    `held_kinds`, and new messages in `crowded` channels, are left alone: what can certainly not go now is not claimed
    only to be put back, or a crowd that waits for one person keeps everybody else's messages waiting.
    """
    earlier = outbox.alias("earlier")
    follows = exists().where(
        earlier.c.id < outbox.c.id,
        earlier.c.state.in_(_OPEN),
        or_(earlier.c.thread_key == outbox.c.thread_key, earlier.c.key == outbox.c.thread_key),
    )
    due = (
        select(outbox.c.id)
        .where(
            or_(outbox.c.state == "waiting", (outbox.c.state == "sending") & (outbox.c.lease_until <= tx.after())),
            outbox.c.not_before <= tx.after(),
            outbox.c.channel.not_in(busy_channels),
            outbox.c.kind.not_in(held_kinds),
            not_(outbox.c.kind.in_(_NEW) & outbox.c.channel.in_(crowded)),
            ~follows,
        )
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = [row.id for row in await tx.execute(due)]
    if not ids:
        return ()
    claimed = await tx.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(state="sending", owner=owner, lease_until=tx.after(seconds), attempts=outbox.c.attempts + 1)
        .returning(*(outbox.c[name] for name in Claimed.__dataclass_fields__))
    )
    found = [_opened(tx, dict(row)) for row in claimed.mappings()]
    return tuple(sorted(found, key=lambda each: (each.priority, each.id)))


async def sent(tx: Transaction, message: Claimed, *, channel: str = "", ts: str = "") -> bool:
    """Store that it was sent and where it is now. That is a fact, so it holds after the lease too; False if known."""
    done = await tx.execute(
        update(outbox)
        .where(outbox.c.id == message.id, outbox.c.state != "sent")
        .values(state="sent", sent_at=tx.after(), owner=None, lease_until=None, body=b"", error="")
    )
    if done.rowcount != 1:
        return False
    if ts and message.kind in _STAYS:
        await remember_message(tx, message.key, channel or message.channel, ts)
    elif ts and message.kind == "update" and message.thread_key is not None:
        await remember_message(tx, message.thread_key, channel or message.channel, ts)
    tx.notify(TOPIC)
    return True


async def retry_at(tx: Transaction, message: Claimed, at: datetime, *, error: str) -> None:
    """Send it again at that moment. An edit gives way to a newer one that waits. Raises `LeaseLost`."""
    newer = outbox.alias("newer")
    superseded = select(newer.c.id).where(
        newer.c.thread_key == message.thread_key, newer.c.kind == "update", newer.c.state == "waiting"
    )
    if message.kind == "update" and (await tx.execute(superseded)).first() is not None:
        await drop(tx, message, error=error)
        return
    await _leave(tx, message, state="waiting", not_before=at, error=error)


async def drop(tx: Transaction, message: Claimed, *, error: str) -> None:
    """Never send it: it cannot be sent, or is out of date. Raises `LeaseLost`."""
    await _leave(tx, message, state="dropped", error=error, body=b"")


async def _leave(tx: Transaction, message: Claimed, **changes: object) -> None:
    left = await tx.execute(
        update(outbox)
        .where(
            outbox.c.id == message.id,
            outbox.c.state == "sending",
            outbox.c.owner == message.owner,
            outbox.c.attempts == message.attempts,
        )
        .values(**changes, owner=None, lease_until=None)
    )
    if left.rowcount != 1:
        raise lease_lost(message.key)
    tx.notify(TOPIC)


async def next_due(tx: Transaction) -> datetime | None:
    """When the next waiting message may be sent, so that a sender can wait until then."""
    found = select(outbox.c.not_before).where(outbox.c.state == "waiting").order_by(outbox.c.not_before).limit(1)
    due: datetime | None = (await tx.execute(found)).scalar_one_or_none()
    return due


async def purge(tx: Transaction, older_than: timedelta) -> int:
    """Delete what was sent or dropped that long ago, and so is no longer needed against doubles."""
    ended = outbox.c.state.in_(("sent", "dropped"))
    return (
        await tx.execute(delete(outbox).where(ended, outbox.c.created_at <= tx.after(-older_than.total_seconds())))
    ).rowcount


def _purpose(key: str) -> str:
    return f"outbox/{key}"


def _opened(tx: Transaction, values: dict[str, Any]) -> Claimed:
    try:
        values["body"] = tx.keyring.open(values["body"], _purpose(values["key"]))
    except SealBroken:
        LOG.exception("body_changed_by_others", key=values["key"])
        values["body"] = b""
    return Claimed(**values)
