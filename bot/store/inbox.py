"""Deliveries: stored and deduplicated before they are acknowledged. Writing is in `bot.store.intake`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from bot.store.database import Transaction
from bot.store.errors import SealBroken, lease_lost
from bot.store.tables import LANES, inbox

LOG: Final = structlog.get_logger("inbox")
TOPIC: Final = "inbox"
"""The hint that a delivery waits."""

DROPPED: Final = "dropped"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One thing that came in, leased to a worker. `attempts` counts from one."""

    id: int
    key: str
    kind: str
    lane: str
    received_at: datetime
    body: bytes
    attempts: int
    owner: str


async def claim(
    tx: Transaction, limit: int, owner: str, seconds: float, *, lanes: Collection[str] = LANES
) -> tuple[Delivery, ...]:
    """Lease waiting deliveries, oldest first; also those whose worker's lease has run out.

    A body that somebody else changed comes empty, so that it holds up none of the others. Raises `KeyMissing`.
    """
    due = (
        select(inbox.c.id)
        .where(
            inbox.c.state == "waiting",
            inbox.c.lane.in_(lanes),
            or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= tx.after()),
        )
        .order_by(inbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = [row.id for row in await tx.execute(due)]
    if not ids:
        return ()
    claimed = await tx.execute(
        update(inbox)
        .where(inbox.c.id.in_(ids))
        .values(owner=owner, lease_until=tx.after(seconds), attempts=inbox.c.attempts + 1)
        .returning(*(inbox.c[name] for name in Delivery.__dataclass_fields__))
    )
    found = [_opened(tx, dict(row)) for row in claimed.mappings()]
    return tuple(sorted(found, key=lambda each: each.id))


async def done(tx: Transaction, delivery: Delivery) -> None:
    """End a delivery in the transaction of its effects. The body goes, the key stays. Raises `LeaseLost`."""
    await _leave(tx, delivery, state="done", done_at=tx.after(), body=b"")


async def give_up(tx: Transaction, delivery: Delivery) -> None:
    """End a delivery that cannot be worked on, for instance after too many attempts. Raises `LeaseLost`."""
    await _leave(tx, delivery, state=DROPPED, done_at=tx.after(), body=b"")


async def release(tx: Transaction, delivery: Delivery, *, begun: bool = True) -> None:
    """Let another worker have it at once; one that was not `begun` counts no attempt. Raises `LeaseLost`."""
    await _leave(tx, delivery, attempts=delivery.attempts - (0 if begun else 1))
    tx.notify(TOPIC)


async def renew(tx: Transaction, deliveries: Collection[Delivery], seconds: float) -> frozenset[int]:
    """Hold leased deliveries for longer; the ids of those that are still ours, for the others have a new worker."""
    renewed: set[int] = set()
    for delivery in deliveries:
        held = await tx.execute(update(inbox).where(_held(delivery)).values(lease_until=tx.after(seconds)))
        renewed |= {delivery.id} if held.rowcount == 1 else set()
    return frozenset(renewed)


async def _leave(tx: Transaction, delivery: Delivery, **changes: object) -> None:
    left = await tx.execute(update(inbox).where(_held(delivery)).values(**changes, owner=None, lease_until=None))
    if left.rowcount != 1:
        raise lease_lost(delivery.key)


def _held(delivery: Delivery) -> ColumnElement[bool]:
    """Still leased to the worker that has it, in the same attempt."""
    return and_(
        inbox.c.id == delivery.id,
        inbox.c.state == "waiting",
        inbox.c.owner == delivery.owner,
        inbox.c.attempts == delivery.attempts,
    )


async def purge(tx: Transaction, older_than: timedelta) -> int:
    """Delete deliveries that ended that long ago; until then their keys recognise a repeat."""
    ended = inbox.c.done_at <= tx.after(-older_than.total_seconds())
    return (await tx.execute(delete(inbox).where(ended))).rowcount


def purpose(key: str) -> str:
    """What a delivery's body is sealed for."""
    return f"inbox/{key}"


def _opened(tx: Transaction, values: dict[str, Any]) -> Delivery:
    try:
        values["body"] = tx.keyring.open(values["body"], purpose(values["key"]))
    except SealBroken:
        LOG.exception("body_changed_by_others", key=values["key"])
        values["body"] = b""
    return Delivery(**values)
