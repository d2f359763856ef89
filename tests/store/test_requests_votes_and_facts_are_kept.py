"""What people see again: requests by number, by person, by plan; votes once; contexts, facts, hints."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text, update

from bot.store import inbox
from bot.store.columns import from_micros, to_micros
from bot.store.contexts import Context, context_of, forget_context, set_context
from bot.store.database import Database
from bot.store.facts import fact, set_fact, settle_fact
from bot.store.plans import add_plan
from bot.store.requests import (
    due_for_expiry,
    insert_request,
    latest_of,
    load,
    same_open,
    under_way,
    waiting_for,
    ways_back_of,
)
from bot.store.tables import requests
from bot.store.votes import cast_vote, votes_on
from tests.clocks import HandClock
from tests.databases import opened
from tests.store.intakes import an_intake, claimed, put, stored
from tests.store.rows import NOON, a_plan, a_request, a_vote


async def waiting_request(database: Database, **changes: object) -> int:
    async with database.transaction() as tx:
        number = await insert_request(tx, a_request(state="waiting", plan_version=1, **changes))
        await add_plan(tx, a_plan(number))
    return number


async def test_a_request_comes_back_as_it_was_stored_with_its_number(database: Database) -> None:
    new = a_request(
        arguments=b"\x00\xff", reason="落ちた", expires_at=NOON + timedelta(microseconds=1), thread_ts="1.000001"
    )
    async with database.transaction() as tx:
        number = await insert_request(tx, new)
        found = await load(tx, number)
    assert found is not None
    assert {name: getattr(found, name) for name in vars(new)} == vars(new)
    assert (found.id, found.version, found.fence, found.cancel_asked) == (number, 1, 0, False)


async def test_a_number_is_never_given_twice(database: Database) -> None:
    async with database.transaction() as tx:
        first = await insert_request(tx, a_request())
        await tx.execute(requests.delete())
        assert await insert_request(tx, a_request()) == first + 1
        assert await load(tx, first) is None


async def test_what_waits_for_a_person_is_what_others_asked_and_they_have_not_voted_on(database: Database) -> None:
    first, second = await waiting_request(database), await waiting_request(database)
    await waiting_request(database, requester_key="bob")
    async with database.transaction() as tx:
        assert [each.id for each in await waiting_for(tx, "bob")] == [first, second]
        await cast_vote(tx, a_vote(first))
        assert [each.id for each in await waiting_for(tx, "bob")] == [second]
        await add_plan(tx, a_plan(first, 2))
        await tx.execute(update(requests).where(requests.c.id == first).values(plan_version=2))
        assert [each.id for each in await waiting_for(tx, "bob")] == [first, second]


async def test_requests_are_found_by_person_state_plan_and_way_back(database: Database) -> None:
    first = await waiting_request(database)
    second = await waiting_request(database, back_of=first)
    other = await waiting_request(database, cluster="stage")
    async with database.read() as tx:
        assert [each.id for each in await latest_of(tx, "alice", limit=2)] == [other, second]
        assert await under_way(tx) == ()
        assert [each.id for each in await same_open(tx, "prod", "d" * 64)] == [first, second]
        assert await same_open(tx, "prod", "e" * 64) == ()
        assert [each.id for each in await ways_back_of(tx, first)] == [second]


async def test_what_is_past_its_time_and_not_being_executed_expires(database: Database) -> None:
    due = await waiting_request(database, expires_at=NOON)
    await waiting_request(database, expires_at=datetime(2999, 1, 1, tzinfo=UTC))
    await waiting_request(database)
    held = await waiting_request(database, expires_at=NOON)
    async with database.transaction() as tx:
        leased = {"owner": "one", "lease_until": tx.after(60)}
        await tx.execute(update(requests).where(requests.c.id == held).values(**leased))
        assert [each.id for each in await due_for_expiry(tx)] == [due]


async def test_a_person_votes_once_on_a_plan_version_under_whatever_account(database: Database) -> None:
    number = await waiting_request(database)
    second = a_vote(number, voter_slack="U0BOB2", verdict="reject")

    async def cast(vote: object) -> bool:
        async with database.transaction() as tx:
            return await cast_vote(tx, vote)  # type: ignore[arg-type]

    assert sorted(await asyncio.gather(cast(a_vote(number)), cast(second))) == [False, True]
    async with database.read() as tx:
        assert len(await votes_on(tx, number, 1)) == 1


async def test_a_channel_has_one_context_which_can_be_taken_away(database: Database) -> None:
    context = Context(channel="C0OPS", cluster="prod", namespace="payments", set_by="U0ALICE", updated_at=NOON)
    async with database.transaction() as tx:
        assert await context_of(tx, "C0OPS") is None
        await set_context(tx, context)
        await set_context(tx, Context(**{**vars(context), "namespace": "web"}))
        found = await context_of(tx, "C0OPS")
        assert found is not None
        assert found.namespace == "web"
        assert await forget_context(tx, "C0OPS")
        assert not await forget_context(tx, "C0OPS")


async def test_replicas_that_settle_a_fact_at_once_agree(database: Database) -> None:
    async def settle(value: bytes) -> bytes:
        async with database.transaction() as tx:
            return await settle_fact(tx, "instance", value)

    first, second = await asyncio.gather(settle(b"one"), settle(b"two"))
    assert first == second
    async with database.transaction() as tx:
        await set_fact(tx, "instance", b"three")
        assert await fact(tx, "instance") == b"three"
        assert await fact(tx, "other") is None


async def test_a_hint_reaches_other_replicas_when_and_only_when_it_commits(address: str) -> None:
    async with opened(address) as database:
        with database.subscribe("requests") as hints:
            assert not await hints.wait(0)
            with pytest.raises(RuntimeError):
                async with database.transaction() as tx:
                    tx.notify("requests")
                    raise RuntimeError
            async with database.transaction() as tx:
                tx.notify("other")
            assert not await hints.wait(0)
            async with database.transaction() as tx:
                tx.notify("requests")
            assert await hints.wait(10)


async def test_who_waits_for_a_hint_waits_by_the_clock_that_what_is_due_goes_by(address: str) -> None:
    clock = HandClock()
    async with opened(address, clock=clock) as database:
        with database.subscribe("requests") as hints:
            waiting = asyncio.create_task(hints.wait(3600))
            await clock.asleep.wait()
            clock.move(3600)
            assert not await waiting


_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"


async def test_a_hint_crosses_processes_also_after_its_connection_was_cut(
    postgresql_database: Database,
) -> None:
    here = postgresql_database
    address = here._writer.url.render_as_string(hide_password=False).replace("+asyncpg", "")
    async with opened(address) as there:
        with here.subscribe("requests") as hints:
            assert not await hints.wait(0)
            for _ in range(2):
                async with there.transaction() as tx:
                    tx.notify("requests")
                assert await hints.wait(10)
            closed = asyncio.Event()
            assert here._hints._listening is not None
            connection = here._hints._listening._listening
            assert connection is not None
            connection.add_termination_listener(lambda _: closed.set())
            async with there.transaction() as tx:
                await tx.execute(text(_CUT))
            await closed.wait()
            assert not await hints.wait(0)
            async with there.transaction() as tx:
                tx.notify("requests")
            assert await hints.wait(10)


async def test_deliveries_that_ended_long_ago_are_forgotten(database: Database) -> None:
    async with an_intake(database) as intake:
        await put(intake, "old")
        await put(intake, "waiting")
    async with database.transaction() as tx:
        old, _ = await inbox.claim(tx, 10, "worker", 60)
        await inbox.done(tx, old)
        assert await inbox.purge(tx, timedelta(hours=1)) == 0
        assert await inbox.purge(tx, timedelta(seconds=-1)) == 1
    assert await stored(database) == {"waiting"}
    assert await claimed(database) == []


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2999, 1, 1)), st.integers(-14, 14))
def test_moments_are_exact_to_the_microsecond(at: datetime, hours: int) -> None:
    aware = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert from_micros(to_micros(aware)) == aware
    assert from_micros(to_micros(aware)).tzinfo is UTC
