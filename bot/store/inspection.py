"""How a database stands, for `doctor`: looked at without migrating it, and without disturbing a bot that uses it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import engines
from bot.store.errors import StoreInUse, connecting, translated
from bot.store.migrating import is_current
from bot.store.placement import MOUNTS, only_process, refuse_network


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


async def _look(engine: AsyncEngine) -> Standing:
    try:
        with connecting(), translated():
            async with engine.connect() as connection:
                return await connection.run_sync(_standing)
    finally:
        await engine.dispose()


def _standing(connection: Connection) -> Standing:
    return Standing.CURRENT if is_current(connection) else Standing.OLD
