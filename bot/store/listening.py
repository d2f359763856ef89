"""The connection on which PostgreSQL tells what other processes notified (`LISTEN`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, final

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

LOST: Final = (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What a connection says that is cut; the last where it is cut just before it is asked for something."""


@final
class Listening:
    """One connection of the pool, held for as long as it lives."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._held: AsyncConnection | None = None
        self._listening: asyncpg.Connection[Any] | None = None
        self._connecting = asyncio.Lock()

    async def listen(self, channel: str, heard: Callable[[str], None]) -> None:
        """Have a listening connection again. A database that is gone gives no hints."""
        async with self._connecting:
            if self._listening is not None and not self._listening.is_closed():
                return
            try:
                await self.close()
                await self._connect(channel, heard)
            except LOST:
                with suppress(*LOST):
                    await self.close()

    async def _connect(self, channel: str, heard: Callable[[str], None]) -> None:
        self._held = await self._engine.connect()
        raw = await self._held.get_raw_connection()
        listening: asyncpg.Connection[Any] | None = raw.driver_connection
        if listening is None:
            raise asyncpg.InterfaceError("no connection")
        await listening.add_listener(channel, lambda connection, pid, name, topic: heard(str(topic)))
        self._listening = listening

    async def close(self) -> None:
        """Give the connection up; it goes back to nobody, for it still listens."""
        held, self._held, self._listening = self._held, None, None
        if held is not None:
            await held.invalidate()
            await held.close()
