"""A service that is up, what tests turn of it, and its loops: half a bot is worse than none, so one ends them all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, final

import structlog

from bot.clock import Clock, SystemClock, SystemTokens, Tokens
from bot.requests.services import Services
from bot.slack.edge.app import RECORDING_SECONDS

LOG: Final = structlog.get_logger("app")
DRAIN_SECONDS: Final = 20.0
"""How long running attempts are waited for at the end; Kubernetes kills after thirty."""


End = Callable[[], Awaitable[None]]
"""How a loop is told to end in its own way."""


def _nowhere(label: str) -> None:
    """Outside the fault tests nothing happens at the labelled points."""


@dataclass(frozen=True, kw_only=True)
class Knobs:
    """What tests turn: clock and chance, the labelled points, and times in seconds: `recording` is the edge's."""

    clock: Clock = field(default_factory=SystemClock)
    tokens: Tokens = field(default_factory=SystemTokens)
    point: Callable[[str], None] = _nowhere
    write_timeout: int | None = None
    settle: float = 5.0
    lease_ttl: float = 10.0
    recording: float = RECORDING_SECONDS


@final
@dataclass(kw_only=True)
class Running:
    """A service that is up. `stop` asks it to end; `failure` is what else ended it; `port` is of the HTTP server."""

    services: Services
    knobs: Knobs
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    failure: BaseException | None = None
    port: int = 0

    def ended(self, task: asyncio.Task[None]) -> None:
        """A loop that ends before it was asked to takes the service with it: half a bot is worse than none."""
        if not task.cancelled() and task.exception() is not None:
            self.failure = task.exception()
            LOG.error("loop_broken", loop=task.get_name(), error=", ".join(_names(self.failure)))
            self.stop.set()


def _names(error: BaseException | None) -> list[str]:
    """What broke, by kind: in a group what is in it. Never its words, which may quote what people wrote."""
    if isinstance(error, BaseExceptionGroup):
        return [name for each in error.exceptions for name in _names(each)]
    return [type(error).__name__]


@asynccontextmanager
async def looping(running: Running, name: str, work: Coroutine[Any, Any, None], end: End | None) -> AsyncIterator[None]:
    """A loop for as long as it is entered: ended in its own way where it has one, else cancelled."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(running.ended)
    try:
        yield
    finally:
        if end is not None and not task.done():
            await end()
            await asyncio.wait({task}, timeout=DRAIN_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def at_once(stop: Callable[[], None]) -> End:
    """A stop that needs no waiting, as an end."""

    async def end() -> None:
        stop()

    return end
