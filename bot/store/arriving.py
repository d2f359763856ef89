"""The statements of `bot.store.intake`: rows go in leased to an intake, and are then let go or taken out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.sql.dml import ReturningInsert

from bot.store.arrivals import Arrival
from bot.store.conflicts import insert_into
from bot.store.database import Dialect, Transaction
from bot.store.errors import Busy
from bot.store.inbox import TOPIC, purpose
from bot.store.prepared import moment, one_of
from bot.store.tables import inbox
from bot.text import text

OWNERS: Final = "intake/"
"""How the name of every intake begins."""

LEASE: Final = 30.0
"""Seconds that a row stays with its intake: longer than any commit of ours may take."""

_ARRIVING: Final = (inbox.c.state == "waiting") & inbox.c.owner.startswith(OWNERS)
_THESE: Final = inbox.c.key.in_(bindparam("keys", expanding=True))
_FREEING: Final = update(inbox).where(_THESE, _ARRIVING).values(owner=None, lease_until=None).returning(inbox.c.key)
_TAKING_OUT: Final = delete(inbox).where(_THESE, _ARRIVING, inbox.c.owner == bindparam("by"))


def busy() -> Busy:
    """Too many deliveries wait."""
    return Busy(text("Too much is waiting already, so nothing was stored."), next=text("Try again in a minute."))


def stopping() -> Busy:
    """This process takes nothing in any more."""
    return Busy(text("Kajitori is stopping, so nothing was stored."), next=text("Try again."))


async def insert(tx: Transaction, owner: str, arrivals: Sequence[Arrival]) -> set[str]:
    """Store what is new, leased to the intake, and give its keys.

    A row that another replica's intake has not let go yet is taken over: if its caller gives up there, ours remains.
    """
    if not arrivals:
        return set()
    rows = [{**_row(tx, owner, each), "until": tx.span(LEASE)} for each in arrivals]
    return set((await tx.execute(_leased(tx.dialect), rows)).scalars())


@cache
def _leased(dialect: Dialect) -> ReturningInsert[tuple[str]]:
    statement = insert_into(dialect, inbox).values(lease_until=moment(dialect, "until"))
    taken = {name: statement.excluded[name] for name in ("kind", "lane", "received_at", "body", "owner", "lease_until")}
    where = _ARRIVING & (inbox.c.owner != statement.excluded.owner)
    return statement.on_conflict_do_update(index_elements=[inbox.c.key], set_=taken, where=where).returning(inbox.c.key)


async def let_go(tx: Transaction, arrivals: Sequence[Arrival]) -> None:
    """Give rows to the workers. One that another intake took over and took out is stored anew: it was acknowledged."""
    if not arrivals:
        return
    keys = [each.key for each in arrivals]
    found = set((await tx.execute(_FREEING, {"keys": keys})).scalars())
    gone = [_row(tx, None, each) for each in arrivals if each.key not in found]
    if gone:
        again = insert_into(tx.dialect, inbox).on_conflict_do_nothing(index_elements=[inbox.c.key])
        await tx.execute(again, gone)
    tx.notify(TOPIC)


async def take_out(tx: Transaction, owner: str, arrivals: Sequence[Arrival]) -> None:
    """Remove rows whose callers were told that nothing was stored, unless another intake has them now."""
    if arrivals:
        keys = [each.key for each in arrivals]
        await tx.execute(_TAKING_OUT, {"keys": keys, "by": owner})


async def recover(tx: Transaction) -> None:
    """Let go what a killed process left. On PostgreSQL another replica may be alive, so there the lease decides."""
    if tx.dialect == "sqlite":
        await tx.execute(update(inbox).where(_ARRIVING).values(owner=None, lease_until=None))


async def known(tx: Transaction, arrivals: Sequence[Arrival]) -> set[str]:
    """The keys among these that are stored already."""
    found = await tx.execute(select(inbox.c.key).where(inbox.c.key.in_([each.key for each in arrivals])))
    return set(found.scalars())


async def waiting(tx: Transaction) -> Counter[str]:
    """How many deliveries wait, by lane."""
    found = await tx.execute(
        select(inbox.c.lane, func.count().label("many")).where(one_of(inbox.c.state, "waiting")).group_by(inbox.c.lane)
    )
    return Counter({row.lane: row.many for row in found})


def _row(tx: Transaction, owner: str | None, arrival: Arrival) -> dict[str, Any]:
    return {
        "key": arrival.key,
        "kind": arrival.kind,
        "lane": arrival.lane,
        "received_at": arrival.received_at,
        "body": tx.keyring.seal(arrival.body, purpose(arrival.key)),
        "owner": owner,
    }
