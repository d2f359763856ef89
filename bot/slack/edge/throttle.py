"""How much one person may ask in a minute: counted in memory, because it protects this process and nothing else."""

from __future__ import annotations

from collections import deque
from typing import Final, final

from bot.clock import Clock

MINUTE: Final = 60.0


@final
class Throttle:
    """A sliding minute for each person; who is quiet is forgotten."""

    def __init__(self, *, clock: Clock, limit: int) -> None:
        self._clock, self._limit = clock, limit
        self._asked: dict[str, deque[float]] = {}

    def admits(self, user: str) -> bool:
        """Count one asking; false if it is one too many."""
        now = self._clock.monotonic()
        asked = self._asked.setdefault(user, deque())
        while asked and asked[0] <= now - MINUTE:
            asked.popleft()
        if len(asked) >= self._limit:
            return False
        asked.append(now)
        if len(self._asked) > 1_000:
            self._asked = {who: times for who, times in self._asked.items() if times and times[-1] > now - MINUTE}
        return True
