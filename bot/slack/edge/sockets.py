"""Socket Mode held open: several connections that live on their own, each watched and replaced before it is missed.

A click is sent once, to one connection, and is lost with it (slack.md §1.1); so there are two, opened and refreshed at
different times, and the next one is open before the last one is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, final

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock, Tokens
from bot.slack.api.errors import SlackError, TokenRefused
from bot.slack.edge.app import Slack
from bot.slack.edge.connection import Connection, Frame

LOG: Final = structlog.get_logger("slack")


class Trouble(StrEnum):
    """What an operator has to hear of."""

    LINK_DISABLED = "link_disabled"
    TOO_MANY = "too_many_websockets"
    STRANGERS = "strangers"
    NO_HELLO = "no_hello"
    STALE = "stale"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class SocketReport:
    """`ours` are the connections that are meant to be, `counted` those that Slack counts.

    More counted than ours are ghosts, or another process with our token: what goes to them is lost to us.
    """

    trouble: Trouble
    ours: int
    counted: int = 0
    why: str = ""


Report = Callable[[SocketReport], None]


@dataclass(frozen=True, kw_only=True)
class SocketSettings:
    """All times in seconds. `others`: connections that other replicas hold. `at_once`: deliveries received at a time;
    beyond them the sockets are not read, so that a flood waits at Slack and not in memory.

    `settled`: a connection that lived shorter counts as a failure, and the next one waits longer. `ping`: four without
    a pong and the connection is stale.
    """

    connections: int = 2
    others: int = 0
    stagger: float = 20.0
    hello: float = 15.0
    ping: float = 5.0
    settled: float = 30.0
    longest_pause: float = 30.0
    drain: float = 5.0
    at_once: int = 200


@final
@dataclass(kw_only=True)
class Sockets:
    """`run` holds the connections open until `close` or until Slack disabled the link; only one opens at a time."""

    slack: Slack
    client: AsyncWebClient
    app_token: str
    clock: Clock
    tokens: Tokens
    report: Report
    settings: SocketSettings = field(default_factory=SocketSettings)

    def __post_init__(self) -> None:
        self._lines: set[Connection] = set()
        self._stopping = asyncio.Event()
        self._finished = asyncio.Event()
        self._ready = asyncio.Event()
        self._opening = asyncio.Lock()
        self._room = asyncio.Semaphore(self.settings.at_once)

    @property
    def connections(self) -> int:
        """How many can receive now."""
        return sum(line.usable for line in self._lines)

    async def ready(self) -> None:
        """Wait for the first hello."""
        await self._ready.wait()

    async def run(self) -> None:
        """Returns once everything that was being received is acknowledged and closed."""
        try:
            async with asyncio.TaskGroup() as group:
                slots = [
                    group.create_task(self._slot(number), name=f"slack-socket-{number}")
                    for number in range(self.settings.connections)
                ]
                await self._stopping.wait()
                await self._drain(self._lines)
                for slot in slots:
                    slot.cancel()
        finally:
            await asyncio.gather(*(line.finish() for line in self._lines))
            self._lines.clear()
            self._finished.set()

    async def close(self) -> None:
        """Ends `run` in order and waits for its end."""
        self._stopping.set()
        await self._finished.wait()

    async def _slot(self, number: int) -> None:
        if number:
            await self._ready.wait()
            await self.clock.sleep(self.settings.stagger * number)
        failures = 0
        last: Connection | None = None
        while True:
            line = await self._open()
            if line is None:
                failures += 1
                await self._pause(failures)
                continue
            if last is not None:
                await self._retire(last)
            since = self.clock.monotonic()
            reason = await line.watch()
            failures = 0 if self.clock.monotonic() - since >= self.settings.settled else failures + 1
            self._over(line, reason)
            last = line
            if reason == Trouble.TOO_MANY:
                await self._retire(line)
                last = None
            if failures:
                await self._pause(failures)

    async def _open(self) -> Connection | None:
        line = Connection(self.app_token, client=self.client, ping_seconds=self.settings.ping, take=self._take)
        self._lines.add(line)
        try:
            async with self._opening:
                await line.open(self.settings.hello)
        except (SlackError, TimeoutError, aiohttp.ClientError) as error:
            refused = isinstance(error, TokenRefused)
            self._tell(Trouble.REFUSED if refused else Trouble.NO_HELLO, why=getattr(error, "code", "no answer"))
            await self._retire(line)
            return None
        if line.usable:
            self._ready.set()
            if line.counted > self._ours():
                self._tell(Trouble.STRANGERS, counted=line.counted)
        return line

    def _ours(self) -> int:
        return sum(line.greeted.is_set() for line in self._lines) + self.settings.others

    def _over(self, line: Connection, reason: str) -> None:
        LOG.info("socket_over", reason=reason)
        if reason in (Trouble.LINK_DISABLED, Trouble.TOO_MANY, Trouble.STALE):
            self._tell(Trouble(reason), counted=line.counted)
        if reason == Trouble.LINK_DISABLED:
            self._stopping.set()

    def _tell(self, trouble: Trouble, *, counted: int = 0, why: str = "") -> None:
        self.report(SocketReport(trouble=trouble, ours=self._ours(), counted=counted, why=why))

    async def _pause(self, failures: int) -> None:
        longest = min(self.settings.longest_pause, 2.0 ** min(failures, 10) / 2)
        await self.clock.sleep(longest * (0.5 + self.tokens.fraction() / 2))

    async def _retire(self, line: Connection) -> None:
        await self._drain({line})
        await line.finish()
        self._lines.discard(line)

    async def _drain(self, lines: set[Connection]) -> None:
        try:
            async with asyncio.timeout(self.settings.drain):
                while receiving := {task for line in lines for task in line.receiving}:
                    await asyncio.wait(receiving)
        except TimeoutError:
            LOG.warning("not_drained", receiving=sum(len(line.receiving) for line in lines))

    async def _take(self, line: Connection, frame: Frame) -> None:
        await self._room.acquire()
        task = asyncio.create_task(self._answer(line, frame), name="slack-envelope")
        line.receiving.add(task)
        task.add_done_callback(line.receiving.discard)
        task.add_done_callback(lambda _: self._room.release())

    async def _answer(self, line: Connection, frame: Frame) -> None:
        """Hand one envelope to the app and send back what it answered; what is not acknowledged comes again, or is
        told to the person by Slack."""
        request = SocketModeRequest.from_dict(frame)
        if request is None or not isinstance(request.payload, dict):
            LOG.warning("unreadable_envelope", type=str(frame.get("type")))
            return
        try:
            asked = AsyncBoltRequest(mode="socket_mode", body=request.payload, headers=build_headers(request))
            await send_async_response(line, request, await self.slack.dispatch(asked), 0.0)
        except (ConnectionError, aiohttp.ClientError) as error:
            LOG.warning("not_acknowledged", why=type(error).__name__)
        except Exception:
            LOG.exception("delivery_failed")
