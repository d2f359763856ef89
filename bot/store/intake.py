"""Taking deliveries in: stored on the disk before anyone is told so, with one commit for all that wait at a time.

One commit costs about a millisecond whether it holds one row or a hundred (group commit, as in a database's own log).

Until the acknowledgement is sent the caller may still give up, and then a person is told that nothing was done. So a
row is stored leased to its intake (`intake/<token>`), where no worker may claim it, and is let go only once a caller
has taken the answer. If all its callers gave up, or nobody knows whether the commit happened, it is taken out again,
key and all, so that the same delivery sent again is a new one. A process killed between the two leaves a row whose
lease runs out and which is then worked on: what was acknowledged is never lost.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, Self, final

from bot.clock import Clock, Tokens
from bot.errors import KajitoriError
from bot.store import arriving
from bot.store.arrivals import Arrival, Stage, check_storable
from bot.store.database import Database, Transaction
from bot.store.errors import StoreUnavailable

BATCH: Final = 500
"""Rows in one INSERT; at 1.5 kB each well below what either database takes in a statement."""

RECOUNT: Final = 1.0
"""Seconds after which waiting rows are counted again, for workers end some and other replicas store some."""

RETRY: Final = 1.0
"""Seconds between tries to let rows go, or to take them out, while the database does not answer."""


@final
class Intake:
    """Use it in an `async with`, which owns the one task that writes; leaving it stores what still waits.

    `limit` bounds the waiting deliveries of each lane: alerts have a lane, and so a bound, of their own, and a storm of
    them leaves people their room.
    """

    def __init__(self, database: Database, *, limit: int, clock: Clock, tokens: Tokens) -> None:
        self._database = database
        self._limit = limit
        self._clock = clock
        self._owner = arriving.OWNERS + tokens.hex(8)
        self._arrivals: dict[str, Arrival] = {}
        self._queue: deque[Arrival] = deque()
        self._queued: Counter[str] = Counter()
        self._keep: list[Arrival] = []
        self._drop: list[Arrival] = []
        self._waiting: Counter[str] = Counter()
        self._counted_at: float | None = None
        self._wake = asyncio.Event()
        self._closing = False
        self._stack = AsyncExitStack()
        self._pulse: asyncio.Task[None]

    async def store(self, key: str, kind: str, lane: str, body: bytes) -> bool:
        """Whether it was new; on return it is on the disk. Cancelled, or with an error, nothing of it stays stored.

        `lane` is one of `bot.store.tables.LANES`; `body` is stored encrypted.

        Raises `Busy` past the bound, another `StoreUnavailable` if the database does not take it, `NotStorable`.
        """
        check_storable(key, kind, body)
        arrival = self._arrivals.get(key)
        if arrival is None:
            if self._closing:
                raise arriving.stopping()
            if self._queued[lane] >= self._limit:
                raise arriving.busy()
            arrival = Arrival(key=key, kind=kind, lane=lane, body=body, received_at=self._clock.now())
            self._arrivals[key] = arrival
            self._queue.append(arrival)
            self._queued[lane] += 1
        answer = arrival.join()
        self._wake.set()
        try:
            new = await answer
        except asyncio.CancelledError:
            self._leave(arrival)
            raise
        self._take(arrival)
        return new

    def _take(self, arrival: Arrival) -> None:
        """A caller goes on with its answer, so the row must be worked on. Nothing can cancel it in between."""
        if self._arrivals.get(arrival.key) is arrival:
            del self._arrivals[arrival.key]
            self._keep.append(arrival)
            self._wake.set()

    def _leave(self, arrival: Arrival) -> None:
        arrival.open -= 1
        if arrival.open or self._arrivals.get(arrival.key) is not arrival:
            return
        match arrival.stage:
            case Stage.QUEUED:
                del self._arrivals[arrival.key]
                self._queue.remove(arrival)
                self._queued[arrival.lane] -= 1
            case Stage.STORED:
                self._take_out(arrival)
            case Stage.WRITING:
                pass  # `_written` decides: until then somebody else may bring the same delivery

    def _take_out(self, arrival: Arrival) -> None:
        del self._arrivals[arrival.key]
        self._drop.append(arrival)
        self._wake.set()

    async def _write(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._queue:
                    await self._store_batch()
                error = await self._try([]) if self._keep or self._drop else None
                if self._closing and not self._arrivals and (error or not (self._keep or self._drop)):
                    return
        finally:
            self._closing = True
            self._refuse(list(self._arrivals.values()), arriving.stopping())
            self._pulse.cancel()

    async def _beat(self) -> None:
        while True:
            await self._clock.sleep(RETRY)
            if self._keep or self._drop:
                self._wake.set()

    async def _store_batch(self) -> None:
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH))]
        for arrival in batch:
            arrival.stage = Stage.WRITING
            self._queued[arrival.lane] -= 1
        error = await self._try(batch)
        if error is None:
            return
        if len(batch) == 1 or isinstance(error, StoreUnavailable):
            self._fail(batch, error)
            return
        for arrival in batch:  # one of them is bad: each by itself, so that only that one fails
            error = await self._try([arrival])
            if error is not None:
                self._fail([arrival], error)

    async def _try(self, batch: list[Arrival]) -> KajitoriError | None:
        """One transaction, with what callers decided since the last one. An error comes back as a value."""
        keep, drop = self._keep[:BATCH], self._drop[:BATCH]
        try:
            async with self._database.transaction() as tx:
                await arriving.take_out(tx, self._owner, drop)
                await arriving.let_go(tx, keep)
                known, refused = await self._bound(tx, batch)
                admitted = [each for each in batch if each.key not in known and each.key not in refused]
                new = await arriving.insert(tx, self._owner, admitted)
        except KajitoriError as error:
            return error
        del self._keep[: len(keep)], self._drop[: len(drop)]
        self._waiting.update(each.lane for each in admitted if each.key in new)
        self._refuse([each for each in batch if each.key in refused], arriving.busy())
        self._written([each for each in batch if each.key not in refused], new)
        if self._keep or self._drop:
            self._wake.set()
        return None

    async def _bound(self, tx: Transaction, batch: list[Arrival]) -> tuple[set[str], set[str]]:
        """Which of the batch are known, and which are too many. Known ones are found only when it matters."""
        asked = Counter(each.lane for each in batch)
        full = any(self._waiting[lane] + count > self._limit for lane, count in asked.items())
        now = self._clock.monotonic()
        if batch and (full or self._counted_at is None or now - self._counted_at >= RECOUNT):
            self._waiting, self._counted_at = await arriving.waiting(tx), now
        room = {lane: self._limit - self._waiting[lane] for lane in asked}
        if all(room[lane] >= count for lane, count in asked.items()):
            return set(), set()
        known = await arriving.known(tx, batch)
        refused = set()
        for arrival in batch:
            if arrival.key not in known:
                room[arrival.lane] -= 1
                if room[arrival.lane] < 0:
                    refused.add(arrival.key)
        return known, refused

    def _written(self, batch: list[Arrival], new: set[str]) -> None:
        for arrival in batch:
            if arrival.key not in new:
                del self._arrivals[arrival.key]
                arrival.answer(False)
                continue
            arrival.stage = Stage.STORED
            if arrival.open:
                arrival.answer(True)
            else:
                self._take_out(arrival)

    def _refuse(self, batch: list[Arrival], error: KajitoriError) -> None:
        for arrival in batch:
            del self._arrivals[arrival.key]
            arrival.fail(error)

    def _fail(self, batch: list[Arrival], error: KajitoriError) -> None:
        self._refuse(batch, error)
        if isinstance(error, StoreUnavailable):
            # The commit may have happened all the same; taken out as soon as the database answers.
            self._drop.extend(batch)

    async def __aenter__(self) -> Self:
        async with self._database.transaction() as tx:
            await arriving.recover(tx)
        group = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._pulse = group.create_task(self._beat(), name="intake pulse")
        group.create_task(self._write(), name="intake writer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._wake.set()
        await self._stack.__aexit__(None, None, None)
