"""Gone, read-only, full: each answers its own error, and what was begun is not there afterwards."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event, text

from bot.audit.chain import append
from bot.audit.records import Event, Record
from bot.clock import SystemClock
from bot.store.database import Database
from bot.store.engines import CONNECTIONS
from bot.store.errors import Busy, InvariantBroken, StoreFull, StoreGone, StoreReadOnly
from bot.store.outbox import put as put_message
from bot.store.requests import insert_request, latest_of
from tests.databases import KEYRING, PostgreSQL, opened
from tests.store.intakes import an_intake, put, stored
from tests.store.rows import NOON, a_message, a_request


async def change(database: Database, *, body: bytes = b"{}") -> None:
    """A request, its record and its message, as the engine stores them."""
    async with database.transaction() as tx:
        number = await insert_request(tx, a_request())
        record = Record(event=Event.REQUEST_PLANNED, at=NOON, actor="x", request=number)
        await append(tx, f"request/{number}", record)
        await put_message(tx, a_message(f"request/{number}/card", body=body))


async def nothing_is_stored(database: Database) -> bool:
    async with database.read() as tx:
        counts = [
            (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in ("requests", "audit", "outbox", "inbox")
        ]
    return counts == [0, 0, 0, 0]


async def test_what_fails_at_its_end_leaves_nothing_of_its_beginning(database: Database) -> None:
    with pytest.raises(InvariantBroken):
        async with database.transaction() as tx:
            await insert_request(tx, a_request())
            await put_message(tx, a_message(kind="nonsense"))
    assert await nothing_is_stored(database)
    await change(database)


async def test_a_transaction_that_is_cancelled_stores_nothing(database: Database) -> None:
    begun = asyncio.Event()

    async def slow() -> None:
        async with database.transaction() as tx:
            await insert_request(tx, a_request())
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(slow())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await nothing_is_stored(database)
    await change(database)


async def test_nothing_can_be_written_in_a_read(database: Database) -> None:
    with pytest.raises(StoreReadOnly, match="takes no writes"):
        async with database.read() as tx:
            await insert_request(tx, a_request())
    assert await nothing_is_stored(database)


async def test_a_read_sees_one_picture_while_others_write(database: Database) -> None:
    async with database.read() as tx:
        assert await latest_of(tx, "alice") == ()
        await change(database)
        assert await latest_of(tx, "alice") == ()
    async with database.read() as tx:
        assert len(await latest_of(tx, "alice")) == 1


async def test_a_file_without_room_is_told_and_still_serves_what_fits(tmp_path: object) -> None:
    address = f"sqlite:///{tmp_path}/db"
    async with Database.open(address, keyring=KEYRING, clock=SystemClock(), max_pages=120) as database:
        with pytest.raises(StoreFull, match="no room left"):
            await change(database, body=bytes(1_000_000))
        assert await nothing_is_stored(database)
        await change(database)


async def test_a_server_without_room_is_told(postgresql_database: Database) -> None:
    async with postgresql_database.transaction() as tx:
        await tx.execute(text(_FULL_FUNCTION))
        await tx.execute(text("CREATE TRIGGER no_room BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION no_room()"))
    with pytest.raises(StoreFull, match="no room left"):
        await change(postgresql_database)
    assert await nothing_is_stored(postgresql_database)


_FULL_FUNCTION = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
"""


async def test_a_file_that_takes_no_writes_is_told(tmp_path: object) -> None:
    async with opened(f"sqlite:///{tmp_path}/db") as database:
        event.listen(
            database._writer.sync_engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA query_only=ON")
        )
        with pytest.raises(StoreReadOnly):
            await change(database)
        assert await nothing_is_stored(database)


async def test_a_standby_is_told_from_a_database_that_is_gone(postgresql: PostgreSQL) -> None:
    address = await postgresql.fresh()
    name = address.split("@/")[1].split("?")[0]
    await postgresql.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    async with opened(address) as database:
        with pytest.raises(StoreReadOnly):
            await change(database)
        assert await nothing_is_stored(database)
    await postgresql.drop(address)


async def test_a_connection_that_was_cut_in_the_middle_stores_nothing_and_the_next_one_works(
    postgresql_database: Database,
) -> None:
    database = postgresql_database
    with pytest.raises(StoreGone, match="does not answer"):
        async with database.transaction() as tx:
            await insert_request(tx, a_request())
            mine = (await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            async with database.transaction() as other:
                await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
            await tx.execute(text("SELECT 1"))
    assert await nothing_is_stored(database)
    await change(database)


async def test_a_file_that_vanished_is_told_instead_of_written_into_the_void(tmp_path: object) -> None:
    async with opened(f"sqlite:///{tmp_path}/db") as database:
        assert database.path is not None
        aside = database.path.with_name("aside")
        async with an_intake(database) as intake:
            assert await put(intake, "before")
            database.path.rename(aside)
            with pytest.raises(StoreGone):
                await change(database)
            with pytest.raises(StoreGone):
                await put(intake, "during")
            with pytest.raises(StoreGone):
                async with database.read():
                    pass
            aside.rename(database.path)
            assert await put(intake, "during") is True
        assert await stored(database) == {"before", "during"}


async def test_a_file_that_was_replaced_is_told_too(tmp_path: object) -> None:
    async with opened(f"sqlite:///{tmp_path}/db") as database:
        assert database.path is not None
        database.path.rename(database.path.with_name("aside"))
        database.path.write_bytes(b"")
        with pytest.raises(StoreGone):
            await change(database)


async def test_a_pool_that_is_used_up_is_busy_and_not_gone(postgresql_database: Database) -> None:
    pool = postgresql_database._writer.sync_engine.pool
    pool._timeout = 0.05  # type: ignore[attr-defined]
    held = [postgresql_database.transaction() for _ in range(CONNECTIONS + 1)]
    for each in held:
        await each.__aenter__()
    with pytest.raises(Busy, match="busy"):
        await change(postgresql_database)
    for each in held:
        await each.__aexit__(None, None, None)
    await change(postgresql_database)
