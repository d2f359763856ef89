"""Who executes a request: one owner at a time, for a time, with a fence that goes up with every change of owner.

Every write of an attempt is conditional on request, fence and owner, so a worker that was stalled past its lease
writes nothing after another has taken over. What it sends outside cannot be fenced here: check `Lease.until` before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Insert, Select, Update, bindparam, func, insert, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from bot.store.database import Dialect, Transaction
from bot.store.errors import lease_lost
from bot.store.prepared import as_new, moment, new, one_of
from bot.store.requests import TOPIC, sealed
from bot.store.tables import attempts, requests

RUNNABLE: Final = ("approved", "executing")


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to write on a request. `until` is by the database's clock; `cancel_asked` as of the last renewal."""

    request: int
    fence: int
    owner: str
    until: datetime
    cancel_asked: bool = False


async def claim_next(tx: Transaction, owner: str, seconds: float) -> Lease | None:
    """Lease the request that is due longest and that nobody holds; the attempt of a former owner ends as `lost`.

    Replicas that ask at once get different ones.
    """
    number = (await tx.execute(_due(tx.dialect), {"now": tx.span()})).scalar_one_or_none()
    return None if number is None else await _take(tx, number, owner, seconds)


@cache
def _due(dialect: Dialect) -> Select[int]:
    now = moment(dialect, "now")
    return (
        select(requests.c.id)
        .where(
            one_of(requests.c.state, *RUNNABLE),
            or_(requests.c.wake_at.is_(None), requests.c.wake_at <= now),
            or_(requests.c.lease_until.is_(None), requests.c.lease_until <= now),
        )
        .order_by(func.coalesce(requests.c.wake_at, requests.c.created_at), requests.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def claim_request(tx: Transaction, number: int, owner: str, seconds: float, *, state: str) -> Lease | None:
    """Lease one request that is in this state and that nobody holds, for a person's answer about it."""
    free = select(requests.c.id).where(
        requests.c.id == number,
        requests.c.state == state,
        or_(requests.c.lease_until.is_(None), requests.c.lease_until <= tx.after()),
    )
    if (await tx.execute(free.with_for_update(skip_locked=True))).scalar_one_or_none() is None:
        return None
    return await _take(tx, number, owner, seconds)


async def _take(tx: Transaction, number: int, owner: str, seconds: float) -> Lease:
    leased = {"number": number, "by": owner, "until": tx.span(seconds)}
    fence, until, cancel_asked = (await tx.execute(_taking(tx.dialect), leased)).one()
    lease = Lease(request=number, fence=fence, owner=owner, until=until, cancel_asked=cancel_asked)
    await _end_attempt(tx, number, "lost")
    begun = {"request_id": number, "fence": fence, "owner": owner, "now": tx.span()}
    await tx.execute(_beginning(tx.dialect), begun)
    return lease


@cache
def _taking(dialect: Dialect) -> ReturningUpdate[Any]:
    return (
        update(requests)
        .where(requests.c.id == bindparam("number"))
        .values(
            fence=requests.c.fence + 1,
            owner=bindparam("by"),
            lease_until=moment(dialect, "until"),
            version=requests.c.version + 1,
        )
        .returning(requests.c.fence, requests.c.lease_until, requests.c.cancel_asked)
    )


@cache
def _beginning(dialect: Dialect) -> Insert:
    given: dict[str, Any] = {name: bindparam(name) for name in ("request_id", "fence", "owner")}
    return insert(attempts).values(**given, started_at=moment(dialect, "now"))


async def renew(tx: Transaction, lease: Lease, seconds: float) -> Lease:
    """The same lease for longer, with what was asked meanwhile. Raises `LeaseLost`."""
    row = (await tx.execute(_renewing(tx.dialect), {**_held(lease), "until": tx.span(seconds)})).one_or_none()
    if row is None:
        raise lease_lost(f"R-{lease.request}")
    until, cancel_asked = row
    return Lease(request=lease.request, fence=lease.fence, owner=lease.owner, until=until, cancel_asked=cancel_asked)


async def hold(tx: Transaction, lease: Lease) -> None:
    """Make sure that the lease is ours until this transaction ends. Raises `LeaseLost`."""
    if (await tx.execute(_HOLDING, _held(lease))).one_or_none() is None:
        raise lease_lost(f"R-{lease.request}")


async def write_as(tx: Transaction, lease: Lease, **changes: object) -> None:
    """Change the leased request. Raises `LeaseLost`, and then nothing is changed."""
    values = as_new(sealed(tx, lease.request, changes))
    written = await tx.execute(_writing(tuple(changes)), {**_held(lease), **values})
    if written.rowcount != 1:
        raise lease_lost(f"R-{lease.request}")
    if "lease_until" in changes:
        tx.notify(TOPIC)


async def release(tx: Transaction, lease: Lease, ended: str, /, **changes: object) -> None:
    """Give the lease back with last changes to the request, and end its attempt as `ended`. Raises `LeaseLost`."""
    await write_as(tx, lease, owner=None, lease_until=None, **changes)
    await _end_attempt(tx, lease.request, ended)


async def _end_attempt(tx: Transaction, number: int, outcome: str) -> None:
    await tx.execute(_ending(tx.dialect), {"number": number, "now": tx.span(), "as": outcome})


@cache
def _ending(dialect: Dialect) -> Update:
    return (
        update(attempts)
        .where(attempts.c.request_id == bindparam("number"), attempts.c.ended_at.is_(None))
        .values(ended_at=moment(dialect, "now"), outcome=bindparam("as"))
    )


_MINE: Final = (
    requests.c.id == bindparam("number"),
    requests.c.fence == bindparam("held_fence"),
    requests.c.owner == bindparam("by"),
)
"""`_held` gives the parameters."""

_HOLDING: Final = select(requests.c.id).where(*_MINE).with_for_update()


@cache
def _renewing(dialect: Dialect) -> ReturningUpdate[Any]:
    renewed = update(requests).where(*_MINE).values(lease_until=moment(dialect, "until"))
    return renewed.returning(requests.c.lease_until, requests.c.cancel_asked)


@cache
def _writing(names: tuple[str, ...]) -> Update:
    return update(requests).where(*_MINE).values(**new(requests, names), version=requests.c.version + 1)


def _held(lease: Lease) -> dict[str, object]:
    return {"number": lease.request, "held_fence": lease.fence, "by": lease.owner}
