"""Taking in: one commit for all that wait, each delivery once, bad ones alone, bounded, lanes apart, sealed."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event, select, update

from bot.store import arriving, inbox
from bot.store.arrivals import MAX_BODY, Arrival
from bot.store.database import Database
from bot.store.errors import Busy, InvariantBroken, NotStorable
from bot.store.intake import RECOUNT
from bot.store.tables import inbox as table
from tests.clocks import HandClock
from tests.store.intakes import an_intake, claimed, put, stored
from tests.store.rows import NOON


async def test_a_delivery_is_stored_sealed_and_then_claimed_whole(database: Database) -> None:
    async with an_intake(database) as intake:
        assert await intake.store("command/1", "command", "people", b"secret words") is True
    async with database.read() as tx:
        row = (await tx.execute(select(table))).mappings().one()
    assert b"secret" not in row["body"]
    async with database.transaction() as tx:
        (found,) = await inbox.claim(tx, 10, "worker", 60)
    assert (found.key, found.kind, found.lane, found.body) == ("command/1", "command", "people", b"secret words")
    assert (found.attempts, found.received_at) == (1, HandClock().now())


async def test_all_that_wait_at_a_time_share_one_commit(database: Database) -> None:
    commits: list[object] = []
    event.listen(database._writer.sync_engine, "commit", commits.append)
    async with an_intake(database, limit=1000) as intake:

        async def commits_before_its_answer(number: int) -> int:
            assert await put(intake, f"command/{number}")
            return len(commits)

        commits.clear()
        before = await asyncio.gather(*(commits_before_its_answer(number) for number in range(300)))
    assert set(before) == {1}
    assert len(commits) == 2
    assert len(await claimed(database)) == 300


async def test_a_batch_that_is_longer_than_one_insert_is_stored_too(database: Database) -> None:
    async with an_intake(database, limit=5000) as intake:
        assert all(await asyncio.gather(*(put(intake, f"command/{number}") for number in range(1201))))
    assert len(await stored(database)) == 1201


async def test_a_delivery_that_comes_again_is_known(database: Database) -> None:
    async with an_intake(database) as intake:
        assert await put(intake, "event/1") is True
        assert await put(intake, "event/1") is False
    async with database.transaction() as tx:
        (found,) = await inbox.claim(tx, 10, "worker", 60)
        await inbox.done(tx, found)
    async with an_intake(database) as intake:
        assert await put(intake, "event/1", body=b"other") is False
    assert await claimed(database) == []


async def test_of_the_same_delivery_in_one_batch_one_is_new(database: Database) -> None:
    async with an_intake(database) as intake:
        answers = await asyncio.gather(*(put(intake, "event/1") for _ in range(5)), put(intake, "event/2"))
    assert sorted(answers) == [False] * 4 + [True] * 2
    assert await claimed(database) == ["event/1", "event/2"]


@pytest.mark.parametrize(
    ("key", "body"),
    [("nul\x00", b""), ("half\ud800", b""), ("large", bytes(MAX_BODY + 1))],
    ids=["nul", "half", "large"],
)
async def test_what_cannot_be_stored_fails_alone(database: Database, key: str, body: bytes) -> None:
    async with an_intake(database) as intake:
        good, bad = await asyncio.gather(put(intake, "good"), put(intake, key, body=body), return_exceptions=True)
    assert good is True
    assert isinstance(bad, NotStorable)
    assert await claimed(database) == ["good"]


async def test_a_row_that_the_database_refuses_fails_alone(database: Database) -> None:
    async with an_intake(database) as intake:
        answers = await asyncio.gather(
            put(intake, "one"), put(intake, "bad", lane="nonsense"), put(intake, "two"), return_exceptions=True
        )
        assert await put(intake, "three") is True
    assert [type(each) for each in answers] == [bool, InvariantBroken, bool]
    assert await claimed(database) == ["one", "two", "three"]


async def test_past_the_bound_busy_is_answered_and_what_is_known_stays_known(database: Database) -> None:
    clock = HandClock()
    async with an_intake(database, limit=10, clock=clock) as intake:
        answers = await asyncio.gather(*(put(intake, f"command/{number}") for number in range(10)))
        assert all(answers)
        with pytest.raises(Busy, match="Too much is waiting"):
            await put(intake, "command/10")
        assert await put(intake, "command/3") is False
        assert len(await stored(database)) == 10
        async with database.transaction() as tx:
            for each in await inbox.claim(tx, 4, "worker", 60):
                await inbox.done(tx, each)
        answers = await asyncio.gather(*(put(intake, f"later/{number}") for number in range(6)), return_exceptions=True)
    assert [each is True for each in answers] == [True] * 4 + [False] * 2
    assert all(isinstance(each, Busy) for each in answers[4:])


async def test_what_another_replica_stored_counts_after_a_second(database: Database) -> None:
    clock = HandClock()
    async with an_intake(database, limit=10, clock=clock) as intake:
        assert await put(intake, "mine")
        async with an_intake(database, limit=10) as other:
            await asyncio.gather(*(put(other, f"other/{number}") for number in range(9)))
        clock.move(RECOUNT)
        with pytest.raises(Busy):
            await put(intake, "too many")


async def test_a_storm_of_alerts_leaves_people_their_room(database: Database) -> None:
    async with an_intake(database, limit=10) as intake:
        answers = await asyncio.gather(
            *(put(intake, f"alert/{number}", lane="alerts") for number in range(30)), return_exceptions=True
        )
        assert sum(each is True for each in answers) == 10
        assert sum(isinstance(each, Busy) for each in answers) == 20
        assert await put(intake, "command/1") is True
        assert await put(intake, "event/1", lane="events") is True
    async with database.transaction() as tx:
        found = await inbox.claim(tx, 100, "worker", 60, lanes=("people",))
    assert [each.key for each in found] == ["command/1"]


async def test_an_intake_that_is_left_takes_nothing_more_and_has_stored_what_waited(database: Database) -> None:
    async with an_intake(database) as intake, asyncio.TaskGroup() as group:
        waiting = [group.create_task(put(intake, f"command/{number}")) for number in range(20)]
    assert all(each.result() for each in waiting)
    assert len(await claimed(database)) == 20
    with pytest.raises(Busy, match="stopping"):
        await put(intake, "late")
    assert "late" not in await stored(database)


async def test_the_hint_comes_when_a_worker_can_claim(database: Database) -> None:
    async with an_intake(database) as intake:
        with database.subscribe(inbox.TOPIC) as hints:
            await hints.wait(0)
            assert await put(intake, "command/1")
            assert await hints.wait(10)
            assert await claimed(database) == ["command/1"]


async def test_what_was_acknowledged_by_a_process_that_died_is_worked_on(database: Database) -> None:
    """The row is committed and answered; the process dies before it lets the row go."""
    dead = Arrival(key="command/1", kind="command", lane="people", body=b"hello", received_at=NOON)
    async with database.transaction() as tx:
        assert await arriving.insert(tx, "intake/dead", [dead]) == {"command/1"}
    assert await claimed(database) == []
    if database.dialect == "postgresql":
        async with database.transaction() as tx:
            await tx.execute(update(table).values(lease_until=tx.after(-1)))
    async with an_intake(database):
        assert await claimed(database) == ["command/1"]
