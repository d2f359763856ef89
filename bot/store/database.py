"""The database of an installation: its transactions, its clock and its hints."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self, final

from sqlalchemy import ColumnElement, CursorResult, Executable, Interval, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.clock import Clock
from bot.store import engines, migrating
from bot.store.columns import UtcTime
from bot.store.errors import connecting, gone, not_storable, translated
from bot.store.hints import CHANNEL, Hints, Subscription
from bot.store.placement import MOUNTS, identity, only_process, refuse_network
from bot.store.sealing import Keyring

Dialect = Literal["sqlite", "postgresql"]


@final
@dataclass(frozen=True, kw_only=True)
class Transaction:
    """What every function of the store takes first. Whoever opened it commits it; all or nothing of it is stored."""

    connection: AsyncConnection
    dialect: Dialect
    keyring: Keyring
    clock: Clock
    topics: set[str] = field(default_factory=set)

    async def execute(self, statement: Executable, rows: Any = None) -> CursorResult[*tuple[Any, ...]]:
        try:
            result = await self.connection.execute(statement, rows)
        except (UnicodeEncodeError, OverflowError) as error:
            # The drivers' own, from before the database was asked: half a surrogate pair, a number of over 64 bits.
            raise not_storable() from error
        if not isinstance(result, CursorResult):
            raise TypeError("a statement of ours always has a cursor")
        return result

    def notify(self, topic: str) -> None:
        """Hint at a topic when, and only if, this commits."""
        self.topics.add(topic)

    def after(self, seconds: float = 0) -> ColumnElement[datetime]:
        """The moment that many seconds from now by the clock that leases use.

        On PostgreSQL the database's own clock, not the transaction's start: replicas' clocks differ, and a transaction
        can stall. One process alone may use its own.
        """
        if self.dialect == "sqlite":
            return literal(self.clock.now() + timedelta(seconds=seconds), UtcTime)
        return func.clock_timestamp(type_=UtcTime) + cast(timedelta(seconds=seconds), Interval)

    def span(self, seconds: float = 0) -> datetime | timedelta:
        """The same moment as a parameter, for `bot.store.prepared.moment`."""
        span = timedelta(seconds=seconds)
        return self.clock.now() + span if self.dialect == "sqlite" else span


@final
class Database:
    """Opened by `Database.open`; closed by leaving it."""

    def __init__(
        self,
        *,
        writer: AsyncEngine,
        reader: AsyncEngine,
        path: Path | None,
        hints: Hints,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self.dialect: Dialect = "postgresql" if path is None else "sqlite"
        self.path = path
        self._writer = writer
        self._reader = reader
        self._keyring = keyring
        self._clock = clock
        self._hints = hints
        self._writing = asyncio.Lock()
        self._file = identity(path) if path is not None and path.exists() else None

    @classmethod
    @asynccontextmanager
    async def open(
        cls, address: str, *, keyring: Keyring, clock: Clock, max_pages: int | None = None, mounts: Path = MOUNTS
    ) -> AsyncIterator[Self]:
        """Open `sqlite:///path` or `postgresql://…` and bring its tables up to date.

        `max_pages` bounds a SQLite file, in pages of 4 KiB. `mounts` is Linux' table of mounts.

        Raises `StoreRefused` (of which `StoreInUse`, `NetworkFileSystem`, `NewerStore`) or `StoreUnavailable`.
        """
        url = engines.parse(address)
        async with AsyncExitStack() as stack:
            if url.get_backend_name() == "sqlite":
                path = engines.sqlite_path(url)
                refuse_network(path, mounts)
                engines.refuse_foreign(path)
                stack.enter_context(only_process(path))
                url = url.set(database=str(path))
                writer = engines.sqlite_writer(url, max_pages=max_pages)
                reader = engines.sqlite_readers(url)
                hints = Hints(None)
            else:
                writer = engines.postgresql(url)
                reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                from bot.store.listening import Listening  # its driver is not installed where SQLite is enough

                path, hints = None, Hints(Listening(writer))
            database = cls(writer=writer, reader=reader, path=path, hints=hints, keyring=keyring, clock=clock)
            stack.push_async_callback(database._close)
            await database._migrate()
            yield database

    async def _migrate(self) -> None:
        async with self._begin(self._writer) as connection:
            await connection.run_sync(migrating.upgrade)
        if self.path is not None:
            self._file = identity(self.path)

    async def _close(self) -> None:
        await self._hints.close()
        await self._writer.dispose()
        await self._reader.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Read and write; commits at the end, rolls back on any error. On SQLite one at a time, in order of asking."""
        async with AsyncExitStack() as stack:
            if self.dialect == "sqlite":
                await stack.enter_async_context(self._writing)
            self._check_file()
            async with self._begin(self._writer) as connection:
                tx = self._transaction(connection)
                yield tx
                if self.dialect == "postgresql":
                    for topic in sorted(tx.topics):
                        await connection.execute(select(func.pg_notify(CHANNEL, topic)))
                self._check_file()
        for topic in tx.topics:
            self._hints.ring(topic)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """One unchanging picture of the database, in which nothing can be written. Waits for no writer."""
        self._check_file()
        async with self._begin(self._reader) as connection:
            yield self._transaction(connection)

    @asynccontextmanager
    async def _begin(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        # The outer one is for the closing: a connection that died takes no rollback either.
        with translated():
            async with AsyncExitStack() as stack:
                with connecting():
                    connection = await stack.enter_async_context(engine.connect())
                    await connection.begin()
                with translated():
                    yield connection
                    await connection.commit()

    def _transaction(self, connection: AsyncConnection) -> Transaction:
        return Transaction(connection=connection, dialect=self.dialect, keyring=self._keyring, clock=self._clock)

    def _check_file(self) -> None:
        if self.path is not None and identity(self.path) != self._file:
            raise gone(str(self.path))

    async def now(self, tx: Transaction) -> datetime:
        """The clock that leases use: the database's on PostgreSQL, ours on SQLite."""
        if self.dialect == "sqlite":
            return self._clock.now()
        now: datetime = (await tx.execute(select(tx.after()))).scalar_one()
        return now

    def subscribe(self, *topics: str) -> Subscription:
        """Hints on these topics, to be used in a `with`: none between two waits is lost."""
        return Subscription(self._hints, topics, self._clock)

    async def wait_for_hint(self, topics: Iterable[str], seconds: float) -> bool:
        """Whether a hint on one of the topics came within that time; what came before is not seen."""
        with self.subscribe(*topics) as subscription:
            return await subscription.wait(seconds)
