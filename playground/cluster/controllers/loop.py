"""The loop of all controllers: a change makes keys due, a reconciler looks at one key, and may ask to look again."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Iterable
from typing import Final, Protocol, final

from playground.cluster.pace import Pace
from playground.cluster.problems import Problem
from playground.cluster.store import Change, Key, Store

PATIENCE: Final = 0.2
"""Cluster seconds until a reconciler whose write was refused looks again."""


class Reconciler(Protocol):
    """`touched` names the keys that a change concerns; `reconcile` returns seconds after which to look again."""

    def touched(self, change: Change) -> Iterable[Key]: ...

    def reconcile(self, namespace: str, name: str) -> float | None: ...


@final
class Loop:
    """Owns one task. Every key is looked at once for any number of changes before."""

    def __init__(self, store: Store, pace: Pace, reconcilers: Iterable[Reconciler]) -> None:
        self._store, self._pace = store, pace
        self._reconcilers = tuple(reconcilers)
        self._due: dict[tuple[Reconciler, Key], None] = {}
        self._later: list[tuple[float, int, Reconciler, Key]] = []
        self._order = itertools.count()
        self._awake = asyncio.Event()
        self._timer: asyncio.Task[None] | None = None
        self.held = False

    def heard(self, change: Change) -> None:
        """Called by the store within each change."""
        for reconciler in self._reconcilers:
            for key in reconciler.touched(change):
                self._due[reconciler, key] = None
        self._awake.set()

    def hold(self, *, held: bool) -> None:
        """While held, nothing moves."""
        self.held = held
        self._awake.set()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._awake.wait()
                self._awake.clear()
                while self._due and not self.held:
                    reconciler, key = next(iter(self._due))
                    del self._due[reconciler, key]
                    self._look(reconciler, key)
                    await asyncio.sleep(0)
                self._arm()
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _look(self, reconciler: Reconciler, key: Key) -> None:
        try:
            again = reconciler.reconcile(*key)
        except Problem:
            again = PATIENCE  # refused, for instance by a quota: what the reconciler wanted to say it has said
        if again is not None:
            heapq.heappush(self._later, (self._pace.moment() + again, next(self._order), reconciler, key))

    def _arm(self) -> None:
        """One timer for the earliest key."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._later and not self.held:
            self._timer = asyncio.create_task(self._ring(self._later[0][0]), name="controllers' timer")

    async def _ring(self, moment: float) -> None:
        await self._pace.sleep(max(moment - self._pace.moment(), 0))
        now = self._pace.moment()
        while self._later and self._later[0][0] <= max(now, moment):
            _, _, reconciler, key = heapq.heappop(self._later)
            self._due[reconciler, key] = None
        self._timer = None
        self._awake.set()
