"""Hints that something may have changed, so that polls can be rare. Some are lost or doubled: polling is the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, final

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

CHANNEL: Final = "kajitori"


@final
class Subscription:
    """Hints on some topics from the moment it was made; those that come between two waits are kept.

    Poll first, then wait, and nothing is missed.
    """

    def __init__(self, hints: Hints, topics: Iterable[str], clock: Clock) -> None:
        self._hints = hints
        self._clock = clock
        self._topics = frozenset(topics)
        self._rung = asyncio.Event()

    def ring(self, topic: str) -> None:
        if topic in self._topics:
            self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Whether a hint came within that time, by the clock that what is due goes by."""
        await self._hints.listen()
        ringing, late = asyncio.ensure_future(self._rung.wait()), asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({ringing, late}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ringing.cancel()
            late.cancel()
            await asyncio.gather(ringing, late, return_exceptions=True)
        rung = self._rung.is_set()
        self._rung.clear()
        return rung

    def __enter__(self) -> Self:
        self._hints.join(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hints.leave(self)


@final
class Hints:
    """Who waits for hints in this process, and on PostgreSQL the connection that hears those of other processes."""

    def __init__(self, listener: AsyncEngine | None) -> None:
        self._engine = listener
        self._subscriptions: set[Subscription] = set()
        self._held: AsyncConnection | None = None
        self._listening: asyncpg.Connection[Any] | None = None
        self._connecting = asyncio.Lock()

    def join(self, subscription: Subscription) -> None:
        self._subscriptions.add(subscription)

    def leave(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)

    def ring(self, topic: str) -> None:
        for subscription in self._subscriptions:
            subscription.ring(topic)

    async def listen(self) -> None:
        """Have a listening connection again. A database that is gone gives no hints; the next poll will say so."""
        if self._engine is None:
            return
        async with self._connecting:
            if self._listening is not None and not self._listening.is_closed():
                return
            try:
                await self.close()
                await self._connect(self._engine)
            except (OSError, TimeoutError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self.close()

    async def _connect(self, engine: AsyncEngine) -> None:
        self._held = await engine.connect()
        raw = await self._held.get_raw_connection()
        listening: asyncpg.Connection[Any] | None = raw.driver_connection
        if listening is None:
            raise asyncpg.InterfaceError("no connection")
        await listening.add_listener(CHANNEL, self._heard)
        self._listening = listening

    def _heard(self, connection: object, pid: int, channel: str, topic: object) -> None:
        self.ring(str(topic))

    async def close(self) -> None:
        """Give the connection up; it goes back to nobody, for it still listens."""
        held, self._held, self._listening = self._held, None, None
        if held is not None:
            await held.invalidate()
            await held.close()
