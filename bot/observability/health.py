"""Is the process alive, and can it take work? Answered from what its parts last said, without asking anyone.

Alive: every loop has moved within its time; if one has not, a restart helps. Ready: alive, and every part says that it
can work. What cannot be mended by a restart (Slack or a cluster away) makes it unready, never dead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import msgspec

from bot.clock import Clock


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part's state: a word of ours (`ok`, `starting`, `stalled`, `draining`, …), never a payload or an address."""

    name: str
    ok: bool
    state: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All parts, and whether they are all well."""

    ok: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class _Beat:
    at: float
    within: float


@final
class Health:
    """What the parts say of themselves. One a process; `bot.app` hands it to those who report."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._beats: dict[str, _Beat] = {}
        self._parts: dict[str, Part] = {}

    def expect(self, part: str) -> None:
        """A part that must say `ready` before the process is."""
        self._parts.setdefault(part, Part(name=part, ok=False, state="starting"))

    def ready(self, part: str) -> None:
        """The part can work."""
        self._parts[part] = Part(name=part, ok=True, state="ok")

    def unready(self, part: str, state: str) -> None:
        """The part cannot work now; `state` is one word of ours that says why."""
        self._parts[part] = Part(name=part, ok=False, state=state)

    def forget(self, part: str) -> None:
        """The part has ended in order, or is no longer needed."""
        self._parts.pop(part, None)
        self._beats.pop(part, None)

    def beat(self, loop: str, *, within: float) -> None:
        """The loop moves. If it does not say so again `within` seconds, it counts as stalled."""
        self._beats[loop] = _Beat(self._clock.monotonic(), within)

    def alive(self) -> Report:
        """Whether every loop that ever moved still does."""
        now = self._clock.monotonic()
        return _report(
            Part(name=name, ok=now - beat.at <= beat.within, state="ok" if now - beat.at <= beat.within else "stalled")
            for name, beat in self._beats.items()
        )

    def readiness(self) -> Report:
        """Whether it is alive and all parts can work. Nothing expected yet is not ready: it is still starting."""
        alive = self.alive()
        found = _report((*alive.parts, *self._parts.values()))
        return found if self._parts else msgspec.structs.replace(found, ok=False)


def _report(parts: Iterable[Part]) -> Report:
    found = tuple(sorted(parts, key=lambda part: part.name))
    return Report(ok=all(part.ok for part in found), parts=found)
