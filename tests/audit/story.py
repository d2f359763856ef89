"""A short history to tamper with: three requests and a refused try, in two seals, and one record not sealed yet."""

from __future__ import annotations

from sqlalchemy import update

from bot.audit.chain import append, refused_chain, request_chain
from bot.audit.records import Event, Record
from bot.audit.sealer import seal_waiting
from bot.store.database import Database
from bot.store.requests import insert_request
from bot.store.tables import requests
from tests.store.rows import NOON, a_request

SUCCEEDED = (Event.REQUEST_PLANNED, Event.VOTE_APPROVE, Event.REQUEST_APPROVED, Event.REQUEST_SUCCEEDED)


async def add(database: Database, number: int, *events: Event) -> None:
    async with database.transaction() as tx:
        for event in events:
            record = Record(event=event, at=NOON, actor="kajitori:alice", request=number, detail={"plan": 1, "名": "é"})
            await append(tx, request_chain(number), record)


async def add_refused(database: Database, key: str) -> None:
    async with database.transaction() as tx:
        record = Record(event=Event.REFUSED_COMMAND, at=NOON, actor="U0MALLORY")
        await append(tx, refused_chain(key), record)


async def end(database: Database, number: int, state: str = "succeeded") -> None:
    async with database.transaction() as tx:
        changes = {"state": state, "ended_at": NOON, "plan_version": 1}
        await tx.execute(update(requests).where(requests.c.id == number).values(**changes))


async def tell(database: Database) -> None:
    """Seal 1: R-1 whole, the refused try, the beginning of R-2. Seal 2: the end of R-2, R-3 planned. Then one more."""
    async with database.transaction() as tx:
        numbers = [await insert_request(tx, a_request()) for _ in range(3)]
    assert numbers == [1, 2, 3]
    await add(database, 1, *SUCCEEDED)
    await end(database, 1)
    await add_refused(database, "command/x")
    await add(database, 2, *SUCCEEDED[:2])
    assert await seal_waiting(database)
    await add(database, 2, *SUCCEEDED[2:])
    await end(database, 2)
    await add(database, 3, Event.REQUEST_PLANNED)
    assert await seal_waiting(database)
    await add(database, 3, Event.REQUEST_WAITING)
