"""What goes wrong on purpose: slow, refused, cut or silent answers, and answers that get lost after the deed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, final

from playground.cluster.problems import Problem

REASONS: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


@dataclass(kw_only=True)
class Fault:
    """Meets the next `times` requests whose method, verb and path fit; an empty condition fits all."""

    kind: str
    times: int
    verb: str = ""
    path: str = ""
    seconds: float = 0.0
    problem: Problem | None = None

    def fits(self, verb: str, path: str) -> bool:
        return self.times > 0 and self.verb in ("", verb) and self.path in path


@final
@dataclass
class Faults:
    """`verb` is the API's own (`get`, `list`, `watch`, `create`, `patch`, …), `path` a part of the address."""

    waiting: list[Fault] = field(default_factory=list)
    _thawed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._thawed.set()

    def delay(self, seconds: float, *, times: int = 1, verb: str = "", path: str = "") -> None:
        """The request waits before anything is done; a write whose `timeout` passes meanwhile is not done."""
        self.waiting.append(Fault(kind="delay", seconds=seconds, times=times, verb=verb, path=path))

    def answer(
        self,
        status: int,
        *,
        times: int = 1,
        verb: str = "",
        path: str = "",
        reason: str = "",
        message: str = "",
        retry_after: int = 0,
    ) -> None:
        """The request is refused with this status and nothing is done."""
        wording = message or f"the simulated cluster was told to answer {status}"
        problem = Problem(status, reason or REASONS.get(status, ""), wording, details={}, retry_after=retry_after)
        self.waiting.append(Fault(kind="answer", problem=problem, times=times, verb=verb, path=path))

    def drop(self, *, times: int = 1, verb: str = "", path: str = "") -> None:
        """The connection is cut before anything is done."""
        self.waiting.append(Fault(kind="drop", times=times, verb=verb, path=path))

    def lose_answer(self, *, times: int = 1, verb: str = "", path: str = "") -> None:
        """It is done, and the connection is cut instead of an answer."""
        self.waiting.append(Fault(kind="lose_answer", times=times, verb=verb, path=path))

    @contextmanager
    def freeze(self) -> Iterator[None]:
        """Connections are taken and nothing is answered, watches are silent; afterwards all goes on."""
        self._thawed.clear()
        try:
            yield
        finally:
            self._thawed.set()

    @property
    def frozen(self) -> bool:
        return not self._thawed.is_set()

    async def thawed(self) -> None:
        await self._thawed.wait()

    def take(self, kind: str, verb: str, path: str) -> Fault | None:
        """The first fault of this kind that fits, used up by once."""
        found = next((each for each in self.waiting if each.kind == kind and each.fits(verb, path)), None)
        if found is not None:
            found.times -= 1
            self.waiting = [each for each in self.waiting if each.times > 0]
        return found

    def clear(self) -> None:
        self.waiting.clear()
