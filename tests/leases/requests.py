"""A request that can be executed, and time that runs out, in one line each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from bot.store.database import Database
from bot.store.leases import Lease, claim_next
from bot.store.plans import add_plan
from bot.store.requests import Request, insert_request, load
from bot.store.tables import requests
from tests.store.rows import a_plan, a_request


async def approved(database: Database, *, wake_at: datetime | None = None, state: str = "approved") -> int:
    async with database.transaction() as tx:
        number = await insert_request(tx, a_request(state=state, plan_version=1, wake_at=wake_at))
        await add_plan(tx, a_plan(number))
    return number


async def claim(database: Database, owner: str = "one", seconds: float = 10) -> Lease | None:
    async with database.transaction() as tx:
        return await claim_next(tx, owner, seconds)


async def leased(database: Database, owner: str = "one", seconds: float = 10) -> Lease:
    lease = await claim(database, owner, seconds)
    assert lease is not None
    return lease


async def run_out(database: Database, number: int) -> None:
    """The lease's time is over, by the clock that counts for it."""
    async with database.transaction() as tx:
        await tx.execute(update(requests).where(requests.c.id == number).values(lease_until=tx.after(-1)))


async def request(database: Database, number: int) -> Request:
    async with database.read() as tx:
        found = await load(tx, number)
    assert found is not None
    return found
