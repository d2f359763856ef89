"""Reads: run as the person, answered where they asked; what is followed is followed to its end in one message."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, final

import msgspec
import structlog

from bot.clock import Clock
from bot.errors import Bug, KajitoriError, Refused, Unavailable
from bot.execution.waits import follow_wait
from bot.identity.person import Person
from bot.operations.arguments import Arguments
from bot.operations.log_lines import holds
from bot.operations.operation import Operation, OperationKind
from bot.operations.plan import Wait
from bot.operations.progress import Progress
from bot.operations.view import Action, Follow, Live, View
from bot.requests.clusters import OpenCluster
from bot.requests.mailing import reply, stream
from bot.requests.notices import Address, StreamNotice
from bot.requests.records import record_probe
from bot.requests.services import Done, Services
from bot.text import Code, Text, text

LOG: Final = structlog.get_logger("looking")
EDIT_SECONDS: Final = 2.0
"""Between two edits of a message that is followed; Slack allows about fifty a minute for the whole workspace."""
MOST_FOLLOWED: Final = 5
KEPT_LINES: Final = 40


@dataclass(frozen=True, kw_only=True)
class Look:
    """One command line that only looks. `shared`: its reader wants everyone in the channel to see the answer."""

    person: Person
    operation: Operation
    arguments: Arguments
    line: str
    address: Address
    key: str
    shared: bool = False


async def look(services: Services, looked: Look, watching: Watching, done: Done) -> None:
    """Run a read and answer; a probe is recorded first. Raises `Refused` or `Unavailable` where there is no answer."""
    cluster = services.clusters[looked.arguments.context]
    if looked.operation.run is None:
        raise Bug(text("{operation} has no function.", operation=looked.operation.name))
    if looked.operation.kind is OperationKind.PROBE:
        await record_probe(services, looked.key, looked.person, looked.line, looked.arguments)
    outcome = await looked.operation.run(cluster.as_(looked.person).reader(), looked.arguments)
    match outcome:
        case View():
            async with services.database.transaction() as tx:
                shared = looked.shared or (not outcome.sensitive and _is_bound(services, looked))
                share = line_in_place(looked) if outcome.sensitive else ""
                await reply(tx, services, looked.key, looked.address, view=outcome, shared=shared, command_line=share)
                await done(tx)
        case Live() | Follow():
            watching.check_room(looked.person)
            shared = looked.shared or (isinstance(outcome, Live) and _is_bound(services, looked))
            looked = replace(looked, shared=shared)
            notice = StreamNotice(
                key=looked.key,
                address=looked.address,
                view=View(title=outcome.title, lines=(text("Following…"),)),
            )
            async with services.database.transaction() as tx:
                await stream(tx, services, notice, shared=shared)
                if not shared and not looked.address.direct:
                    there = text("It is in your messages with me, where I can keep it up to date.")
                    view = View(title=outcome.title, lines=(there,))
                    await reply(tx, services, looked.key, looked.address, view=view)
                await done(tx)
            watching.begin(services, cluster, looked, outcome)
        case _:
            raise Bug(text("{operation} is a read and returned a plan.", operation=looked.operation.name))


def line_in_place(looked: Look) -> str:
    """The line with the place it was run in, so that it means the same when it is run again elsewhere."""
    place = f" --namespace={looked.arguments.namespace} --context={looked.arguments.context}"
    return looked.line + place


def _is_bound(services: Services, looked: Look) -> bool:
    """Replies are private unless the channel is bound to that namespace (design §6)."""
    channel = services.config.channels.get(looked.address.channel)
    if channel is None or not channel.bound:
        return False
    here = channel.cluster or services.config.cluster_by_default
    return looked.arguments.namespace in channel.namespaces and looked.arguments.context == here


@final
class Watching:
    """What is being followed for people right now. `stop` says so in each message: none looks alive for ever."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._following: Counter[str] = Counter()

    def check_room(self, person: Person) -> None:
        """Raise `Refused` if this person follows as much as one person may: each costs watches and edits."""
        if self._following[person.slack_user] >= MOST_FOLLOWED:
            raise Refused(
                text("You are following {count} things already.", count=MOST_FOLLOWED),
                next=text("Wait until one of them ends."),
            )

    def begin(self, services: Services, cluster: OpenCluster, looked: Look, what: Live | Follow) -> None:
        """Follow in the background; its end, good or bad, is always told."""
        task = asyncio.create_task(_watch(services, cluster, looked, what), name=f"follow {looked.key}")
        self._tasks.add(task)
        self._following[looked.person.slack_user] += 1
        task.add_done_callback(partial(self._ended, looked.person.slack_user))

    def _ended(self, user: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._following[user] -= 1
        self._following += Counter()

    async def stop(self) -> None:
        """Cancel all; each stores its last message first."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _watch(services: Services, cluster: OpenCluster, looked: Look, what: Live | Follow) -> None:
    board = _Board(services, looked, what.title)
    again = (Action(label=text("Again"), command_line=line_in_place(looked)),)
    ticking = asyncio.create_task(board.tick(), name=f"tick {looked.key}")
    try:
        if isinstance(what, Live):
            await _live(services, cluster, looked, what, board)
        else:
            await _log(services, cluster, looked, what, board)
    except asyncio.CancelledError:
        await board.end(text("I am being restarted, so I stopped following."), again)
        raise
    except KajitoriError as error:
        await board.end(error.what, again, *(each for each in (error.why, error.next) if each is not None))
    except Exception as error:  # the outermost loop of what is followed: never silent
        LOG.exception("follow_broken", key=looked.key)
        await board.end(text("Something in me is broken: {kind}.", kind=type(error).__name__), again)
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)


async def _live(services: Services, cluster: OpenCluster, looked: Look, what: Live, board: _Board) -> None:
    wait = Wait(
        id="live",
        condition=what.condition,
        target=what.target,
        deadline=what.deadline,
        arguments=what.arguments,
    )
    client = cluster.as_(looked.person).client
    started = services.clock.now()
    try:
        progress = await follow_wait(client, wait, clock=services.clock, started=started, report=board.progress)
    except ExceptionGroup as failures:
        raise _told(failures) from failures
    await board.end(
        progress.failed or progress.message,
        (*_next(looked, progress), Action(label=text("Again"), command_line=line_in_place(looked))),
        *(() if progress.stuck is None else (progress.stuck,)),
    )


def _next(looked: Look, progress: Progress) -> tuple[Action, ...]:
    return progress.placed(namespace=looked.arguments.namespace, cluster=looked.arguments.context).next


def _told(failures: ExceptionGroup[Exception]) -> Exception:
    """What a person can be told of several watches that ended at once: the first of our own errors."""
    found: Exception = failures.subgroup(KajitoriError) or failures
    while isinstance(found, ExceptionGroup):
        found = found.exceptions[0]
    return found


async def _log(services: Services, cluster: OpenCluster, looked: Look, what: Follow, board: _Board) -> None:
    """Read the logs of all pods until they end or the time is over. A log that fails is told, the others go on."""
    client = cluster.as_(looked.person).client
    failed: list[KajitoriError] = []

    async def read(pod: str) -> None:
        try:
            async with aclosing(client.log(pod, what.namespace, what.options)) as lines:
                async for line in lines:
                    if holds(line, what.match):
                        board.line(f"{pod}: {line}" if len(what.pods) > 1 else line)
        except (Refused, Unavailable) as error:
            failed.append(error)
            if len(what.pods) > 1:
                board.note(text("{pod} is not followed: {why}", pod=Code(pod), why=error.what))

    try:
        in_time = await _in_time(services.clock, what.seconds, [read(pod) for pod in what.pods])
    except ExceptionGroup as failures:
        raise _told(failures) from failures
    if not in_time:
        again = Action(label=text("Follow on"), command_line=line_in_place(looked))
        await board.end(text("Followed for {minutes} minutes.", minutes=what.seconds // 60), (again,))
    elif len(failed) == len(what.pods):
        raise failed[0]
    else:
        await board.end(text("The log has ended."), ())


async def _in_time(clock: Clock, seconds: float, works: Sequence[Coroutine[Any, Any, None]]) -> bool:
    """Do all of it, or what can be done in that time; nothing of it goes on afterwards, whatever happens."""
    async with asyncio.TaskGroup() as group:
        working = [group.create_task(each) for each in works]

        async def ring() -> None:
            await clock.sleep(seconds)
            for each in working:
                each.cancel()

        ringing = group.create_task(ring())
        await asyncio.wait(working)
        ringing.cancel()
    return not any(each.cancelled() for each in working)


class _Board:
    """The one message: the newest state of what is followed, stored at most every few seconds."""

    def __init__(self, services: Services, looked: Look, title: Text) -> None:
        self._services, self._looked, self._title = services, looked, title
        self._lines: list[str] = []
        self._notes: tuple[Text, ...] = ()
        self._next: View | None = None
        self._edits = 0

    async def progress(self, progress: Progress) -> None:
        if not progress.done and progress.failed is None:
            lines = (progress.message,) if progress.stuck is None else (progress.message, progress.stuck)
            self._next = View(title=self._title, lines=lines, output=_bar(progress))

    def line(self, line: str) -> None:
        self._lines = [*self._lines[-KEPT_LINES + 1 :], line]
        self._next = self._log_view(())

    def note(self, sentence: Text) -> None:
        """Say this above the lines from now on."""
        self._notes = (*self._notes, sentence)
        self._next = self._log_view(())

    async def tick(self) -> None:
        """Store the newest state every few seconds, if there is a newer one."""
        while True:
            await self._services.clock.sleep(EDIT_SECONDS)
            view, self._next = self._next, None
            if view is not None:
                await self._store(view)

    async def end(self, sentence: Text, actions: tuple[Action, ...], *more: Text) -> None:
        view = msgspec.structs.replace(self._log_view((sentence, *more)), actions=actions)
        await self._store(view)

    def _log_view(self, lines: tuple[Text, ...]) -> View:
        lines = (*lines, *self._notes)
        return View(title=self._title, lines=lines, output="\n".join(self._lines), sensitive=bool(self._lines))

    async def _store(self, view: View) -> None:
        self._edits += 1
        notice = StreamNotice(key=self._looked.key, address=self._looked.address, view=view)
        async with self._services.database.transaction() as tx:
            await stream(tx, self._services, notice, shared=self._looked.shared, edit=str(self._edits))


def _bar(progress: Progress) -> str:
    if progress.total <= 0:
        return ""
    done = min(10, 10 * progress.ready // progress.total)
    return "▓" * done + "░" * (10 - done) + f" {progress.ready}/{progress.total}"
