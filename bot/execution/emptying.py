"""Empty a node: evictions one after the other, retried while a budget holds a pod, until all members are gone.

Whether a pod was evicted is told by its uid alone, by whom does not matter (plans.md §5): so a process that died
anywhere is continued from the stored members and one look at the node. An eviction whose answer did not come may still
land; its pod is looked at until that cannot be any more, and only then asked for again. A budget that does not allow it
(429 with the cause DisruptionBudget) is asked again every five seconds, as kubectl does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import final

from bot.clock import Clock
from bot.execution.blockers import Seen, read_budgets
from bot.execution.evictions import LOOK, RETRY, Answer, Book, Ended, Fate, Standing, Work, send_eviction
from bot.execution.standings import progress_of
from bot.operations.ages import in_words
from bot.operations.draining import pods
from bot.operations.evict import Member
from bot.operations.kinds import NODE, POD
from bot.operations.models import Node, Pod
from bot.operations.plan import Call, eviction_calls
from bot.operations.progress import Progress
from bot.text import Code, Text, text


@final
class Emptying:
    """Owns how the members stand while the work goes on. `run` returns how it ended, which the caller stores."""

    def __init__(self, work: Work, book: Book) -> None:
        self._work, self._book = work, book
        calls = eviction_calls(work.step, work.members)
        self._all = [self._begun(call, member) for call, member in zip(calls, work.members, strict=True)]
        self._outside: Text | None = None
        self._seen: tuple[Seen, ...] = ()
        self._seen_at: datetime | None = None
        self._seen_for: set[str] = set()

    def _begun(self, call: Call, member: Member) -> Standing:
        fate, until = self._work.known.get(call.id, (Fate.DUE, None))
        begun = Standing(call=call, member=member, fate=fate, uncertain=until if fate is Fate.SENT else None)
        for track in self._work.before:
            if track.pod == begun.title:
                begun.asked_at, begun.held_at = track.asked, track.held
                begun.going_at, begun.gone_at = track.going, track.gone
        return begun

    async def run(self) -> Ended:
        """Raises `Unavailable` when the node cannot be looked at, `LeaseLost` when somebody else has the work."""
        while True:
            there = await self._look()
            progress = self._progress(there)
            if progress.done:
                return Ended(progress=progress)
            problem = self._problem(there)
            if problem is not None and not any(each.uncertain for each in self._all):
                await self._give_up(there)
                return Ended(progress=self._progress(there, ended=True), problem=problem)
            due = None if problem is not None else self._due()
            if due is not None:
                await self._send(due)
                continue
            await self._ask_what_holds(there)
            await self._book.report(self._progress(there))
            await self._book.pause(LOOK)

    async def _look(self) -> dict[str, Pod]:
        """The pods of the node by uid; what has gone or is going is settled. Uncordoned, it would be filled again."""
        name, watcher = self._work.step.target.name, self._work.watcher
        node, found = await asyncio.gather(
            watcher.list(NODE, "", Node, fields=f"metadata.name={name}"),
            watcher.list(POD, "", Pod, fields=f"spec.nodeName={name}"),
        )
        if node and not node[0].spec.unschedulable and self._outside is None:
            self._outside = text("{node} was uncordoned meanwhile", node=Code(name))
        there = {each.metadata.uid: each for each in found}
        now = self._work.clock.now()
        for each in self._all:
            pod = there.get(each.member.uid)
            if pod is None or pod.metadata.terminating:
                await self._going(each)
                each.gone_at = each.gone_at or (now if pod is None else None)
            elif each.uncertain is not None and each.uncertain <= now:
                each.uncertain = None
        return there

    async def _going(self, standing: Standing) -> None:
        if standing.fate in (Fate.DUE, Fate.SENT):
            await self._book.settle(standing.call, Fate.GOING, None, sent=standing.fate is Fate.SENT)
            standing.fate = Fate.GOING
        standing.going_at = standing.going_at or self._work.clock.now()
        standing.uncertain = None

    def _due(self) -> Standing | None:
        now = self._work.clock.now()
        return next(
            (
                each
                for each in self._all
                if each.fate in (Fate.DUE, Fate.SENT)
                and each.uncertain is None
                and (each.not_before is None or each.not_before <= now)
            ),
            None,
        )

    async def _send(self, standing: Standing) -> None:
        asked = await send_eviction(self._work, standing, _Noting(self._book, standing, self._work.clock))
        now, timeout = self._work.clock.now(), self._work.sending(standing.call).timeout
        standing.why, standing.held = asked.reason, asked.held
        match asked.answer:
            case Answer.EVICTED:
                await self._book.settle(standing.call, Fate.GOING, None, sent=True)
                standing.fate, standing.going_at = Fate.GOING, now
                self._work.point("outcome-stored")
            case Answer.GONE:
                await self._going(standing)
            case Answer.REFUSED | Answer.OUTSIDE:
                await self._book.settle(standing.call, Fate.REFUSED, asked.reason, sent=standing.fate is Fate.SENT)
                standing.fate = Fate.REFUSED
                if asked.answer is Answer.OUTSIDE:
                    self._outside = asked.reason
            case Answer.UNKNOWN:
                standing.uncertain = now + timedelta(seconds=timeout + self._work.settle)
            case Answer.LATER:
                standing.not_before = now + timedelta(seconds=asked.pause)
                standing.held_at = standing.held_at or (now if asked.held else None)

    def _problem(self, there: Mapping[str, Pod]) -> Text | None:
        """Why nothing more is begun: the pods that are left stay."""
        left = [each for each in self._all if each.member.uid in there]
        if self._outside is not None:
            return self._outside
        if self._book.stopping:
            staying = self._staying(there)
            if not staying:
                return text("Stopped: {pods} still terminating.", pods=pods(len(left)))
            return text("Stopped: {count} of {total} pods stay.", count=staying, total=len(self._all))
        if all(each.fate is Fate.REFUSED for each in left):
            return next((each.why for each in left if each.why is not None), text("It was refused."))
        if self._work.clock.now() < self._work.ends:
            return None
        time = in_words(self._work.step.deadline)
        return text("{pods} still there after {time}", pods=pods(len(left)), time=time)

    def _staying(self, there: Mapping[str, Pod]) -> int:
        return sum(1 for each in self._all if each.member.uid in there and each.fate is not Fate.GOING)

    async def _give_up(self, there: Mapping[str, Pod]) -> None:
        """What was asked for and did not go is not left open: nothing can land any more."""
        for each in self._all:
            if each.fate is Fate.SENT and each.member.uid in there:
                await self._book.settle(each.call, Fate.REFUSED, each.why, sent=True)
                each.fate = Fate.REFUSED

    async def _ask_what_holds(self, there: Mapping[str, Pod]) -> None:
        """The budgets as they are: when another pod is held, and else as often as an eviction is asked for again."""
        held = {each.member.uid for each in self._all if each.held and each.member.uid in there}
        now = self._work.clock.now()
        again = self._seen_at is None or now - self._seen_at >= timedelta(seconds=RETRY)
        if held and (again or not held <= self._seen_for):
            self._seen_at, self._seen_for = now, held
            self._seen = await read_budgets(self._work.actor, [there[uid] for uid in held])

    def _progress(self, there: Mapping[str, Pod], *, ended: bool = False) -> Progress:
        return progress_of(self._all, there, self._seen, self._work.clock.now(), ended=ended)


@final
class _Noting:
    """The book's own ledger, which also notes that this member's intent is stored from now on."""

    def __init__(self, book: Book, standing: Standing, clock: Clock) -> None:
        self._book, self._standing, self._clock = book, standing, clock

    async def intend(self, call: Call, *, audit_id: str, version: str, deadline: float) -> None:
        await self._book.intend(call, audit_id=audit_id, version=version, deadline=deadline)
        self._standing.fate = Fate.SENT
        self._standing.asked_at = self._standing.asked_at or self._clock.now()

    def guard(self) -> None:
        self._book.guard()
