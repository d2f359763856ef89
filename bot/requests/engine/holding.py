"""A lease while it is held: renewed in time, and no longer believed once its time is up by this machine's own clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, final

from bot.charts.progress import Sample
from bot.errors import Unavailable
from bot.identity.person import Person
from bot.requests.services import Services
from bot.store.errors import lease_lost
from bot.store.leases import Lease, renew

RENEWALS: Final = 3
"""Renewals in one lifetime of a lease: two may fail before it is lost."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The group of steps that this attempt has judged whole, and as whom it sends."""

    version: int
    group: int
    requester: Person


@final
class Held:
    """`cancelled` is set when somebody asks the attempt to stop; `judged` is known to it alone and stored nowhere;
    `samples` are those of the request, once this attempt has added to them.
    """

    def __init__(self, services: Services, lease: Lease) -> None:
        self.services = services
        self.lease = lease
        self.cancelled = asyncio.Event()
        self.judged: Judged | None = None
        self.samples: tuple[Sample, ...] = ()
        # The lease began on the database's clock a little before we heard of it, so this errs on the safe side only
        # with the margin that `guard` keeps: half of the lifetime.
        self._until = services.clock.monotonic() + services.lease_ttl
        self._note(lease)

    def _note(self, lease: Lease) -> None:
        self.lease = lease
        if lease.cancel_asked:
            self.cancelled.set()

    def guard(self) -> None:
        """Raise `LeaseLost` unless there is time for one write: its timeout must end before the lease can."""
        left = self._until - self.services.clock.monotonic()
        if left < self.services.write_timeout:
            raise lease_lost(f"R-{self.lease.request}")

    async def renew(self) -> None:
        """Hold it for another lifetime. Raises `LeaseLost`."""
        asked = self.services.clock.monotonic()
        async with self.services.database.transaction() as tx:
            lease = await renew(tx, self.lease, self.services.lease_ttl)
        self._until = asked + self.services.lease_ttl
        self._note(lease)

    async def keep(self) -> None:
        """Renew for ever; ends with `LeaseLost`, by being cancelled, or with `Unavailable` when its life has no renewal
        left. What is sent meanwhile asks `guard`.
        """
        pause = self.services.lease_ttl / RENEWALS
        while True:
            await self.services.clock.sleep(pause)
            try:
                await self.renew()
            except Unavailable:
                if self._until - self.services.clock.monotonic() < pause / 2:
                    raise
