"""The engine: leases what is due, runs it, ends what has expired. Several may run: the database says who has what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from functools import partial
from typing import Final, final

import structlog

from bot.audit.records import Event
from bot.errors import KajitoriError, Unavailable
from bot.requests.ending import expire_due
from bot.requests.engine.attempt import run_attempt
from bot.requests.engine.holding import Held
from bot.requests.mailing import alarm, ping, refresh_card
from bot.requests.notices import PingEvent
from bot.requests.outcomes import Outcome, decode_outcome, encode_outcome
from bot.requests.records import record
from bot.requests.services import Services
from bot.requests.states import State, check_transition
from bot.requests.versions import Tampered
from bot.store.database import Transaction
from bot.store.errors import KeyMissing, LeaseLost, SealBroken
from bot.store.leases import Lease, claim_next, release
from bot.store.requests import TOPIC, head_of, load
from bot.text import Text, text

LOG: Final = structlog.get_logger("engine")
POLL: Final = 1.0
"""Seconds between looks without a hint: also how late an expiry may be noticed."""
BROKEN_TRIES: Final = 5
LATER: Final = 15.0
"""Seconds until an attempt is made again that could not even be begun."""


@final
class Engine:
    """Owns the running attempts. `run` until cancelled; `stop` lets no new one begin and waits for those that run."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._running: dict[int, asyncio.Task[None]] = {}
        self._stopping = False
        self._expired_at = float("-inf")

    async def run(self) -> None:
        """Claim and run for ever. A database that does not answer is waited for."""
        with self.services.database.subscribe(TOPIC) as hints:
            while not self._stopping:
                try:
                    claimed = await self._claim()
                    if not claimed:
                        await self._expire()
                except Unavailable as error:
                    LOG.warning("store_unavailable", why=str(error))
                    claimed = False
                if not claimed:
                    await hints.wait(POLL)

    async def _expire(self) -> None:
        """At most once a poll: hints are many, and what expires gives none."""
        now = self.services.clock.monotonic()
        if now - self._expired_at >= POLL:
            self._expired_at = now
            await expire_due(self.services)

    async def stop(self, seconds: float) -> None:
        """Let nothing new begin, and wait so long for what runs; what is cut off is continued by the next process."""
        self._stopping = True
        running = list(self._running.values())
        if running:
            await asyncio.wait(running, timeout=seconds)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _claim(self) -> bool:
        if len(self._running) >= self.services.config.limits.running:
            return False
        async with self.services.database.transaction() as tx:
            lease = await claim_next(tx, self.services.owner, self.services.lease_ttl)
            if lease is None:
                return False
            await record(tx, self.services, lease.request, Event.ATTEMPT_STARTED, fence=lease.fence, owner=lease.owner)
        self.services.point("claimed")
        task = asyncio.create_task(self._attempt(lease), name=f"attempt R-{lease.request}")
        self._running[lease.request] = task
        task.add_done_callback(partial(self._ended, lease.request))
        return True

    def _ended(self, number: int, task: asyncio.Task[None]) -> None:
        """An attempt that lost its lease may end after its successor has begun."""
        if self._running.get(number) is task:
            del self._running[number]

    async def _attempt(self, lease: Lease) -> None:
        held = Held(self.services, lease)
        try:
            await self._hold(held)
        except LeaseLost:
            LOG.warning("lease_lost", request=lease.request, fence=lease.fence)
        except (Tampered, SealBroken) as error:
            LOG.error("tampered", request=lease.request)
            await self._last(self._halt(held, error.what))
        except Unavailable as error:
            LOG.warning("attempt_unavailable", request=lease.request, why=str(error))
            await self._last(self._later(held, error.what))
        except KajitoriError as error:
            LOG.error("attempt_refused", request=lease.request, why=str(error))
            await self._last(self._broken(held, error.what))
        except Exception as error:  # the outermost loop of an attempt: a bug of ours must not be silent
            LOG.exception("attempt_broken", request=lease.request)
            await self._last(self._broken(held, text("Something in me is broken: {kind}.", kind=type(error).__name__)))

    async def _hold(self, held: Held) -> None:
        lease = held.lease
        keeping = asyncio.create_task(held.keep(), name=f"lease R-{lease.request}")
        working = asyncio.create_task(run_attempt(held), name=f"work R-{lease.request}")
        try:
            await asyncio.wait({keeping, working}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
            else:
                keeping.result()
        finally:
            for task in (keeping, working):
                task.cancel()
            await asyncio.gather(keeping, working, return_exceptions=True)

    async def _last(self, storing: Awaitable[None]) -> None:
        """What an attempt stores at its end. If even that fails the lease runs out, and the next attempt goes on."""
        try:
            await storing
        except (LeaseLost, Unavailable) as error:
            LOG.warning("end_not_stored", why=str(error))

    async def _later(self, held: Held, reason: Text) -> None:
        """A cluster that is not served yet, or a store that did not answer for a while."""
        now = self.services.clock.now()
        async with self.services.database.transaction() as tx:
            await release(tx, held.lease, "postponed", wake_at=now + timedelta(seconds=LATER))
        LOG.info("attempt_postponed", request=held.lease.request, why=str(reason))

    async def _halt(self, held: Held, reason: Text) -> None:
        """Somebody edited the database: nothing more is done, and everybody is told."""
        number = held.lease.request
        async with self.services.database.transaction() as tx:
            request = await head_of(tx, number)
            if request is None:
                return
            state = State.HALTED
            check_transition(State(request.state), state)
            now = self.services.clock.now()
            outcome = encode_outcome(Outcome(problem=reason))
            await release(tx, held.lease, "tampered", state=state, ended_at=now, wake_at=None, outcome=outcome)
            await record(tx, self.services, number, Event.REQUEST_HALTED, why=str(reason))
            await alarm(tx, self.services, number, reason, request.channel)

    async def _broken(self, held: Held, reason: Text) -> None:
        """Try again a few times, then a person is needed: an attempt that fails for ever helps nobody."""
        number = held.lease.request
        now = self.services.clock.now()
        async with self.services.database.transaction() as tx:
            request = await head_of(tx, number)
            if request is None:
                return
            outcome = await _outcome(tx, number)
            later = encode_outcome(Outcome(progress=outcome.progress, problem=reason, tries=outcome.tries + 1))
            if outcome.tries < BROKEN_TRIES or request.state != State.EXECUTING:
                await release(tx, held.lease, "broken", wake_at=now + timedelta(seconds=30), outcome=later)
            else:
                state = State.NEEDS_ATTENTION
                await release(tx, held.lease, "broken", state=state, wake_at=None, outcome=later)
                await record(tx, self.services, number, Event.REQUEST_NEEDS_ATTENTION, why=str(reason))
                await ping(tx, self.services, number, request.channel, PingEvent.ATTENTION, f"{held.lease.fence}")
            await refresh_card(tx, self.services, number, request.channel)


async def _outcome(tx: Transaction, number: int) -> Outcome:
    """What was known of it, if that can be opened."""
    try:
        request = await load(tx, number)
    except (SealBroken, KeyMissing):
        return Outcome()
    return decode_outcome(request.outcome) if request is not None else Outcome()
