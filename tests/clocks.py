"""A clock that stands still until a test moves it, and tokens that count."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


class HandClock:
    """`sleep` ends when the test has moved the clock far enough."""

    def __init__(self, start: datetime = datetime(2026, 11, 25, 12, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.asleep = asyncio.Event()
        """Set while somebody sleeps."""

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._passed + seconds, waiting))
        self.asleep.set()
        await waiting

    def move(self, seconds: float) -> None:
        self._passed += seconds
        for due, waiting in self._sleepers:
            if due <= self._passed and not waiting.done():
                waiting.set_result(None)
        self._sleepers = [(due, waiting) for due, waiting in self._sleepers if not waiting.done()]
        if not self._sleepers:
            self.asleep.clear()


class CountingTokens:
    """Ids that never repeat within a test."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._next = 0

    def hex(self, size: int = 16) -> str:
        self._next += 1
        return f"{self._prefix}{self._next:0{2 * size - len(self._prefix)}x}"

    def fraction(self) -> float:
        return 0.5


class RunningClock:
    """Goes by itself, `speed` times as fast as the machine's, and further when a story turns it on.

    `sleep` ends early when the clock is turned past its end.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._began, self._since = datetime.now(UTC), time.monotonic()
        self._turned = 0.0
        self._turning = asyncio.Event()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return self._turned + (time.monotonic() - self._since) * self._speed

    async def sleep(self, seconds: float) -> None:
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            turning = self._turning
            try:
                async with asyncio.timeout(left / self._speed):
                    await turning.wait()
            except TimeoutError:
                continue

    def turn_on(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """It is so much later at once."""
        self._turned += 60 * minutes + seconds
        self._turning.set()
        self._turning = asyncio.Event()
