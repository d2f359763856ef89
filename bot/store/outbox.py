"""Messages to send: stored with the change they tell of, sent at least once, in order for each message of ours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Update, delete

from bot.store import outbox_statements as statements
from bot.store.conflicts import insert_all_new, insert_new
from bot.store.database import Transaction
from bot.store.errors import SealBroken, lease_lost
from bot.store.messages import remember_message
from bot.store.prepared import as_new
from bot.store.tables import outbox

LOG: Final = structlog.get_logger("outbox")
TOPIC: Final = "outbox"
"""The hint that there is something to send."""

_EDITS: Final = ("update", "delete")
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
    values = _row(tx, message)
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


async def put_all(tx: Transaction, messages: Sequence[OutMessage]) -> None:
    """Store several messages, none of them an edit; those whose key was stored before are left out."""
    tx.notify(TOPIC)
    await insert_all_new(tx, outbox, [_row(tx, each) for each in messages], (outbox.c.key,))


def _row(tx: Transaction, message: OutMessage) -> dict[str, Any]:
    return {
        **vars(message),
        "body": tx.keyring.seal(message.body, _purpose(message.key)),
        "not_before": message.not_before or message.created_at,
    }


async def _is_known(tx: Transaction, key: str) -> bool:
    return (await tx.execute(statements.KNOWN, {"known": key})).one_or_none() is not None


async def _replace(tx: Transaction, values: dict[str, Any]) -> bool:
    changed = {name: values[name] for name in ("key", "body", "channel", "priority", "not_before")}
    replaced = await tx.execute(statements.REPLACING, {**as_new(changed), "edited": values["thread_key"]})
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
    wanted = {
        "now": tx.span(),
        "busy": list(busy_channels),
        "held": list(held_kinds),
        "crowded": list(crowded),
        "many": limit,
    }
    ids = [row.id for row in await tx.execute(statements.due(tx.dialect), wanted)]
    if not ids:
        return ()
    leased = {"ids": ids, "by": owner, "until": tx.span(seconds)}
    claimed = await tx.execute(statements.leasing(tx.dialect), leased)
    found = [_opened(tx, dict(row)) for row in claimed.mappings()]
    return tuple(sorted(found, key=lambda each: (each.priority, each.id)))


async def put_back(tx: Transaction, claimed: Sequence[tuple[Claimed, datetime]], *, error: str) -> None:
    """Send these at those moments instead; only in the transaction that has claimed them, so that all are ours.

    An edit gives way to a newer one that waits.
    """
    edits = {each.thread_key for each, _ in claimed if each.kind == "update"}
    newer = set((await tx.execute(statements.NEWER, {"edited": list(edits)})).scalars()) if edits else set()
    for each, _ in claimed:
        if each.kind == "update" and each.thread_key in newer:
            await drop(tx, each, error=error)
    later = [(each, at) for each, at in claimed if each.kind != "update" or each.thread_key not in newer]
    if later:
        await tx.execute(statements.WAITING, [_left(each, not_before=at, error=error) for each, at in later])


async def sent(tx: Transaction, message: Claimed, *, channel: str = "", ts: str = "") -> bool:
    """Store that it was sent and where it is now. That is a fact, so it holds after the lease too; False if known."""
    done = await tx.execute(statements.sending(tx.dialect), {"number": message.id, "now": tx.span()})
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
    edited = {"edited": [message.thread_key]}
    if message.kind == "update" and (await tx.execute(statements.NEWER, edited)).first() is not None:
        await drop(tx, message, error=error)
        return
    await _leave(tx, message, statements.WAITING, not_before=at, error=error)


async def drop(tx: Transaction, message: Claimed, *, error: str) -> None:
    """Never send it: it cannot be sent, or is out of date. Raises `LeaseLost`."""
    await _leave(tx, message, statements.DROPPING, error=error)


def _left(message: Claimed, **changes: object) -> dict[str, object]:
    return {"number": message.id, "by": message.owner, "tried": message.attempts, **as_new(changes)}


async def _leave(tx: Transaction, message: Claimed, leaving: Update, **changes: object) -> None:
    left = await tx.execute(leaving, _left(message, **changes))
    if left.rowcount != 1:
        raise lease_lost(message.key)
    tx.notify(TOPIC)


async def next_due(tx: Transaction) -> datetime | None:
    """When the next waiting message may be sent, so that a sender can wait until then."""
    due: datetime | None = (await tx.execute(statements.NEXT)).scalar_one_or_none()
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
