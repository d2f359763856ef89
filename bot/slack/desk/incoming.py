"""The inbox worked on: a bounded number at once, each person's in order, each delivery until it is done or given up.

A delivery is ended in the transaction of its effects, so a crash before the commit means that it is handled again and
one after it that it is not. Nothing here knows what a delivery asks for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, final

import msgspec
import structlog

from bot.clock import Clock
from bot.errors import Unavailable
from bot.slack import texts
from bot.slack.edge.deliveries import Delivery
from bot.slack.edge.reception import decode_delivery
from bot.store import inbox
from bot.store.database import Database, Transaction
from bot.store.errors import LeaseLost

LOG: Final = structlog.get_logger("inbox")
LANES: Final = ("people", "events")
FIRST_PAUSE: Final = 0.5
"""Seconds before a failed delivery is put back; doubled each time."""

Done = Callable[[Transaction], Awaitable[None]]
"""Ends the delivery in the handler's own transaction. Raises `LeaseLost`, and then nothing of it may be kept."""

Handle = Callable[[Delivery, Done], Awaitable[None]]
"""Works on one delivery. Returning without having called its `Done` means that there was nothing to store."""

OnDropped = Callable[[Delivery, Exception], Awaitable[None]]
"""Tells whoever waits that their delivery failed for good. It may be called twice for one, and never for none."""


@dataclass(frozen=True, kw_only=True)
class IncomingSettings:
    """Times in seconds. `lease` exceeds `timeout`, so that nobody else begins what a living handler still does.

    `held`: how many may be leased and wait for their person's earlier ones; `poll`: how long a lost hint is waited for.
    """

    at_once: int = 32
    held: int = 256
    attempts: int = 5
    timeout: float = 30.0
    lease: float = 60.0
    poll: float = 2.0
    drain: float = 30.0


@dataclass(frozen=True, kw_only=True)
class _Leased:
    """`delivery` is `None` for a row that cannot be read."""

    row: inbox.Delivery
    delivery: Delivery | None


