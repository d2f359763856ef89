"""Appending: the exact bytes, one chain a request, all or nothing with the change, no fork between two who append."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select

from bot.audit.chain import START, append, record_hash, refused_chain, request_chain, shown_chain
from bot.audit.reading import records_of
from bot.audit.records import Event, Record, decode, encode
from bot.errors import Bug
from bot.store.columns import to_micros
from bot.store.database import Database
from bot.store.errors import InvariantBroken
from bot.store.requests import compare_and_set, insert_request, load
from bot.store.tables import audit
from tests.store.rows import NOON, a_request

CHAIN = request_chain(142)


def a_record(event: Event = Event.REQUEST_PLANNED, *, request: int = 142, **detail: object) -> Record:
    return Record(event=event, at=NOON, actor="kajitori:alice", request=request, detail=dict(detail))


def test_a_record_has_one_byte_form() -> None:
    record = Record(
        event=Event.VOTE_APPROVE,
        at=datetime(2026, 11, 25, 21, 0, 0, 7, tzinfo=timezone(timedelta(hours=9))),
        actor="kajitori:bob",
        request=142,
        detail={"plan": 2, "digest": "ab", "名": "値\n\x00"},
    )
    assert encode(record).decode() == (
        '{"actor":"kajitori:bob","at":"2026-11-25T12:00:00.000007Z",'
        '"detail":{"digest":"ab","plan":2,"名":"値\\n\\u0000"},"event":"vote.approve","request":142,"v":1}'
    )
    assert decode(encode(record)) == record


@pytest.mark.parametrize("detail", [{"big": 2**53}, {"nan": float("nan")}, {"half": "\ud800"}])
def test_a_detail_that_json_cannot_hold_is_a_bug(detail: dict[str, object]) -> None:
    with pytest.raises(Bug, match=r"request\.planned"):
        encode(a_record(**detail))


async def test_each_record_is_stored_as_the_bytes_that_were_hashed_and_names_the_one_before(database: Database) -> None:
    async with database.transaction() as tx:
        await append(tx, CHAIN, a_record(summary="undo"))
        await append(tx, CHAIN, a_record(Event.REQUEST_WAITING))
        await append(tx, refused_chain("command/x"), a_record(Event.REFUSED_COMMAND, request=0))
    async with database.read() as tx:
        first, second = await records_of(tx, CHAIN)
        (other,) = await records_of(tx, "refused/command/x")
    assert first.body == encode(a_record(summary="undo"))
    assert first.record == a_record(summary="undo")
    assert (first.position, second.position, other.position) == (1, 2, 1)
    assert (first.previous, second.previous, other.previous) == (START, first.hash, START)
    micros = to_micros(NOON).to_bytes(8, "big", signed=True)
    head = (2).to_bytes(8, "big") + micros + len(CHAIN).to_bytes(4, "big") + CHAIN.encode()
    expected = hashlib.sha256(b"kajitori audit record v1\x00" + first.hash + head + second.body)
    assert second.hash == expected.digest()


async def test_a_change_that_is_rolled_back_leaves_no_record(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            await append(tx, CHAIN, a_record())
            raise RuntimeError
    async with database.read() as tx:
        assert await records_of(tx, CHAIN) == ()


async def test_many_who_append_to_one_request_at_once_make_one_chain(database: Database) -> None:
    async with database.transaction() as tx:
        number = await insert_request(tx, a_request())

    async def one(index: int) -> None:
        async with database.transaction() as tx:
            await append(tx, request_chain(number), a_record(Event.VOTE_REFUSED, request=number, index=index))

    await asyncio.gather(*(one(index) for index in range(8)))
    async with database.read() as tx:
        records = await records_of(tx, request_chain(number))
    assert [each.position for each in records] == list(range(1, 9))
    assert {each.record.detail["index"] for each in records} == set(range(8))
    assert [each.previous for each in records[1:]] == [each.hash for each in records[:-1]]


async def test_appending_before_or_after_changing_the_row_never_deadlocks(database: Database) -> None:
    async with database.transaction() as tx:
        number = await insert_request(tx, a_request())

    async def change(first: bool) -> bool:
        async with database.transaction() as tx:
            if first:
                await append(tx, request_chain(number), a_record())
            found = await load(tx, number)
            assert found is not None
            changed = await compare_and_set(tx, number, found.version, reason="x")
            if not first:
                await append(tx, request_chain(number), a_record())
            return changed

    await asyncio.gather(*(change(index % 2 == 0) for index in range(8)))
    async with database.read() as tx:
        assert len(await records_of(tx, request_chain(number))) == 8


async def test_the_database_refuses_a_second_record_in_the_same_place(database: Database) -> None:
    async with database.transaction() as tx:
        await append(tx, CHAIN, a_record())
    async with database.read() as tx:
        row = dict((await tx.execute(select(audit))).mappings().one())
    forked = {**row, "id": row["id"] + 1, "hash": record_hash(START, CHAIN, 1, to_micros(NOON), b"other")}
    with pytest.raises(InvariantBroken):
        async with database.transaction() as tx:
            await tx.execute(insert(audit).values(**forked))


def test_a_request_is_called_as_people_call_it() -> None:
    assert shown_chain(request_chain(142)) == "R-142"
    assert shown_chain(refused_chain("command/x")) == "refused/command/x"


async def test_a_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="naive"):
        async with database.transaction() as tx:
            await append(tx, CHAIN, Record(event=Event.REQUEST_PLANNED, at=NOON.replace(tzinfo=None), actor="x"))
    assert NOON.tzinfo is UTC
