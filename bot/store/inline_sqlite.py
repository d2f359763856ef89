"""SQLite for SQLAlchemy's asyncio, called where it is needed instead of in a thread of its own for each connection.

A statement of ours takes 10 to 100 µs in SQLite; handing it to a thread and back, four times each, took three times as
long as all the rest. What can really wait does not hold up the event loop: the commit, whose fsync is done in a thread,
and the lock that another process may hold, which is asked for again until its time is up.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Self, final

from sqlalchemy import URL
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util import await_only

DRIVER: Final = "sqlite+inline"
AGAIN_SECONDS: Final = 0.02
_DISK: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-commit")


@final
class _Cursor(sqlite3.Cursor):
    """Takes all rows at once, so that no statement is under way when a transaction ends."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._rows: deque[Any] = deque()

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        super().execute(sql, parameters)
        self._rows = deque(super().fetchall() if self.description else ())
        return self

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows

    async def _async_soft_close(self) -> None:
        """SQLAlchemy asks this of a cursor whose rows are read outside of its greenlet."""


@final
class _Connection(sqlite3.Connection):
    began_at: int = 0
    """How many rows it had changed when its transaction began."""

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


@final
class InlineSQLite(SQLiteDialect_pysqlite):
    """`begin` opens each transaction, waiting up to `wait_seconds` for a lock that another process holds.

    Where that is a write lock, sqlite3's own `timeout` must be 0: it would wait in the event loop.
    """

    driver = "inline"
    supports_statement_cache = True
    is_async = True
    has_terminate = True

    def __init__(self, begin: str = "BEGIN", wait_seconds: float = 5, **others: Any) -> None:
        # SQLAlchemy finds its arguments for a dialect by position, so none can be for keywords only.
        super().__init__(**others)
        self._begin = begin
        self._wait_seconds = wait_seconds

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> Any:
        arguments, options = super().create_connect_args(url)
        # isolation_level: sqlite3 would begin by itself, and late.
        own = {"factory": _Connection, "check_same_thread": False, "isolation_level": None}
        return arguments, {**options, **own}

    def get_driver_connection(self, connection: Any) -> Any:
        return connection

    def do_begin(self, dbapi_connection: Any) -> None:
        await_only(self._begun(dbapi_connection))

    async def _begun(self, connection: _Connection) -> None:
        until = asyncio.get_running_loop().time() + self._wait_seconds
        while True:
            try:
                connection.execute(self._begin)
                connection.began_at = connection.total_changes
                return
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or asyncio.get_running_loop().time() > until:
                    raise
            await asyncio.sleep(AGAIN_SECONDS)

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        await_only(_called(cursor.execute, statement, parameters))

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        await_only(_called(cursor.executemany, statement, parameters))

    def do_commit(self, dbapi_connection: Any) -> None:
        if dbapi_connection.total_changes != dbapi_connection.began_at:
            await_only(_committed(dbapi_connection))
        else:
            dbapi_connection.commit()

    def do_terminate(self, dbapi_connection: Any) -> None:
        dbapi_connection.close()


async def _called(call: Callable[..., object], *arguments: object) -> None:
    """SQLAlchemy takes a driver that never awaits for a wrong one."""
    call(*arguments)


async def _committed(connection: sqlite3.Connection) -> None:
    work = asyncio.get_running_loop().run_in_executor(_DISK, connection.commit)
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        # Whoever gave up rolls back next: not on a connection that a thread still uses.
        await asyncio.wait([work])
        raise


registry.register("sqlite.inline", __name__, InlineSQLite.__name__)
