"""Leases: one owner, a fence that goes up, nothing written after a takeover, time by the database's clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.errors import Bug
from bot.store.attempts import attempts_of
from bot.store.database import Database
from bot.store.errors import LeaseLost
from bot.store.leases import Lease, hold, release, renew, write_as
from bot.store.outbox import put
from bot.store.requests import ask_cancel, compare_and_set
from bot.store.steps import intend, record_step, settle, steps_of
from tests.clocks import HandClock
from tests.databases import PostgreSQL, opened
from tests.leases.requests import approved, claim, leased, request, run_out
from tests.store.rows import a_message


async def test_a_request_that_is_leased_is_given_to_nobody_else(database: Database) -> None:
    number = await approved(database)
    lease = await leased(database)
    assert (lease.request, lease.fence, lease.owner, lease.cancel_asked) == (number, 1, "one", False)
    assert await claim(database, "two") is None


@pytest.mark.parametrize("state", ["planned", "waiting", "needs_attention"])
async def test_what_is_not_to_be_executed_is_given_to_nobody(database: Database, state: str) -> None:
    await approved(database, state=state)
    assert await claim(database) is None


async def test_workers_that_ask_at_once_get_different_requests(database: Database) -> None:
    numbers = {await approved(database) for _ in range(6)}
    given = await asyncio.gather(*(claim(database, f"worker {index}") for index in range(8)))
    found = [each.request for each in given if each is not None]
    assert len(found) == len(set(found))
    while (lease := await claim(database)) is not None:
        found.append(lease.request)
    assert sorted(found) == sorted(numbers)


async def test_the_one_that_is_due_longest_comes_first_and_one_that_sleeps_not_at_all(database: Database) -> None:
    async with database.read() as tx:
        now = await database.now(tx)
    late = await approved(database, wake_at=now - timedelta(seconds=10))
    later = await approved(database, wake_at=now - timedelta(seconds=20))
    await approved(database, wake_at=now + timedelta(hours=1))
    assert [(await leased(database)).request, (await leased(database)).request] == [later, late]
    assert await claim(database) is None


async def test_a_takeover_raises_the_fence_and_ends_the_attempt_as_lost(database: Database) -> None:
    number = await approved(database)
    await leased(database)
    await run_out(database, number)
    second = await leased(database, "two")
    assert second.fence == 2
    async with database.read() as tx:
        found = await attempts_of(tx, number)
    assert [(each.fence, each.owner, each.outcome) for each in found] == [(1, "one", "lost"), (2, "two", None)]
    assert found[0].ended_at is not None


async def test_a_worker_that_was_stalled_past_its_lease_writes_nothing_after_another_took_over(
    database: Database,
) -> None:
    number = await approved(database)
    stalled = await leased(database)
    async with database.transaction() as tx:
        await intend(tx, stalled, 1, "step-1")
    await run_out(database, number)
    taken = await leased(database, "two")

    async def refused(write) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(LeaseLost, match="taken over"):
            async with database.transaction() as tx:
                await put(tx, a_message("request/1/end"))
                await write(tx)

    await refused(lambda tx: renew(tx, stalled, 10))
    await refused(lambda tx: hold(tx, stalled))
    await refused(lambda tx: write_as(tx, stalled, state="executing"))
    await refused(lambda tx: release(tx, stalled, "done", state="succeeded"))
    await refused(lambda tx: intend(tx, stalled, 1, "step-2"))
    await refused(lambda tx: settle(tx, stalled, 1, "step-1", "done"))
    await refused(lambda tx: record_step(tx, stalled, 1, "step-2", "already"))
    found = await request(database, number)
    assert (found.state, found.owner, found.fence) == ("approved", "two", taken.fence)
    async with database.transaction() as tx:
        assert {name: each.state for name, each in (await steps_of(tx, number, 1)).items()} == {"step-1": "intended"}
        assert await put(tx, a_message("request/1/end"))
        await write_as(tx, taken, state="executing")


async def test_the_same_name_without_the_same_fence_is_not_the_owner(database: Database) -> None:
    """A process that restarts under its old name is another owner."""
    number = await approved(database)
    before = await leased(database, "pod-0")
    await run_out(database, number)
    await leased(database, "pod-0")
    with pytest.raises(LeaseLost):
        async with database.transaction() as tx:
            await write_as(tx, before, state="executing")


async def test_who_holds_a_lease_that_ran_out_keeps_it_until_another_takes_it(database: Database) -> None:
    number = await approved(database)
    lease = await leased(database)
    await run_out(database, number)
    async with database.transaction() as tx:
        renewed = await renew(tx, lease, 60)
    assert renewed.until > lease.until
    assert await claim(database, "two") is None


async def test_a_cancel_is_seen_at_the_next_renewal(database: Database) -> None:
    number = await approved(database)
    lease = await leased(database)
    async with database.transaction() as tx:
        assert await ask_cancel(tx, number)
    async with database.transaction() as tx:
        assert (await renew(tx, lease, 10)).cancel_asked
        await release(tx, lease, "cancelled", state="cancelled", ended_at=tx.clock.now())
    async with database.transaction() as tx:
        assert not await ask_cancel(tx, number)


async def test_a_cancel_before_the_lease_is_in_the_lease(database: Database) -> None:
    number = await approved(database)
    async with database.transaction() as tx:
        await ask_cancel(tx, number)
    assert (await leased(database)).cancel_asked


async def test_a_lease_that_is_given_back_ends_its_attempt_with_the_outcome(database: Database) -> None:
    number = await approved(database)
    lease = await leased(database)
    async with database.transaction() as tx:
        await release(tx, lease, "succeeded", state="succeeded", ended_at=tx.clock.now(), outcome=b"all well")
    found = await request(database, number)
    assert (found.state, found.owner, found.lease_until, found.outcome) == ("succeeded", None, None, b"all well")
    async with database.read() as tx:
        (attempt,) = await attempts_of(tx, number)
    assert attempt.outcome == "succeeded"
    with pytest.raises(LeaseLost):
        async with database.transaction() as tx:
            await renew(tx, lease, 10)


async def test_a_click_that_read_the_request_before_it_was_leased_changes_nothing(database: Database) -> None:
    number = await approved(database)
    seen = await request(database, number)
    await leased(database)
    async with database.transaction() as tx:
        assert not await compare_and_set(tx, number, seen.version, state="waiting")
    assert (await request(database, number)).state == "approved"


async def test_of_two_who_decide_on_the_same_version_one_wins(database: Database) -> None:
    number = await approved(database)
    seen = await request(database, number)

    async def decide(state: str) -> bool:
        async with database.transaction() as tx:
            return await compare_and_set(tx, number, seen.version, state=state, ended_at=tx.clock.now())

    answers = await asyncio.gather(decide("rejected"), decide("expired"))
    assert sorted(answers) == [False, True]
    assert (await request(database, number)).state == ("rejected" if answers[0] else "expired")


async def test_a_step_is_intended_before_it_ends_and_ends_once(database: Database) -> None:
    number = await approved(database)
    lease = await leased(database)

    async def end(state: str) -> None:
        async with database.transaction() as tx:
            await settle(tx, lease, 1, "step-1", state, outcome=b"secret answer")

    with pytest.raises(Bug, match="was not begun"):
        await end("done")
    async with database.transaction() as tx:
        await intend(tx, lease, 1, "step-1", audit_id="a-1", pinned_version="7")
    async with database.transaction() as tx:
        await intend(tx, lease, 1, "step-1", audit_id="a-2", pinned_version="8")
    await end("unknown")
    await end("done")
    for again in ("failed", "done"):
        with pytest.raises(Bug):
            await end(again)
    async with database.read() as tx:
        (step,) = (await steps_of(tx, number, 1)).values()
        raw = (await tx.execute(text("SELECT outcome FROM steps"))).scalar_one()
    assert (step.state, step.audit_id, step.pinned_version, step.outcome) == ("done", "a-2", "8", b"secret answer")
    assert b"secret" not in raw


async def test_on_sqlite_a_lease_runs_by_the_process_clock(tmp_path: object) -> None:
    clock = HandClock()
    async with opened(f"sqlite:///{tmp_path}/db", clock=clock) as database:
        await approved(database)
        lease = await leased(database, seconds=10)
        assert lease.until == clock.now() + timedelta(seconds=10)
        clock.move(9.9)
        assert await claim(database, "two") is None
        clock.move(0.1)
        assert (await leased(database, "two")).fence == 2


async def test_on_postgresql_a_replica_whose_clock_is_wrong_takes_over_no_sooner(postgresql: PostgreSQL) -> None:
    address = await postgresql.fresh()
    clock = HandClock()
    clock.move(100 * 365 * 86400)
    async with opened(address) as right, opened(address, clock=clock) as wrong:
        await approved(right)
        lease = await leased(right, seconds=30)
        assert await claim(wrong, "two") is None
        async with right.read() as tx:
            now = await right.now(tx)
        assert timedelta(seconds=20) < lease.until - now <= timedelta(seconds=30)
    await postgresql.drop(address)


async def test_a_transaction_that_stalled_gets_no_lease_from_its_beginning(postgresql_database: Database) -> None:
    """The lease counts from the statement, not from where the transaction began (now() would)."""
    await approved(postgresql_database)
    async with postgresql_database.transaction() as tx:
        began = (await tx.execute(text("SELECT now()"))).scalar_one()
        await tx.execute(text("SELECT pg_sleep(0.05)"))
        until = (await tx.execute(text("SELECT clock_timestamp()"))).scalar_one()
        assert (await postgresql_database.now(tx)) >= until > began


def test_a_lease_cannot_be_changed() -> None:
    lease = Lease(request=1, fence=1, owner="one", until=HandClock().now())
    with pytest.raises(AttributeError):
        lease.fence = 2  # type: ignore[misc]
