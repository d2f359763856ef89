"""Time and chance come in from outside, so that a test can set them and nothing decides by a hidden clock."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import UTC, datetime
from typing import Protocol, final


class Clock(Protocol):
    """`now` is aware UTC for people and records; `monotonic` (seconds, counts suspend) for deadlines in a process."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


@final
class SystemClock:
    """The machine's clock. `monotonic` uses CLOCK_BOOTTIME where there is one: a suspended host keeps no lease."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        boottime = getattr(time, "CLOCK_BOOTTIME", None)
        return time.clock_gettime(boottime) if boottime is not None else time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Tokens(Protocol):
    """Ids and jitter."""

    def hex(self, size: int = 16) -> str: ...

    def fraction(self) -> float: ...


@final
class SystemTokens:
    """Unguessable ids from the operating system."""

    def hex(self, size: int = 16) -> str:
        return secrets.token_hex(size)

    def fraction(self) -> float:
        return secrets.randbelow(1_000_000) / 1_000_000
