"""The step kind Evict under a lease: choose its members, store them, evict them, store what came of each.

The members are sealed with a key that is not in the database, and each pod is held against the signed bound once more
immediately before it is evicted: whoever edits the rows stops the request, and evicts nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, final

from bot.audit.records import Event
from bot.errors import KajitoriError, Unavailable
from bot.execution.calls import Sending
from bot.execution.emptying import Emptying
from bot.execution.envelope import audit_id_of
from bot.execution.evictions import Fate, Work, list_members
from bot.identity.person import Person
from bot.operations.evict import Evict
from bot.operations.json import JSON
from bot.operations.plan import Call, eviction_calls
from bot.operations.progress import Progress
from bot.operations.tracks import Track
from bot.policy.untouchable import Untouchable, check_untouchable
from bot.requests.engine.holding import Held
from bot.requests.engine.ledgers import LeasedLedger
from bot.requests.engine.moves import StepState
from bot.requests.engine.results import StepResult, decode_result, encode_result
from bot.requests.engine.settling import settle_step, show_progress
from bot.requests.engine.standing import Standing
from bot.requests.outcomes import decode_outcome
from bot.requests.records import record
from bot.requests.rights import lacks_right
from bot.requests.voting import Case
from bot.store.errors import LeaseLost
from bot.store.steps import StepRecord, intend
from bot.text import Text, text

SECONDS: Final = 1.0
"""Between two progresses that are stored: Slack allows fewer edits than there are pods."""

STATES: Final = {Fate.SENT: StepState.INTENDED, Fate.GOING: StepState.DONE, Fate.REFUSED: StepState.FAILED}


async def store_members(held: Held, case: Case, step: Evict, requester: Person) -> None:
    """List the pods that are there now, and store them as the members, or that the step has failed.

    Raises `Unavailable` when the cluster cannot be asked now.
    """
    try:
        members, why = await list_members(case.cluster.as_(requester).client, step)
    except Unavailable:
        raise
    except KajitoriError as error:
        members, why = (), error.what
    if why is None:
        why = await _may_not(held, case, requester, eviction_calls(step, members))
    if why is not None:
        await settle_step(held, case, step.id, StepState.FAILED, why)
        return
    services, version = held.services, case.version.version
    stored = encode_result(StepResult(members=members)) or b"{}"
    names: list[JSON] = [f"{each.namespace}/{each.name} {each.uid}" for each in members]
    async with services.database.transaction() as tx:
        await intend(tx, held.lease, version, step.id, sent_at=services.clock.now(), outcome=stored)
        await record(tx, services, case.request.id, Event.STEP_INTENDED, step=step.id, plan=version, pods=names)
    services.point("members-stored")


async def _may_not(held: Held, case: Case, requester: Person, calls: tuple[Call, ...]) -> Text | None:
    """Why these very pods are not evicted: one is our own, or a right is lacking."""
    try:
        check_untouchable(calls, held.services.config.own)
    except Untouchable as error:
        return error.what
    if await lacks_right(case.cluster.as_(requester), calls) is None:
        return None
    return text("{person} may not evict all of them.", person=requester.name)


async def evict_members(held: Held, standing: Standing, step: Evict, requester: Person) -> None:
    """Evict until all are gone or nothing more is to be done, and store how the step ended."""
    services, case = held.services, standing.case
    kept = standing.steps[step.id]
    members = decode_result(kept.outcome).members
    work = Work(
        step=step,
        members=members,
        watcher=case.cluster.bot,
        actor=case.cluster.as_(requester).client,
        clock=services.clock,
        ends=(kept.sent_at or services.clock.now()) + timedelta(seconds=step.deadline),
        settle=services.settle,
        sending=_Naming(held, case).sending,
        known=_known(standing.steps, eviction_calls(step, members), settle=services.settle),
        before=_tracks(case),
        point=services.point,
    )
    try:
        ended = await Emptying(work, _Book(held, case)).run()
    except (Unavailable, LeaseLost):
        raise
    except KajitoriError as error:
        await settle_step(held, case, step.id, StepState.FAILED, error.what)
        return
    await show_progress(held, case, ended.progress)
    state = StepState.DONE if ended.problem is None else StepState.FAILED
    await settle_step(held, case, step.id, state, ended.problem)
    services.point("followed")


def _tracks(case: Case) -> tuple[Track, ...]:
    """What earlier attempts have seen of each pod."""
    progress = decode_outcome(case.request.outcome).progress
    return () if progress is None else progress.tracks


def _known(
    steps: Mapping[str, StepRecord], calls: tuple[Call, ...], *, settle: float
) -> dict[str, tuple[Fate, datetime | None]]:
    """The fates that are stored. What an earlier attempt intended may be on its way until its deadline and a margin."""
    fates = {StepState.INTENDED: Fate.SENT, StepState.FAILED: Fate.REFUSED}
    found: dict[str, tuple[Fate, datetime | None]] = {}
    for call in calls:
        kept = steps.get(call.id)
        if kept is None:
            continue
        fate = fates.get(StepState(kept.state), Fate.GOING)
        until = None if kept.sent_deadline is None else kept.sent_deadline + timedelta(seconds=settle)
        found[call.id] = (fate, until)
    return found


@final
class _Naming:
    """What names each eviction of this attempt."""

    def __init__(self, held: Held, case: Case) -> None:
        self._held, self._case = held, case

    def sending(self, call: Call) -> Sending:
        services, request = self._held.services, self._case.request
        return Sending(
            request=request.id,
            audit_id=audit_id_of(services.instance, request.id, call.id, self._held.lease.fence),
            timeout=services.write_timeout,
            plan_version=self._case.version.version,
        )


@final
class _Book:
    """`bot.execution.evictions.Book` in the database, under the lease."""

    def __init__(self, held: Held, case: Case) -> None:
        self._held, self._case = held, case
        self._ledger = LeasedLedger(held, case.version.version, once=True)
        self._shown_at = float("-inf")
        self._shown: Progress | None = None

    @property
    def stopping(self) -> bool:
        return self._held.cancelled.is_set()

    async def intend(self, call: Call, *, audit_id: str, version: str, deadline: float) -> None:
        await self._ledger.intend(call, audit_id=audit_id, version=version, deadline=deadline)

    def guard(self) -> None:
        self._ledger.guard()

    async def settle(self, call: Call, fate: Fate, reason: Text | None, *, sent: bool) -> None:
        state = StepState.ALREADY if fate is Fate.GOING and not sent else STATES[fate]
        await settle_step(self._held, self._case, call.id, state, reason)

    async def report(self, progress: Progress) -> None:
        """The newest is stored in time, for it is reported again at the next look."""
        now = self._held.services.clock.monotonic()
        if progress != self._shown and now - self._shown_at >= SECONDS:
            self._shown_at, self._shown = now, progress
            await show_progress(self._held, self._case, progress)

    async def pause(self, seconds: float) -> None:
        clock = self._held.services.clock
        if self.stopping:
            await clock.sleep(seconds)
            return
        waiting = asyncio.create_task(clock.sleep(seconds), name="look again")
        stopped = asyncio.create_task(self._held.cancelled.wait(), name=f"stop R-{self._case.request.id}")
        try:
            await asyncio.wait({waiting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (waiting, stopped):
                task.cancel()
            await asyncio.gather(waiting, stopped, return_exceptions=True)
