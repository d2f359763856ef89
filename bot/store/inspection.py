"""A database looked at from outside: nothing is migrated or written, and a bot that uses it is not disturbed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.store import engines
from bot.store.database import Database
from bot.store.errors import StoreInUse, StoreRefused, connecting, gone, translated
from bot.store.hints import Hints
from bot.store.migrating import is_current
from bot.store.placement import MOUNTS, only_process, refuse_network
from bot.store.sealing import Keyring
from bot.text import text


class Standing(StrEnum):
    """Absent: the first start makes it. Old: the next start brings it up to date. In use: a bot runs on it now."""

    ABSENT = "absent"
    OLD = "old"
    CURRENT = "current"
    IN_USE = "in use"


async def inspect(address: str, *, mounts: Path = MOUNTS) -> Standing:
    """Open it and look. Raises `StoreUnavailable`, `NetworkFileSystem`, or `NewerStore` for one of a newer version."""
    url = engines.parse(address)
    if url.get_backend_name() != "sqlite":
        return await _look(engines.postgresql(url))
    path = engines.sqlite_path(url)
    refuse_network(path, mounts)
    if not path.exists():
        return Standing.ABSENT
    try:
        with only_process(path):
            return await _look(engines.sqlite_readers(url.set(database=str(path))))
    except StoreInUse:
        return Standing.IN_USE


@asynccontextmanager
async def open_to_look(address: str, *, keyring: Keyring, clock: Clock) -> AsyncIterator[Database]:
    """A database that can only be read, also while a bot uses it: SQLite's own locks allow readers beside a writer.

    Raises `StoreGone` if there is none, `StoreRefused` for tables that are not of this version.
    """
    url = engines.parse(address)
    path = engines.sqlite_path(url) if url.get_backend_name() == "sqlite" else None
    if path is not None and not path.exists():
        raise gone(str(path))
    reader = (
        engines.sqlite_readers(url.set(database=str(path)))
        if path is not None
        else engines.postgresql(url).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    )
    try:
        if await _standing_of(reader) is not Standing.CURRENT:
            raise StoreRefused(
                text("The tables of the database are of an older version."),
                next=text("Start the bot once, or use the version that made them."),
            )
        yield Database(writer=reader, reader=reader, path=path, hints=Hints(None), keyring=keyring, clock=clock)
    finally:
        await reader.dispose()


async def _look(engine: AsyncEngine) -> Standing:
    try:
        return await _standing_of(engine)
    finally:
        await engine.dispose()


async def _standing_of(engine: AsyncEngine) -> Standing:
    with connecting(), translated():
        async with engine.connect() as connection:
            return await connection.run_sync(_standing)


def _standing(connection: Connection) -> Standing:
    return Standing.CURRENT if is_current(connection) else Standing.OLD
