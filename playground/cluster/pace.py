"""Time in the cluster: the clock of whoever starts it, and pods that may be faster than real ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol, final


class Clock(Protocol):
    """`now` is aware UTC; `sleep` takes seconds. `bot.clock.Clock` and the workspace's clocks are such."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


@final
class Pace:
    """`moment` and `sleep` are in the cluster's own seconds, `speed` of which pass in one of the clock's.

    Written times are the clock's: whoever reads them compares with a clock that knows of no speed.
    """

    def __init__(self, clock: Clock, speed: float = 1.0) -> None:
        self.clock, self._speed = clock, speed
        self._since, self._passed = clock.now(), 0.0

    @property
    def speed(self) -> float:
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        """From now on; what has passed stays as it was."""
        self._passed = self.moment()
        self._since, self._speed = self.clock.now(), speed

    def stamp(self) -> str:
        """Now, as `metav1.Time` is written."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def stamp_after(self, seconds: float) -> str:
        later = self.clock.now().timestamp() + seconds
        return datetime.fromtimestamp(later, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def micro_stamp(self) -> str:
        """Now, as `metav1.MicroTime` is written."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def moment(self) -> float:
        """Seconds of the cluster since it began."""
        return self._passed + (self.clock.now() - self._since).total_seconds() * self._speed

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds / self.speed)
