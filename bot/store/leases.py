"""Who executes a request: one owner at a time, for a time, with a fence that goes up with every change of owner.

Every write of an attempt is conditional on request, fence and owner, so a worker that was stalled past its lease
writes nothing after another has taken over. What it sends outside cannot be fenced here: check `Lease.until` before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, insert, or_, select, update

from bot.store.database import Transaction
from bot.store.errors import lease_lost
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


async def claim_next(
    tx: Transaction, owner: str, seconds: float, *, states: Collection[str] = RUNNABLE
) -> Lease | None:
    """Lease the request that is due longest and that nobody holds; the attempt of a former owner ends as `lost`.

    Replicas that ask at once get different ones.
    """
    due = (
        select(requests.c.id)
        .where(
            requests.c.state.in_(states),
            or_(requests.c.wake_at.is_(None), requests.c.wake_at <= tx.after()),
            or_(requests.c.lease_until.is_(None), requests.c.lease_until <= tx.after()),
        )
        .order_by(func.coalesce(requests.c.wake_at, requests.c.created_at), requests.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    number = (await tx.execute(due)).scalar_one_or_none()
    return None if number is None else await _take(tx, number, owner, seconds)


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
    claimed = await tx.execute(
        update(requests)
        .where(requests.c.id == number)
        .values(fence=requests.c.fence + 1, owner=owner, lease_until=tx.after(seconds), version=requests.c.version + 1)
        .returning(requests.c.fence, requests.c.lease_until, requests.c.cancel_asked)
    )
    fence, until, cancel_asked = claimed.one()
    lease = Lease(request=number, fence=fence, owner=owner, until=until, cancel_asked=cancel_asked)
    await _end_attempt(tx, number, "lost")
    begun = {"request_id": number, "fence": fence, "owner": owner, "started_at": tx.after()}
    await tx.execute(insert(attempts).values(**begun))
    return lease


async def renew(tx: Transaction, lease: Lease, seconds: float) -> Lease:
    """The same lease for longer, with what was asked meanwhile. Raises `LeaseLost`."""
    renewed = await tx.execute(
        update(requests)
        .where(_held(lease))
        .values(lease_until=tx.after(seconds))
        .returning(requests.c.lease_until, requests.c.cancel_asked)
    )
    row = renewed.one_or_none()
    if row is None:
        raise lease_lost(f"R-{lease.request}")
    until, cancel_asked = row
    return Lease(request=lease.request, fence=lease.fence, owner=lease.owner, until=until, cancel_asked=cancel_asked)


async def hold(tx: Transaction, lease: Lease) -> None:
    """Make sure that the lease is ours until this transaction ends. Raises `LeaseLost`."""
    held = await tx.execute(select(requests.c.id).where(_held(lease)).with_for_update())
    if held.one_or_none() is None:
        raise lease_lost(f"R-{lease.request}")


async def write_as(tx: Transaction, lease: Lease, **changes: object) -> None:
    """Change the leased request. Raises `LeaseLost`, and then nothing is changed."""
    written = await tx.execute(
        update(requests)
        .where(_held(lease))
        .values(**sealed(tx, lease.request, changes), version=requests.c.version + 1)
    )
    if written.rowcount != 1:
        raise lease_lost(f"R-{lease.request}")
    tx.notify(TOPIC)


async def release(tx: Transaction, lease: Lease, ended: str, /, **changes: object) -> None:
    """Give the lease back with last changes to the request, and end its attempt as `ended`. Raises `LeaseLost`."""
    await write_as(tx, lease, owner=None, lease_until=None, **changes)
    await _end_attempt(tx, lease.request, ended)


async def _end_attempt(tx: Transaction, number: int, outcome: str) -> None:
    await tx.execute(
        update(attempts)
        .where(attempts.c.request_id == number, attempts.c.ended_at.is_(None))
        .values(ended_at=tx.after(), outcome=outcome)
    )


def _held(lease: Lease) -> ColumnElement[bool]:
    return (requests.c.id == lease.request) & (requests.c.fence == lease.fence) & (requests.c.owner == lease.owner)
