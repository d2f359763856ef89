"""Emptying a node from a terminal: the same sender and order as in the engine, with the journal as the book."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, final

from bot.execution.calls import Sending
from bot.execution.emptying import Emptying
from bot.execution.envelope import audit_id_of
from bot.execution.evictions import Fate, Work, list_members
from bot.operations.evict import Evict
from bot.operations.json import JSON
from bot.operations.plan import Call, eviction_calls
from bot.operations.progress import Progress
from bot.policy.untouchable import check_untouchable
from bot.requests.clusters import Acting
from bot.requests.engine.moves import StepState
from bot.requests.rights import check_rights
from bot.terminal.following import progress_line
from bot.terminal.journal import Journal, JournalLedger
from bot.terminal.plan import TIMEOUT
from bot.terminal.screen import Screen
from bot.text import Text, text

INSTANCE: Final = "local"
SETTLE: Final = 5.0
"""Seconds after a write's own deadline in which it may still land (plans.md §5)."""


@final
class Evicting:
    """`bot.execution.evictions.Book` for one person at one terminal. Ctrl-C ends the program; the journal says what was
    asked for, and the same command drains the rest.
    """

    stopping = False

    def __init__(
        self, acting: Acting, number: int, journal: Journal, screen: Screen, records: dict[str, StepState]
    ) -> None:
        self._acting, self._number, self._screen = acting, number, screen
        self._journal, self._ledger, self._records = journal, JournalLedger(journal), records
        self._shown: Progress | None = None

    async def run(self, step: Evict) -> StepState:
        """Evict the pods that are there now. Raises `Refused` for what may not be, `Unavailable`."""
        members, why = await list_members(self._acting.client, step)
        calls = eviction_calls(step, members)
        if why is not None:
            self._say(why)
            return StepState.FAILED
        check_untouchable(calls, self._acting.own)
        await check_rights(self._acting, calls)
        names: list[JSON] = [f"{each.namespace}/{each.name} {each.uid}" for each in members]
        self._journal.write("members", step=step.id, pods=names)
        client, clock = self._acting.client, self._acting.clock
        work = Work(
            step=step,
            members=members,
            watcher=client,
            actor=client,
            clock=clock,
            ends=clock.now() + timedelta(seconds=step.deadline),
            settle=SETTLE,
            sending=self._sending,
        )
        ended = await Emptying(work, self).run()
        if self._screen.live:
            self._screen.end_over()
        for each in ended.progress.details if ended.problem is not None else ():
            self._say(each)
        if ended.problem is not None:
            self._say(ended.problem)
            return StepState.FAILED
        return StepState.DONE

    def _sending(self, call: Call) -> Sending:
        audit_id = audit_id_of(INSTANCE, self._number, call.id, 1)
        return Sending(request=self._number, audit_id=audit_id, timeout=TIMEOUT)

    async def intend(self, call: Call, *, audit_id: str, version: str, deadline: float) -> None:
        await self._ledger.intend(call, audit_id=audit_id, version=version, deadline=deadline)

    def guard(self) -> None:
        self._ledger.guard()

    async def settle(self, call: Call, fate: Fate, reason: Text | None, *, sent: bool) -> None:
        """One pod's end, in the journal; `sent` tells ours from what went by itself."""
        going = StepState.DONE if sent else StepState.ALREADY
        state = going if fate is Fate.GOING else StepState.FAILED
        self._records[call.id] = state
        self._journal.write("outcome", step=call.id, state=str(state))
        if reason is not None:
            self._say(reason)

    async def report(self, progress: Progress) -> None:
        """One line that moves, or in a pipe a line for each change."""
        if progress == self._shown:
            return
        self._shown = progress
        shown = progress_line(progress, self._screen)
        self._screen.over(shown) if self._screen.live else self._screen.line(shown)

    async def pause(self, seconds: float) -> None:
        await self._acting.clock.sleep(seconds)

    def _say(self, sentence: Text) -> None:
        self._screen.aside(text("{sentence}", sentence=sentence), indent=2)
