"""Deliveries: stored and deduplicated before they are acknowledged. Writing is in `bot.store.intake`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import structlog
from sqlalchemy import Select, Update, bindparam, delete, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from bot.store.database import Dialect, Transaction
from bot.store.errors import SealBroken, lease_lost
from bot.store.prepared import moment, one_of
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
    wanted = {"now": tx.span(), "lanes": list(lanes), "many": limit}
    ids = [row.id for row in await tx.execute(_due(tx.dialect), wanted)]
    if not ids:
        return ()
    claimed = await tx.execute(_leasing(tx.dialect), {"ids": ids, "by": owner, "until": tx.span(seconds)})
    found = [_opened(tx, dict(row)) for row in claimed.mappings()]
    return tuple(sorted(found, key=lambda each: each.id))


@cache
def _due(dialect: Dialect) -> Select[int]:
    return (
        select(inbox.c.id)
        .where(
            one_of(inbox.c.state, "waiting"),
            inbox.c.lane.in_(bindparam("lanes", expanding=True)),
            or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= moment(dialect, "now")),
        )
        .order_by(inbox.c.id)
        .limit(bindparam("many"))
        .with_for_update(skip_locked=True)
    )


@cache
def _leasing(dialect: Dialect) -> ReturningUpdate[Any]:
    return (
        update(inbox)
        .where(inbox.c.id.in_(bindparam("ids", expanding=True)))
        .values(owner=bindparam("by"), lease_until=moment(dialect, "until"), attempts=inbox.c.attempts + 1)
        .returning(*(inbox.c[name] for name in Delivery.__dataclass_fields__))
    )


async def done(tx: Transaction, delivery: Delivery) -> None:
    """End a delivery in the transaction of its effects. The body goes, the key stays. Raises `LeaseLost`."""
    await _leave(tx, delivery, _ending(tx.dialect, "done"), now=tx.span())


async def give_up(tx: Transaction, delivery: Delivery) -> None:
    """End a delivery that cannot be worked on, for instance after too many attempts. Raises `LeaseLost`."""
    await _leave(tx, delivery, _ending(tx.dialect, DROPPED), now=tx.span())


async def release(tx: Transaction, delivery: Delivery, *, begun: bool = True) -> None:
    """Let another worker have it at once; one that was not `begun` counts no attempt. Raises `LeaseLost`."""
    await _leave(tx, delivery, _RELEASING, counted=delivery.attempts - (0 if begun else 1))
    tx.notify(TOPIC)


async def renew(tx: Transaction, deliveries: Collection[Delivery], seconds: float) -> frozenset[int]:
    """Hold leased deliveries for longer; the ids of those that are still ours, for the others have a new worker."""
    renewed: set[int] = set()
    for delivery in deliveries:
        held = await tx.execute(_renewing(tx.dialect), {**_held(delivery), "until": tx.span(seconds)})
        renewed |= {delivery.id} if held.rowcount == 1 else set()
    return frozenset(renewed)


_LEASED: Final = update(inbox).where(
    inbox.c.id == bindparam("number"),
    inbox.c.state == "waiting",
    inbox.c.owner == bindparam("by"),
    inbox.c.attempts == bindparam("tried"),
)
"""Still leased to the worker that has it, in the same attempt: `_held` gives the parameters."""

_LEAVING: Final = _LEASED.values(owner=None, lease_until=None)
_RELEASING: Final = _LEAVING.values(attempts=bindparam("counted"))


@cache
def _ending(dialect: Dialect, state: str) -> Update:
    return _LEAVING.values(state=state, done_at=moment(dialect, "now"), body=b"")


@cache
def _renewing(dialect: Dialect) -> Update:
    return _LEASED.values(lease_until=moment(dialect, "until"))


def _held(delivery: Delivery) -> dict[str, object]:
    return {"number": delivery.id, "by": delivery.owner, "tried": delivery.attempts}


async def _leave(tx: Transaction, delivery: Delivery, leaving: Update, **values: object) -> None:
    left = await tx.execute(leaving, {**_held(delivery), **values})
    if left.rowcount != 1:
        raise lease_lost(delivery.key)


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
