"""A caller that gives up tells a person that nothing was done, at whatever moment that is. So nothing may be done.

And the same delivery, which Slack then sends again, must be taken in as a new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, update

from bot.store import arriving
from bot.store.arrivals import Arrival
from bot.store.database import Database
from bot.store.errors import StoreGone
from bot.store.intake import RETRY, Intake
from bot.store.tables import inbox as table
from tests.clocks import HandClock
from tests.databases import PostgreSQL, opened
from tests.store.intakes import an_intake, claimed, losing_commits, put, stored
from tests.store.rows import NOON

MOMENTS = ["before it began", "queued", "begin", "before_cursor_execute", "after_cursor_execute", "commit", "checkin"]


@pytest.mark.parametrize("moment", [*MOMENTS, "answered"])
async def test_at_each_moment_a_store_that_is_cancelled_leaves_nothing(database: Database, moment: str) -> None:
    seen: list[str] = []
    async with an_intake(database) as intake:
        async with asyncio.TaskGroup() as group:
            worker = group.create_task(working(database, seen))
            giving_up = asyncio.create_task(put(intake, "command/1"))
            cancel_at(moment, database, intake, giving_up)
            with pytest.raises(asyncio.CancelledError):
                await giving_up
            other = await put(intake, "command/2")
            worker.cancel()
        assert other is True
        assert "command/1" not in seen
    seen += await claimed(database)
    assert seen == ["command/2"]
    assert await stored(database) == {"command/2"}
    async with an_intake(database) as intake:
        assert await put(intake, "command/1") is True
    assert await claimed(database) == ["command/1"]


async def working(database: Database, seen: list[str]) -> None:
    """A worker that asks all the time."""
    try:
        while True:
            seen += await claimed(database)
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        return


def cancel_at(moment: str, database: Database, intake: Intake, task: asyncio.Task[bool]) -> None:
    loop = asyncio.get_running_loop()
    match moment:
        case "before it began":
            task.cancel()
        case "queued":
            loop.call_soon(task.cancel)
        case "answered":
            loop.call_soon(_when_answered, intake, task)
        case "checkin":
            event.listen(database._writer.sync_engine.pool, "checkin", _during_the_batch(intake, task))
        case _:
            event.listen(database._writer.sync_engine, moment, _during_the_batch(intake, task))


def _during_the_batch(intake: Intake, task: asyncio.Task[bool]) -> Callable[..., None]:
    """Called by SQLAlchemy for every connection; only while our delivery is being written it cancels."""

    def listen(*_: Any) -> None:
        arrival = intake._arrivals.get("command/1")
        if arrival is not None and arrival.stage.value == "writing":
            task.cancel()

    return listen


def _when_answered(intake: Intake, task: asyncio.Task[bool]) -> None:
    """After the answer is given and before the caller has gone on with it."""
    arrival = intake._arrivals.get("command/1")
    if arrival is not None and arrival.answers[0].done():
        assert not task.done()
        task.cancel()
    elif not task.done():
        asyncio.get_running_loop().call_soon(_when_answered, intake, task)


async def test_one_who_gives_up_takes_nothing_from_another_who_brought_the_same(database: Database) -> None:
    async with an_intake(database) as intake:
        giving_up = asyncio.create_task(put(intake, "command/1"))
        staying = asyncio.create_task(put(intake, "command/1"))
        cancel_at("answered", database, intake, giving_up)
        with pytest.raises(asyncio.CancelledError):
            await giving_up
        await staying
    assert await claimed(database) == ["command/1"]


async def test_who_comes_after_one_gave_up_in_the_middle_gets_the_row(database: Database) -> None:
    joined: list[asyncio.Task[bool]] = []

    async with an_intake(database) as intake:
        giving_up = asyncio.create_task(put(intake, "event/1"))

        def at_commit(_: Any) -> None:
            arrival = intake._arrivals.get("event/1")
            if arrival is not None and arrival.stage.value == "writing" and not joined:
                giving_up.cancel()
                joined.append(asyncio.create_task(put(intake, "event/1")))

        event.listen(database._writer.sync_engine, "commit", at_commit)
        with pytest.raises(asyncio.CancelledError):
            await giving_up
        await joined[0]
    assert await claimed(database) == ["event/1"]


def arrived(key: str = "event/1") -> Arrival:
    return Arrival(key=key, kind="event", lane="events", body=b"hello", received_at=NOON)


@pytest.mark.parametrize("order", ["out first", "go first"])
async def test_of_two_replicas_with_the_same_delivery_the_one_that_was_acknowledged_counts(
    database: Database, order: str
) -> None:
    """A has stored it and not let go; B takes it over and gives up; A was acknowledged. It is worked on, once."""
    async with database.transaction() as tx:
        assert await arriving.insert(tx, "intake/a", [arrived()]) == {"event/1"}
        assert await arriving.insert(tx, "intake/b", [arrived()]) == {"event/1"}
    for _ in range(2):
        async with database.transaction() as tx:
            if order == "out first":
                await arriving.take_out(tx, "intake/b", [arrived()])
            else:
                await arriving.let_go(tx, [arrived()])
        order = {"out first": "go first", "go first": "out first"}[order]
    assert await claimed(database) == ["event/1"]


async def test_what_a_replica_gave_up_another_has_taken_over(database: Database) -> None:
    async with database.transaction() as tx:
        await arriving.insert(tx, "intake/a", [arrived()])
        await arriving.insert(tx, "intake/b", [arrived()])
        await arriving.take_out(tx, "intake/a", [arrived()])
        await arriving.let_go(tx, [arrived()])
    assert await claimed(database) == ["event/1"]


async def test_a_delivery_that_a_worker_has_is_neither_taken_over_nor_taken_out(database: Database) -> None:
    async with database.transaction() as tx:
        await arriving.insert(tx, "intake/a", [arrived()])
        await tx.execute(update(table).values(lease_until=tx.after(-1)))
    assert await claimed(database) == ["event/1"]
    async with database.transaction() as tx:
        assert await arriving.insert(tx, "intake/b", [arrived()]) == set()
        await arriving.take_out(tx, "intake/a", [arrived()])
        await arriving.let_go(tx, [arrived()])
    assert await claimed(database) == []
    assert await stored(database) == {"event/1"}


async def test_a_commit_whose_answer_was_lost_is_taken_back(postgresql: PostgreSQL) -> None:
    """The database has it, we cannot know, and the person was told that nothing was done."""
    address = await postgresql.fresh()
    clock = HandClock()
    async with opened(address) as direct, losing_commits(address) as (lossy, lost), opened(lossy) as database:
        async with an_intake(database, clock=clock) as intake:
            with pytest.raises(StoreGone, match="nothing was stored"):
                await put(intake, "command/1")
            assert lost.is_set()
            async with asyncio.timeout(10):
                while await stored(direct):
                    await clock.asleep.wait()
                    clock.move(RETRY)
            assert await put(intake, "command/1") is True
        assert await claimed(direct) == ["command/1"]
    await postgresql.drop(address)
