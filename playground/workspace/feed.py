"""Everything that changes is told here once: to server-sent events, and to tests that wait for a condition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TypeVar, final

from playground.workspace.wire import Json

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something happened; `audience` are the person ids that may know of it (None: everyone at the keyboard)."""

    type: str
    audience: frozenset[str] | None = None
    details: Json = field(default_factory=dict)

    def for_reader(self, person_id: str | None) -> bool:
        return person_id is None or self.audience is None or person_id in self.audience


@final
class Feed:
    """Fans changes out to readers; a reader that stops reading holds nobody up."""

    def __init__(self) -> None:
        self._readers: set[asyncio.Queue[Change | None]] = set()
        self._waiters: set[asyncio.Future[None]] = set()
        self.closed = False

    def tell(self, type: str, *, audience: frozenset[str] | None = None, **details: object) -> None:
        change = Change(type=type, audience=audience, details=dict(details))
        for reader in self._readers:
            reader.put_nowait(change)
        self._wake()

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def close(self) -> None:
        """End every reader's stream."""
        self.closed = True
        for reader in self._readers:
            reader.put_nowait(None)
        self._wake()

    def subscribe(self, *, alive_every: float | None = None) -> AsyncIterator[Change]:
        """Changes from this call on, not only from the first read; ends when the feed closes.

        After `alive_every` quiet seconds a change `alive` is given, so that a reader who is gone is noticed.
        """
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        self._readers.add(queue)
        return self._read(queue, alive_every)

    async def _read(self, queue: asyncio.Queue[Change | None], alive_every: float | None) -> AsyncIterator[Change]:
        try:
            while not self.closed:
                try:
                    async with asyncio.timeout(alive_every):
                        change = await queue.get()
                except TimeoutError:
                    change = Change(type="alive")
                if change is None:
                    return
                yield change
        finally:
            self._readers.discard(queue)

    async def wait_for(self, condition: Callable[[], T], seconds: float) -> T:
        """The first true value of `condition`, asked again after each change; TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            while not (value := condition()):
                waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiters.add(waiter)
                try:
                    await waiter
                finally:
                    self._waiters.discard(waiter)
        return value
