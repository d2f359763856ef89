"""Empty a node: evictions one after the other, retried while a budget holds a pod, until all members are gone.

Whether a pod was evicted is told by its uid alone, by whom does not matter (plans.md §5): so a process that died
anywhere is continued from the stored members and one look at the node. An eviction whose answer did not come may still
land; its pod is looked at until that cannot be any more, and only then asked for again. A budget that does not allow it
(429 with the cause DisruptionBudget) is asked again every five seconds, as kubectl does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, final

from bot.execution.evictions import LOOK, Answer, Book, Ended, Fate, Standing, Work, send_eviction
from bot.operations.draining import pods
from bot.operations.evict import Member
from bot.operations.kinds import NODE, POD
from bot.operations.models import Node, Pod
from bot.operations.plan import Call, eviction_calls
from bot.operations.progress import Progress
from bot.text import Code, Text, text

SHOWN: Final = 8
"""Pods of which a line each is said; the others are counted."""


@final
class Emptying:
    """Owns how the members stand while the work goes on. `run` returns how it ended, which the caller stores."""

    def __init__(self, work: Work, book: Book) -> None:
        self._work, self._book = work, book
        calls = eviction_calls(work.step, work.members)
        self._all = [self._begun(call, member) for call, member in zip(calls, work.members, strict=True)]
        self._outside: Text | None = None

    def _begun(self, call: Call, member: Member) -> Standing:
        fate, until = self._work.known.get(call.id, (Fate.DUE, None))
        return Standing(call=call, member=member, fate=fate, uncertain=until if fate is Fate.SENT else None)

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
            await self._book.report(progress)
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
            if pod is None or pod.metadata.deletion_timestamp is not None:
                await self._going(each)
            elif each.uncertain is not None and each.uncertain <= now:
                each.uncertain = None
        return there

    async def _going(self, standing: Standing) -> None:
        if standing.fate in (Fate.DUE, Fate.SENT):
            await self._book.settle(standing.call, Fate.GOING, None, sent=standing.fate is Fate.SENT)
            standing.fate = Fate.GOING
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
        asked = await send_eviction(self._work, standing, _Noting(self._book, standing))
        now, timeout = self._work.clock.now(), self._work.sending(standing.call).timeout
        standing.why = asked.reason
        match asked.answer:
            case Answer.EVICTED:
                await self._book.settle(standing.call, Fate.GOING, None, sent=True)
                standing.fate = Fate.GOING
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
        minutes = max(1, self._work.step.deadline // 60)
        return text("{pods} still there after {minutes} min", pods=pods(len(left)), minutes=minutes)

    def _staying(self, there: Mapping[str, Pod]) -> int:
        return sum(1 for each in self._all if each.member.uid in there and each.fate is not Fate.GOING)

    async def _give_up(self, there: Mapping[str, Pod]) -> None:
        """What was asked for and did not go is not left open: nothing can land any more."""
        for each in self._all:
            if each.fate is Fate.SENT and each.member.uid in there:
                await self._book.settle(each.call, Fate.REFUSED, each.why, sent=True)
                each.fate = Fate.REFUSED

    def _progress(self, there: Mapping[str, Pod], *, ended: bool = False) -> Progress:
        """`ended`: the pods that are gone are named too, for it is no longer the list of what is awaited."""
        left = [each for each in self._all if each.member.uid in there]
        waiting = [each for each in left if each.fate in (Fate.DUE, Fate.SENT) and each.why is not None]
        details = _bounded([_line(each.member, state_of(each)) for each in left])
        if ended:
            gone_ones = [each for each in self._all if each.member.uid not in there]
            details += _bounded([_line(each.member, text("is gone")) for each in gone_ones])
        gone = len(self._all) - len(left)
        return Progress(
            done=not left,
            ready=gone,
            total=len(self._all),
            message=text("{gone} of {total} pods gone", gone=gone, total=len(self._all)),
            stuck=text("{pods} waiting", pods=pods(len(waiting))) if waiting else None,
            details=tuple(details),
        )


def state_of(standing: Standing) -> Text:
    """How one pod that is still there stands."""
    if standing.fate is Fate.GOING:
        return text("terminating")
    if standing.fate is Fate.REFUSED:
        return text("stays: {why}", why=standing.why or text("it was not evicted"))
    if standing.uncertain is not None:
        return text("there was no answer; looking whether it terminates")
    return standing.why or text("stays so far")


def _line(member: Member, state: Text) -> Text:
    return text("{pod}: {state}", pod=Code(f"{member.namespace}/{member.name}"), state=state)


def _bounded(lines: list[Text]) -> list[Text]:
    left = len(lines) - SHOWN
    return lines if left <= 0 else [*lines[:SHOWN], text("and {count} more", count=left)]


@final
class _Noting:
    """The book's own ledger, which also notes that this member's intent is stored from now on."""

    def __init__(self, book: Book, standing: Standing) -> None:
        self._book, self._standing = book, standing

    async def intend(self, call: Call, *, audit_id: str, version: str, deadline: float) -> None:
        await self._book.intend(call, audit_id=audit_id, version=version, deadline=deadline)
        self._standing.fate = Fate.SENT

    def guard(self) -> None:
        self._book.guard()
