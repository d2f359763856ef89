"""The outbox: unique keys, order within a message, newer edits in place of older ones, retries, takeover, drops."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.store import outbox
from bot.store.database import Database
from bot.store.errors import LeaseLost
from bot.store.messages import forget_message, message_at, message_of
from bot.store.outbox import Claimed, OutMessage, put
from bot.store.tables import outbox as table
from tests.store.rows import NOON, a_message

CARD = "request/142/card"


async def store(database: Database, *messages: OutMessage) -> list[bool]:
    async with database.transaction() as tx:
        return [await put(tx, each) for each in messages]


async def claim(database: Database, limit: int = 10, **options: object) -> tuple[Claimed, ...]:
    async with database.transaction() as tx:
        return await outbox.claim(tx, limit, "sender", 60, **options)  # type: ignore[arg-type]


async def keys(database: Database, limit: int = 10, **options: object) -> list[str]:
    return [each.key for each in await claim(database, limit, **options)]


async def sent(database: Database, message: Claimed, ts: str = "1.0") -> bool:
    async with database.transaction() as tx:
        return await outbox.sent(tx, message, channel="C0OPS", ts=ts)


def edit(number: int, **changes: object) -> OutMessage:
    return a_message(f"{CARD}/{number}", kind="update", thread_key=CARD, body=f"edit {number}".encode(), **changes)


def reply(key: str = "request/142/end", **changes: object) -> OutMessage:
    return a_message(key, thread_key=CARD, **changes)


async def test_a_message_is_stored_sealed_and_claimed_whole(database: Database) -> None:
    await store(database, a_message(CARD, body=b"https://hooks.slack.com/secret"))
    async with database.read() as tx:
        assert b"hooks" not in (await tx.execute(select(table.c.body))).scalar_one()
    (found,) = await claim(database)
    assert (found.key, found.body, found.attempts, found.channel) == (
        CARD,
        b"https://hooks.slack.com/secret",
        1,
        "C0OPS",
    )
    assert await claim(database) == ()


async def test_a_key_is_stored_once_ever(database: Database) -> None:
    assert await store(database, a_message(CARD), a_message(CARD)) == [True, False]
    (found,) = await claim(database)
    await sent(database, found)
    assert await store(database, a_message(CARD)) == [False]
    assert await keys(database) == []


async def test_an_edit_and_a_reply_wait_for_their_message(database: Database) -> None:
    await store(database, a_message(CARD), edit(1), reply())
    (card,) = await claim(database)
    assert card.key == CARD
    assert await keys(database) == []
    await sent(database, card)
    (first,) = await claim(database)
    assert first.key == f"{CARD}/1"
    await sent(database, first)
    assert await keys(database) == ["request/142/end"]


async def test_a_newer_edit_takes_the_place_of_one_that_waits(database: Database) -> None:
    await store(database, edit(1), edit(2), edit(3))
    (found,) = await claim(database)
    assert (found.key, found.body) == (f"{CARD}/3", b"edit 3")


async def test_an_edit_that_is_being_sent_is_followed_by_the_newest(database: Database) -> None:
    await store(database, edit(1))
    (first,) = await claim(database)
    await store(database, edit(2), edit(3))
    assert await keys(database) == []
    await sent(database, first)
    assert await keys(database) == [f"{CARD}/3"]


async def test_many_edits_stored_at_once_leave_one(database: Database) -> None:
    await asyncio.gather(*(store(database, edit(number)) for number in range(8)))
    async with database.read() as tx:
        assert len((await tx.execute(select(table.c.key))).all()) == 1


async def test_a_more_urgent_edit_makes_the_waiting_one_urgent_and_never_less(database: Database) -> None:
    await store(database, edit(1, priority=50), edit(2, priority=10), edit(3, priority=50))
    (found,) = await claim(database)
    assert (found.key, found.priority) == (f"{CARD}/3", 10)


async def test_the_urgent_go_first_and_a_busy_channel_waits(database: Database) -> None:
    await store(
        database,
        a_message("late", priority=50),
        a_message("urgent", priority=10),
        a_message("elsewhere", priority=60, channel="C0OTHER"),
    )
    assert await keys(database, busy_channels=("C0OPS",)) == ["elsewhere"]
    assert await keys(database, limit=1) == ["urgent"]
    assert await keys(database) == ["late"]


async def test_what_a_dead_sender_had_is_sent_again_and_says_so(database: Database) -> None:
    await store(database, a_message(CARD))
    (dead,) = await claim(database)
    async with database.transaction() as tx:
        await tx.execute(update(table).values(lease_until=tx.after(-1)))
    (again,) = await claim(database)
    assert again.attempts == 2
    with pytest.raises(LeaseLost):
        async with database.transaction() as tx:
            await outbox.retry_at(tx, dead, NOON, error="late")
    with pytest.raises(LeaseLost):
        async with database.transaction() as tx:
            await outbox.drop(tx, dead, error="late")


async def test_that_it_was_sent_is_a_fact_also_after_the_lease(database: Database) -> None:
    await store(database, a_message(CARD))
    (slow,) = await claim(database)
    async with database.transaction() as tx:
        await tx.execute(update(table).values(lease_until=tx.after(-1)))
    (second,) = await claim(database)
    assert await sent(database, slow, ts="1.0")
    assert not await sent(database, second, ts="2.0")
    async with database.read() as tx:
        found = await message_of(tx, CARD)
    assert found is not None
    assert (found.ts, found.version) == ("1.0", 1)


async def test_a_message_is_tried_again_at_its_time_and_not_before(database: Database) -> None:
    await store(database, a_message(CARD))
    (found,) = await claim(database)
    async with database.transaction() as tx:
        at = await database.now(tx) + timedelta(hours=1)
        await outbox.retry_at(tx, found, at, error="ratelimited")
    assert await keys(database) == []
    async with database.read() as tx:
        assert await outbox.next_due(tx) == at
    async with database.transaction() as tx:
        await tx.execute(update(table).values(not_before=tx.after(-1)))
    (again,) = await claim(database)
    assert (again.body, again.attempts) == (found.body, 2)


async def test_an_edit_that_failed_gives_way_to_a_newer_one(database: Database) -> None:
    await store(database, edit(1))
    (first,) = await claim(database)
    await store(database, edit(2))
    async with database.transaction() as tx:
        await outbox.retry_at(tx, first, NOON, error="ratelimited")
    assert await keys(database) == [f"{CARD}/2"]


async def test_what_is_dropped_holds_up_nothing_and_keeps_no_body(database: Database) -> None:
    await store(database, a_message(CARD), reply())
    (card,) = await claim(database)
    async with database.transaction() as tx:
        await outbox.drop(tx, card, error="channel_not_found")
    assert await keys(database) == ["request/142/end"]
    async with database.read() as tx:
        row = (await tx.execute(select(table.c.body, table.c.error).where(table.c.key == CARD))).one()
    assert tuple(row) == (b"", "channel_not_found")
    assert await store(database, a_message(CARD)) == [False]


async def test_where_a_message_is_is_remembered_and_edits_count(database: Database) -> None:
    await store(database, a_message(CARD), edit(1))
    (card,) = await claim(database)
    await sent(database, card, ts="1.0")
    (first,) = await claim(database)
    await sent(database, first, ts="1.0")
    async with database.transaction() as tx:
        found = await message_of(tx, CARD)
        assert found is not None
        assert (found.channel, found.ts, found.version) == ("C0OPS", "1.0", 2)
        assert await message_at(tx, "C0OPS", "1.0") == found
        assert await message_at(tx, "C0OPS", "2.0") is None
        await forget_message(tx, CARD)
        assert await message_of(tx, CARD) is None


async def test_what_was_sent_keeps_no_body_and_is_purged_when_old(database: Database) -> None:
    await store(database, a_message(CARD), a_message("waiting"))
    card = next(each for each in await claim(database) if each.key == CARD)
    await sent(database, card)
    async with database.transaction() as tx:
        assert (await tx.execute(select(table.c.body).where(table.c.key == CARD))).scalar_one() == b""
        await tx.execute(update(table).values(created_at=tx.after(-3600)))
        assert await outbox.purge(tx, timedelta(hours=2)) == 0
        assert await outbox.purge(tx, timedelta(minutes=30)) == 1
        assert (await tx.execute(select(table.c.key))).scalars().all() == ["waiting"]


async def test_a_message_of_a_change_that_is_rolled_back_is_never_sent(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            await put(tx, a_message(CARD))
            raise RuntimeError
    assert await keys(database) == []
