"""At least once until it is done, never after; one at a time for a person; given up only loudly."""

from __future__ import annotations

import asyncio

from bot.store import inbox
from bot.store.tables import inbox as rows
from tests.delivery.inboxes import Handler, Soon, delivery, put, put_raw, states, until, working


async def test_what_is_handled_is_done_and_its_body_is_gone(database):
    await put(database, delivery("a"))
    handler = Handler(database=database)
    async with working(database, handler):
        await until(database, a="done")
    assert handler.seen == ["a"]
    async with database.read() as tx:
        assert [row.body for row in await tx.execute(rows.select())] == [b""]


async def test_a_handler_that_stores_nothing_has_ended_it_too(database):
    await put(database, delivery("a"))
    handler = Handler()
    async with working(database, handler):
        await until(database, a="done")
    assert handler.seen == ["a"]


async def test_a_person_is_served_in_order_and_one_at_a_time_while_others_are_served_beside(database):
    await put(database, *(delivery(f"a{n}") for n in range(5)), delivery("b0", user="U0BOB"))
    handler = Handler(database=database)
    async with working(database, handler):
        await until(database, **{f"a{n}": "done" for n in range(5)}, b0="done")
    assert [key for key in handler.seen if key.startswith("a")] == [f"a{n}" for n in range(5)]
    assert handler.seen.index("b0") < 4


async def test_no_more_run_at_once_than_allowed(database):
    await put(database, *(delivery(f"k{n}", user=f"U{n}") for n in range(9)))
    handler = Handler(database=database)
    async with working(database, handler, at_once=3):
        await until(database, **{f"k{n}": "done" for n in range(9)})
    assert handler.most <= 3 and sorted(handler.seen) == [f"k{n}" for n in range(9)]


async def test_a_failure_is_tried_again_after_growing_pauses(database):
    await put(database, delivery("a"))
    handler, clock = Handler(failing=2, database=database), Soon()
    async with working(database, handler, clock=clock) as (_, dropped):
        await until(database, a="done")
    assert handler.seen == ["a"] * 3 and clock.slept == [0.5, 1.0] and dropped == []


async def test_after_five_failures_it_is_given_up_and_told(database):
    await put(database, delivery("a"), delivery("b"))
    handler = Handler(failing=5, database=database)

    async def only_a(given, done):
        if given.key == "a":
            await handler(given, done)

    async with working(database, only_a) as (_, dropped):
        await until(database, a="dropped", b="done")
    assert handler.seen == ["a"] * 5
    assert [(key, str(error)) for key, error in dropped] == [("a", "not this time")]


async def test_one_that_kills_its_process_each_time_is_not_begun_a_sixth_time(database):
    await put(database, delivery("a"))
    for _ in range(5):
        async with database.transaction() as tx:
            assert len(await inbox.claim(tx, 1, "killed", 0)) == 1
    handler = Handler(database=database)
    async with working(database, handler) as (_, dropped):
        await until(database, a="dropped")
    assert handler.seen == [] and [key for key, _ in dropped] == ["a"]


async def test_a_handler_that_hangs_is_ended_and_counted_as_failed(database):
    await put(database, delivery("a"))
    handler = Handler(gate=asyncio.Event(), database=database)
    async with working(database, handler, timeout=0.05, attempts=2) as (_, dropped):
        await until(database, a="dropped")
    assert handler.seen == ["a", "a"] and isinstance(dropped[0][1], TimeoutError)


async def test_an_end_that_was_rolled_back_is_no_end(database):
    await put(database, delivery("a"))
    seen = []

    async def fails_after_done(given, done):
        seen.append(given.key)
        async with database.transaction() as tx:
            await done(tx)
            if len(seen) == 1:
                raise ValueError("after done, before the commit")

    async with working(database, fails_after_done):
        await until(database, a="done")
    assert seen == ["a", "a"]


async def test_what_a_killed_process_had_begun_is_claimed_after_its_lease(database):
    await put(database, delivery("a"))
    async with database.transaction() as tx:
        await inbox.claim(tx, 1, "killed", 0.3)
    handler = Handler(database=database)
    async with working(database, handler):
        await asyncio.sleep(0)
        assert handler.seen == []
        await until(database, a="done")
    assert handler.seen == ["a"]


async def test_one_taken_over_by_another_worker_leaves_nothing_of_the_first(database):
    await put(database, delivery("a"))
    first, let_go = asyncio.Event(), asyncio.Event()
    outcomes = []

    async def slow(given, done):
        first.set()
        await let_go.wait()
        try:
            async with database.transaction() as tx:
                await done(tx)
        except Exception as error:
            outcomes.append(type(error).__name__)
            raise

    async with working(database, slow, lease=0.05) as (incoming, dropped):
        await first.wait()
        incoming.stop()
        async with asyncio.timeout(10):
            while True:
                async with database.transaction() as tx:
                    if await inbox.claim(tx, 1, "other", 60):
                        break
                await database.wait_for_hint(["inbox"], 0.02)
        let_go.set()
    assert outcomes == ["LeaseLost"] and dropped == []
    assert await states(database) == {"a": "waiting"}


async def test_stopping_ends_what_was_begun_and_lets_the_rest_go_uncounted(database):
    await put(database, delivery("a"), delivery("b"))
    handler = Handler(gate=asyncio.Event(), database=database)
    async with working(database, handler) as (incoming, _):
        async with asyncio.timeout(5):
            while not handler.seen:
                await database.wait_for_hint(["inbox"], 0.02)
        incoming.stop()
        async with asyncio.timeout(5):
            while True:
                async with database.transaction() as tx:
                    again = await inbox.claim(tx, 1, "other", 60)
                if again:
                    break
                await database.wait_for_hint(["inbox"], 0.02)
        handler.gate.set()
    assert handler.seen == ["a"] and await states(database) == {"a": "done", "b": "waiting"}
    assert [(each.key, each.attempts) for each in again] == [("b", 1)]


async def test_a_row_that_cannot_be_read_holds_nobody_up(database):
    await put(database, delivery("good"))
    await put_raw(database, "bad", b"\x00nonsense")
    handler = Handler(database=database)
    async with working(database, handler) as (_, dropped):
        await until(database, good="done", bad="dropped")
    assert handler.seen == ["good"] and dropped == []


async def test_alerts_are_left_to_their_own_worker(database):
    await put_raw(database, "alert", b"{}", lane="alerts")
    await put(database, delivery("a"))
    async with working(database, Handler(database=database)):
        await until(database, a="done", alert="waiting")


async def test_a_row_that_somebody_changed_is_dropped_and_holds_nobody_up(database):
    await put(database, delivery("changed"), delivery("good"))
    async with database.transaction() as tx:
        bodies = {row.key: row.body for row in await tx.execute(rows.select())}
        await tx.execute(rows.update().where(rows.c.key == "changed").values(body=bodies["good"]))
    handler = Handler(database=database)
    async with working(database, handler) as (_, dropped):
        await until(database, changed="dropped", good="done")
    assert handler.seen == ["good"] and dropped == []
