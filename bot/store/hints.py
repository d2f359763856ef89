"""Hints that something may have changed, so that polls can be rare. Some are lost or doubled: polling is the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, final

from bot.clock import Clock

if TYPE_CHECKING:
    from bot.store.listening import Listening

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
    """Who waits for hints in this process; on PostgreSQL those of other processes are heard too."""

    def __init__(self, listening: Listening | None) -> None:
        self._listening = listening
        self._subscriptions: set[Subscription] = set()

    def join(self, subscription: Subscription) -> None:
        self._subscriptions.add(subscription)

    def leave(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)

    def ring(self, topic: str) -> None:
        for subscription in self._subscriptions:
            subscription.ring(topic)

    async def listen(self) -> None:
        """Hear other processes, again where the connection was lost. Raises nothing: the next poll will say so."""
        if self._listening is not None:
            await self._listening.listen(CHANNEL, self.ring)

    async def close(self) -> None:
        if self._listening is not None:
            await self._listening.close()
