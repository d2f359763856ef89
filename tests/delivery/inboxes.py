"""Deliveries put into a real inbox, and workers on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.clock import SystemClock
from bot.slack.desk.incoming import Done, Handle, Incoming, IncomingSettings
from bot.slack.edge.deliveries import Delivery, Kind, Lane
from bot.slack.edge.reception import encode_delivery
from bot.store.database import Database
from bot.store.intake import Intake
from bot.store.tables import inbox
from tests.workspace.edge import HalfTokens


def delivery(key: str, user: str = "U0ALICE", line: str = "get pods") -> Delivery:
    return Delivery(key=key, kind=Kind.COMMAND, lane=Lane.PEOPLE, team="T0KAJITORI", user=user, line=line)


def opened_intake(database: Database) -> Intake:
    return Intake(database, limit=1000, clock=SystemClock(), tokens=HalfTokens())


async def put(database: Database, *deliveries: Delivery) -> None:
    for each in deliveries:
        await put_raw(database, each.key, encode_delivery(each), lane=each.lane)


async def put_raw(database: Database, key: str, body: bytes, *, lane: str = "people") -> None:
    async with opened_intake(database) as intake:
        assert await intake.store(key, "command", lane, body)


async def states(database: Database) -> dict[str, str]:
    async with database.read() as tx:
        return {row.key: row.state for row in await tx.execute(select(inbox.c.key, inbox.c.state))}


@dataclass
class Handler:
    """Remembers what it handled; fails as often as told; waits at its gate."""

    failing: int = 0
    gate: asyncio.Event | None = None
    seen: list[str] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    most: int = 0
    together: set[frozenset[str]] = field(default_factory=set)
    database: Database | None = None

    async def __call__(self, given: Delivery, done: Done) -> None:
        self.seen.append(given.key)
        self.running.add(given.user)
        self.most = max(self.most, len(self.running))
        try:
            if self.gate is not None:
                await self.gate.wait()
            await asyncio.sleep(0)
            if self.failing:
                self.failing -= 1
                raise ValueError("not this time")
            if self.database is not None:
                async with self.database.transaction() as tx:
                    await done(tx)
        finally:
            self.running.discard(given.user)


class Soon:
    """The machine's clock, but nobody waits."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.machine = SystemClock()
        self.now, self.monotonic = self.machine.now, self.machine.monotonic

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@asynccontextmanager
async def working(
    database: Database, handle: Handle, *, clock: Soon | None = None, owner: str = "one", **settings: object
) -> AsyncIterator[tuple[Incoming, list[tuple[str, Exception]]]]:
    """A worker that runs as long as this lasts, and what it dropped."""
    dropped: list[tuple[str, Exception]] = []

    async def on_dropped(given: Delivery, error: Exception) -> None:
        dropped.append((given.key, error))

    incoming = Incoming(
        database=database,
        handle=handle,
        on_dropped=on_dropped,
        clock=clock or Soon(),
        owner=owner,
        settings=IncomingSettings(poll=0.05, **settings),
    )
    running = asyncio.create_task(incoming.run())
    try:
        yield incoming, dropped
    finally:
        incoming.stop()
        await running


async def until(database: Database, **wanted: str) -> None:
    """Wait until the rows are so."""
    async with asyncio.timeout(10):
        while await states(database) != wanted:
            await database.wait_for_hint(["inbox"], 0.02)
