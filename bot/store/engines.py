"""SQLAlchemy engines, set up so that a commit is on the disk and a transaction is what it says."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, event
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.store.errors import StoreRefused
from bot.store.inline_sqlite import DRIVER
from bot.text import text

READERS: Final = 4
CONNECTIONS: Final = 10
WAIT_SECONDS: Final = 5
RECOVERY_SECONDS: Final = 1
"""How long a reader waits, in place, for another process that recovers the file after a crash."""

COMMAND_SECONDS: Final = 10
"""Longer than any statement of ours takes; verification and export read in pages."""


_MAGIC: Final = b"SQLite format 3\x00"
"""https://www.sqlite.org/fileformat.html#the_database_header"""


def parse(address: str) -> URL:
    """`sqlite:///path` or `postgresql://…` with our drivers, whatever driver it names.

    Raises `StoreRefused`, never with the password in it.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise _wrong_address() from None
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            return url.set(drivername=DRIVER)
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+asyncpg")
        case _:
            raise _wrong_address()


def _wrong_address() -> StoreRefused:
    return StoreRefused(
        text("The address of the database cannot be used."),
        next=text("Write sqlite:///path/to/file or postgresql://user@host/database."),
    )


def sqlite_writer(url: URL, *, max_pages: int | None) -> AsyncEngine:
    """One connection that writes. `max_pages` bounds the file (pages of 4 KiB)."""
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"]
    if max_pages is not None:
        pragmas.append(f"max_page_count={max_pages}")
    return _sqlite(url, pragmas, begin="BEGIN IMMEDIATE", connections=1)


def sqlite_readers(url: URL) -> AsyncEngine:
    """A few connections that cannot write; in WAL mode they neither wait for the writer nor hold it up."""
    return _sqlite(url, ["query_only=ON"], begin="BEGIN", connections=READERS, timeout=RECOVERY_SECONDS)


def _sqlite(url: URL, pragmas: list[str], *, begin: str, connections: int, timeout: float = 0) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        begin=begin,
        wait_seconds=WAIT_SECONDS,
        connect_args={"timeout": timeout},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return engine


def postgresql(url: URL) -> AsyncEngine:
    """A pool whose connections give up a statement, a lock or a stalled transaction by themselves."""
    engine = create_async_engine(
        url,
        pool_size=CONNECTIONS + 1,  # one listens for hints
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        connect_args={
            "timeout": WAIT_SECONDS,
            "command_timeout": COMMAND_SECONDS,
            "server_settings": {
                "application_name": "kajitori",
                "timezone": "UTC",
                "lock_timeout": f"{WAIT_SECONDS}s",
                "idle_in_transaction_session_timeout": "60s",
            },
        },
    )

    @event.listens_for(engine.sync_engine, "checkout")
    def alive(connection: Any, _record: object, _proxy: object) -> None:
        # After a failover every connection that waits in the pool is dead: nobody is told so once for each of them.
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError

    return engine


def sqlite_path(url: URL) -> Path:
    """The file that a SQLite address names."""
    return Path(url.database or "").absolute()


def refuse_foreign(path: Path) -> None:
    """Raise `StoreRefused` if an existing file is no SQLite database, before anything is written into or beside it."""
    if not path.is_file() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise StoreRefused(
                text("This file is not a SQLite database."),
                target=str(path),
                next=text("Write sqlite:///path/to/file or postgresql://user@host/database."),
            )