@final
@dataclass(kw_only=True)
class Incoming:
    """`run` works until `stop`, and returns when what was begun has ended. `owner` names this process.

    Each person has one delivery worked on at a time, in order of arrival within this process; one that failed is put
    back and may be overtaken.
    """

    database: Database
    handle: Handle
    on_dropped: OnDropped
    clock: Clock
    owner: str
    settings: IncomingSettings = field(default_factory=IncomingSettings)

    def __post_init__(self) -> None:
        self._queues: dict[str, deque[_Leased]] = {}
        self._waiting: dict[int, _Leased] = {}
        self._room = asyncio.Semaphore(self.settings.at_once)
        self._hints = self.database.subscribe(inbox.TOPIC)
        self._stopping = False
        self._renewed_at = self.clock.monotonic()

    def stop(self) -> None:
        """Begin nothing more. What is leased and not begun is let go."""
        self._stopping = True
        self._hints.ring(inbox.TOPIC)

    async def run(self) -> None:
        workers: set[asyncio.Task[None]] = set()
        with self._hints:
            async with asyncio.TaskGroup() as group:
                while not self._stopping:
                    if not await self._round(group, workers):
                        await self._hints.wait(self.settings.poll)
                await self._let_go()
                if workers:
                    _, late = await asyncio.wait(workers, timeout=self.settings.drain)
                    for task in late:
                        task.cancel()

    async def _round(self, group: asyncio.TaskGroup, workers: set[asyncio.Task[None]]) -> bool:
        """Claim and begin; whether there was anything. A store that is gone is asked again after the next poll."""
        try:
            await self._renew()
            claimed = await self._claim()
        except Unavailable as error:
            LOG.warning("inbox_unreachable", why=type(error).__name__)
            return False
        for row in claimed:
            who = self._queue(row)
            if who is not None:
                task = group.create_task(self._work(who), name="inbox-person")
                workers.add(task)
                task.add_done_callback(workers.discard)
        return bool(claimed)

    async def _claim(self) -> tuple[inbox.Delivery, ...]:
        limit = min(self.settings.held - len(self._waiting), self.settings.at_once)
        if limit <= 0:
            return ()
        async with self.database.transaction() as tx:
            return await inbox.claim(tx, limit, self.owner, self.settings.lease, lanes=LANES)

    async def _renew(self) -> None:
        """What waits for its person's earlier ones stays ours; what somebody else took meanwhile is forgotten."""
        if self.clock.monotonic() - self._renewed_at < self.settings.lease / 4:
            return
        rows = [each.row for each in self._waiting.values()]
        if rows:
            async with self.database.transaction() as tx:
                ours = await inbox.renew(tx, rows, self.settings.lease)
            for row in rows:
                if row.id not in ours:
                    self._waiting.pop(row.id, None)
        self._renewed_at = self.clock.monotonic()

    def _queue(self, row: inbox.Delivery) -> str | None:
        """Put a delivery behind its person's; the person, if nobody works for them yet."""
        leased = _Leased(row=row, delivery=_read(row))
        who = (leased.delivery.user if leased.delivery else "") or row.key
        self._waiting[row.id] = leased
        begun = who in self._queues
        self._queues.setdefault(who, deque()).append(leased)
        return None if begun else who

    async def _work(self, who: str) -> None:
        """All deliveries of one person, one after the other, as long as there are any."""
        queue = self._queues[who]
        while queue:
            async with self._room:
                leased = queue.popleft()
                if self._waiting.get(leased.row.id) is not leased:
                    continue
                del self._waiting[leased.row.id]
                error = await self._attempt(leased)
            if error is not None:
                await self._put_back(leased)
            if len(self._waiting) < self.settings.held:
                self._hints.ring(inbox.TOPIC)
        del self._queues[who]

    async def _attempt(self, leased: _Leased) -> Exception | None:
        """Handle it once. An error that is returned has to be followed by another attempt."""
        row, delivery, ended = leased.row, leased.delivery, False

        async def done(tx: Transaction) -> None:
            nonlocal ended
            await inbox.done(tx, row)
            ended = True

        if delivery is None or row.attempts > self.settings.attempts:
            await self._give_up(leased, Unavailable(texts.GIVEN_UP, next=texts.ASK_OPERATORS))
            return None
        try:
            async with asyncio.timeout(self.settings.timeout):
                await self.handle(delivery, done)
                if not ended:
                    async with self.database.transaction() as tx:
                        await inbox.done(tx, row)
        except LeaseLost:
            LOG.warning("delivery_taken_over", kind=row.kind)
        except Unavailable as error:
            LOG.warning("delivery_postponed", kind=row.kind, attempt=row.attempts, why=type(error).__name__)
            return await self._failed(leased, error)
        except Exception as error:
            LOG.exception("delivery_failed", kind=row.kind, attempt=row.attempts)
            return await self._failed(leased, error)
        return None

    async def _failed(self, leased: _Leased, error: Exception) -> Exception | None:
        if leased.row.attempts < self.settings.attempts:
            return error
        await self._give_up(leased, error)
        return None

    async def _give_up(self, leased: _Leased, error: Exception) -> None:
        """Tell first: a person who is told twice is better off than one who waits for ever."""
        LOG.error("delivery_dropped", kind=leased.row.kind, readable=leased.delivery is not None)
        try:
            if leased.delivery is not None:
                await self.on_dropped(leased.delivery, error)
        except Exception:
            LOG.exception("drop_not_told", kind=leased.row.kind)
        await self._leave(leased, inbox.give_up)

    async def _put_back(self, leased: _Leased) -> None:
        await self.clock.sleep(FIRST_PAUSE * 2 ** (leased.row.attempts - 1))
        await self._leave(leased, inbox.release)

    async def _let_go(self) -> None:
        waiting, self._waiting = list(self._waiting.values()), {}
        for leased in waiting:
            await self._leave(leased, partial(inbox.release, begun=False))

    async def _leave(self, leased: _Leased, leaving: Callable[[Transaction, inbox.Delivery], Awaitable[None]]) -> None:
        """A store that does not answer, or another worker, leaves the rest to the lease."""
        try:
            async with self.database.transaction() as tx:
                await leaving(tx, leased.row)
        except (LeaseLost, Unavailable) as error:
            LOG.warning("delivery_not_left", kind=leased.row.kind, why=type(error).__name__)


def _read(row: inbox.Delivery) -> Delivery | None:
    try:
        return decode_delivery(row.body)
    except msgspec.MsgspecError:
        return None
