"""A lease is renewed three times in its life, so that a database which stumbles twice costs nobody the attempt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from bot.requests.engine.holding import Held
from bot.store.database import Database, Transaction
from bot.store.errors import StoreUnavailable
from bot.text import text
from tests.clocks import HandClock
from tests.leases.requests import approved, leased

LIFE = 30.0


class Stumbling:
    """A database that fails so many transactions before it answers again."""

    def __init__(self, database: Database, failures: int) -> None:
        self.database, self.failures, self.answered = database, failures, 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable(text("gone"))
        async with self.database.transaction() as tx:
            yield tx
        self.answered += 1


async def kept(database: Database, failures: int) -> tuple[Stumbling, asyncio.Task[None], HandClock]:
    await approved(database)
    lease, clock, stumbling = await leased(database, seconds=LIFE), HandClock(), Stumbling(database, failures)
    services: Any = SimpleNamespace(clock=clock, lease_ttl=LIFE, write_timeout=5, database=stumbling)
    return stumbling, asyncio.create_task(Held(services, lease).keep()), clock


async def until_asleep(clock: HandClock, keeping: asyncio.Task[None]) -> None:
    asleep = asyncio.create_task(clock.asleep.wait())
    await asyncio.wait({asleep, keeping}, return_when=asyncio.FIRST_COMPLETED)
    asleep.cancel()


async def test_two_failures_are_outlived(database: Database) -> None:
    stumbling, keeping, clock = await kept(database, failures=2)
    for _ in range(3):
        await until_asleep(clock, keeping)
        clock.move(LIFE / 3)
    await until_asleep(clock, keeping)
    assert not keeping.done()
    assert stumbling.answered == 1
    keeping.cancel()


async def test_with_the_third_its_life_is_over_and_the_attempt_ends(database: Database) -> None:
    _, keeping, clock = await kept(database, failures=3)
    for _ in range(3):
        await until_asleep(clock, keeping)
        clock.move(LIFE / 3)
    with pytest.raises(StoreUnavailable):
        await keeping
