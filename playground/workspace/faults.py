"""What goes wrong on purpose: the next calls of a method answer 429, 500, an error, never, or lose their connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`kind` is rate_limit, status, error, hang, drop (before it takes effect) or lose_answer (after it)."""

    kind: str
    status: int = 500
    error: str = ""
    retry_after: int = 1


@final
class Faults:
    """Faults by method; each is used up by one call. Method `*` stands for any call, `response_url` for the hooks."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = {}
        self._released = asyncio.Event()

    def add(self, method: str, fault: Fault, *, times: int = 1) -> None:
        self._waiting.setdefault(method, deque()).extend([fault] * times)

    def rate_limit(self, method: str, *, times: int = 1, retry_after: int = 1) -> None:
        self.add(method, Fault(kind="rate_limit", retry_after=retry_after), times=times)

    def status(self, method: str, status: int = 500, *, times: int = 1) -> None:
        self.add(method, Fault(kind="status", status=status), times=times)

    def error(self, method: str, error: str, *, times: int = 1) -> None:
        self.add(method, Fault(kind="error", error=error), times=times)

    def hang(self, method: str, *, times: int = 1) -> None:
        """The call waits, without effect, until `release` and is then answered 503."""
        self.add(method, Fault(kind="hang"), times=times)

    def drop(self, method: str, *, times: int = 1) -> None:
        self.add(method, Fault(kind="drop"), times=times)

    def lose_answer(self, method: str, *, times: int = 1) -> None:
        """The call takes effect, then the connection breaks: the trap for whoever sends again without looking."""
        self.add(method, Fault(kind="lose_answer"), times=times)

    def clear(self) -> None:
        self._waiting.clear()

    def release(self) -> None:
        """Let go of all hanging calls."""
        self._released.set()
        self._released = asyncio.Event()

    async def hanging(self) -> None:
        await self._released.wait()

    def take(self, method: str) -> Fault | None:
        names: Sequence[str] = (method, "*")
        for name in names:
            if waiting := self._waiting.get(name):
                return waiting.popleft()
        return None
