"""How long is left of what has to last a while, in the cluster's exact seconds: written times have whole ones only."""

from __future__ import annotations

from datetime import datetime
from typing import final

from playground.cluster.pace import Pace

Key = tuple[str, str]


@final
class Waits:
    """Of a wait that began in another process only its written time is known."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._began: dict[Key, float] = {}

    def begin(self, key: Key) -> None:
        self._began[key] = self._pace.moment()

    def left(self, key: Key, seconds: float, *, since: str = "", until: str = "") -> float:
        """Cluster seconds; nothing is left when it is zero or less."""
        if key not in self._began:
            ago = self._ago(since) if since else seconds + self._ago(until)
            self._began[key] = self._pace.moment() - ago
        return self._began[key] + seconds - self._pace.moment()

    def _ago(self, stamp: str) -> float:
        return (self._pace.clock.now() - datetime.fromisoformat(stamp)).total_seconds() * self._pace.speed
