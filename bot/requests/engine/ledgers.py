"""Where a step's intent is written before it is sent, under the lease of the attempt that sends it."""

from __future__ import annotations

from datetime import timedelta
from typing import final

from bot.audit.records import Event
from bot.operations.plan import Call
from bot.requests.engine.holding import Held
from bot.requests.records import record
from bot.store.steps import intend


@final
class LeasedLedger:
    """One attempt's `bot.execution.calls.Ledger` for one plan version.

    `once`: of a call that is asked for again and again the first asking is recorded; its stored intent is renewed.
    """

    def __init__(self, held: Held, plan_version: int, *, once: bool = False) -> None:
        self._held = held
        self._plan_version = plan_version
        self._once = once
        self._recorded: set[str] = set()

    async def intend(self, call: Call, *, audit_id: str, version: str, deadline: float) -> None:
        """Store that this call is about to go out. `deadline` in seconds. Raises `LeaseLost`."""
        await self._held.renew()
        services, lease = self._held.services, self._held.lease
        now = services.clock.now()
        async with services.database.transaction() as tx:
            await intend(
                tx,
                lease,
                self._plan_version,
                call.id,
                audit_id=audit_id,
                sent_at=now,
                sent_deadline=now + timedelta(seconds=deadline),
                pinned_version=version,
            )
            if self._once and call.id in self._recorded:
                return
            await record(
                tx,
                services,
                lease.request,
                Event.STEP_INTENDED,
                step=call.id,
                method=call.method,
                path=call.path,
                audit_id=audit_id,
                plan=self._plan_version,
            )
        self._recorded.add(call.id)

    def guard(self) -> None:
        """Raise `LeaseLost` if the lease may end before the write does."""
        self._held.guard()
