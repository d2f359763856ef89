"""Follow a wait to its end: watch its object and pods, ask the condition at every change, report what changed.

Following is done with the bot's own read rights: a person whose access ends in the middle still gets a truthful end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from bot.clock import Clock
from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import ObjectNotFound
from bot.kubernetes.watches import follow
from bot.operations.ages import in_words
from bot.operations.conditions import condition_of
from bot.operations.json import Object
from bot.operations.kinds import POD, Kind
from bot.operations.models import Pod
from bot.operations.plan import Wait
from bot.operations.progress import Beside, Condition, Observation, Progress
from bot.text import When, text

REPORT = Callable[[Progress], Awaitable[None]]
LOOK_AGAIN = 5.0
"""Seconds after which a condition is asked again though nothing changed: deadlines and "stuck since" depend on time."""
FIRST_LOOK = 1.0
"""Seconds in which a cluster that answers has done so: until then there is nothing to report."""


async def follow_wait(client: Client, wait: Wait, *, clock: Clock, started: datetime, report: REPORT) -> Progress:
    """Watch until the condition is done or failed, or `wait.deadline` seconds after `started`; gives the last progress.

    `report` is awaited at each change that a person would see. A cluster that does not answer is waited for.
    """
    ends = started + timedelta(seconds=wait.deadline)
    condition, board = condition_of(wait.condition), _Board()
    async with asyncio.TaskGroup() as tasks:
        watchers = [tasks.create_task(_watch_target(client, wait, board), name=f"watch {wait.target}")]
        if condition.pods is not None:
            watching = _watch_pods(client, wait, condition.pods, board)
            watchers.append(tasks.create_task(watching, name=f"watch pods of {wait.target}"))
        for each in condition.beside:
            watching = _watch_beside(client, wait, each, board)
            watchers.append(tasks.create_task(watching, name=f"watch {each.kind.plural} of {wait.target}"))
        try:
            return await _until_end(wait, condition, board, clock, started, ends, report)
        finally:
            for watcher in watchers:
                watcher.cancel()


async def look_once(client: Client, wait: Wait, *, clock: Clock) -> Progress:
    """What its condition says of what is read now, `steady` left out. Raises `Refused` and `Unavailable`."""
    condition, space = condition_of(wait.condition), wait.target.namespace
    try:
        target: Object | None = await client.get(wait.target.kind, wait.target.name, space, Object)
    except ObjectNotFound:
        target = None
    pods: list[Pod] = []
    beside: dict[Kind, Sequence[Object]] = {}
    if target is not None:
        pods = [] if condition.pods is None else await client.list(POD, space, Pod, labels=condition.pods(target))
        for each in condition.beside:
            beside[each.kind] = await client.list(each.kind, space, Object, labels=each.labels(target))
    now, arguments = clock.now(), wait.arguments
    return condition.evaluate(
        Observation(target=target, pods=tuple(pods), arguments=arguments, now=now, since=now, beside=beside)
    )


class _Board:
    """What the watches have seen so far."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.seen = False
        self.target: Object | None = None
        self.first: asyncio.Future[Object] = asyncio.get_running_loop().create_future()
        self.pods: Mapping[str, Pod] = {}
        self.beside: dict[Kind, Sequence[Object]] = {}


async def _until_end(
    wait: Wait,
    condition: Condition,
    board: _Board,
    clock: Clock,
    started: datetime,
    ends: datetime,
    report: REPORT,
) -> Progress:
    last: Progress | None = None
    done_since: datetime | None = None
    await _wait_for_change(board, FIRST_LOOK)
    while True:
        now = clock.now()
        if board.seen:
            progress = condition.evaluate(
                Observation(
                    target=board.target,
                    pods=tuple(board.pods.values()),
                    arguments=wait.arguments,
                    now=now,
                    since=started,
                    beside=board.beside,
                )
            )
        else:
            progress = Progress(message=text("waiting for the cluster to answer"))
        done_since = (done_since or now) if progress.done else None
        if done_since is not None and (now - done_since).total_seconds() < wait.steady:
            when = When(done_since + timedelta(seconds=wait.steady))
            watched = text("{message}; watched until {when}", message=progress.message, when=when)
            progress = msgspec.structs.replace(progress, done=False, message=watched)
        if now >= ends and not progress.done and progress.failed is None:
            failed = text("not finished after {time}", time=in_words(wait.deadline))
            progress = msgspec.structs.replace(progress, failed=failed)
        if progress != last:
            await report(progress)
            last = progress
        if progress.done or progress.failed is not None:
            return progress
        await _wait_for_change(board, min(LOOK_AGAIN, max(0.05, (ends - now).total_seconds())))


async def _wait_for_change(board: _Board, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await board.changed.wait()
    except TimeoutError:
        return
    board.changed.clear()


async def _watch_target(client: Client, wait: Wait, board: _Board) -> None:
    async for snapshot in follow(
        client, wait.target.kind, wait.target.namespace, Object, fields=f"metadata.name={wait.target.name}"
    ):
        found = snapshot.get(wait.target.name)
        # The items of a list do not say their kind, and conditions choose their viewer by it.
        board.target = None if found is None else {**found, "kind": wait.target.kind.kind}
        board.seen = True
        board.changed.set()
        if board.target is not None and not board.first.done():
            board.first.set_result(board.target)


async def _watch_pods(client: Client, wait: Wait, selector: Callable[[Object], str], board: _Board) -> None:
    labels = selector(await board.first)
    async for snapshot in follow(client, POD, wait.target.namespace, Pod, labels=labels):
        board.pods = snapshot
        board.changed.set()


async def _watch_beside(client: Client, wait: Wait, beside: Beside, board: _Board) -> None:
    labels = beside.labels(await board.first)
    async for snapshot in follow(client, beside.kind, wait.target.namespace, Object, labels=labels):
        board.beside[beside.kind] = tuple(snapshot.values())
        board.changed.set()
