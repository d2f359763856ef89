"""Migrations: what they make is what the code says, replicas take turns, a newer database is left alone."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

from bot.store.database import Database
from bot.store.errors import NewerStore
from bot.store.migrating import LOCK
from bot.store.tables import metadata
from tests.databases import PostgreSQL, opened


def differences(connection: Connection) -> list[object]:
    # SQLite gives defaults back as they were spelt, so that equal ones differ.
    defaults = connection.dialect.name == "postgresql"
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": defaults})
    return list(compare_metadata(context, metadata))


def checks(connection: Connection) -> dict[str, set[str | None]]:
    """Alembic compares no CHECKs: by name, then."""
    found = inspect(connection)
    return {table: {each["name"] for each in found.get_check_constraints(table)} for table in metadata.tables}


async def test_the_migrations_make_the_tables_that_the_code_describes(database: Database) -> None:
    async with database.transaction() as tx:
        assert await tx.connection.run_sync(differences) == []
        found = await tx.connection.run_sync(checks)
    declared = {
        name: {each.name for each in table.constraints if type(each).__name__ == "CheckConstraint"}
        for name, table in metadata.tables.items()
    }
    assert found == declared


async def test_the_checks_say_the_same_as_well(tmp_path: Path) -> None:
    """On SQLite, which keeps each CREATE TABLE as it was written."""
    async with opened(f"sqlite:///{tmp_path / 'migrated'}"):
        pass
    engine = create_engine(f"sqlite:///{tmp_path / 'described'}")
    metadata.create_all(engine)
    engine.dispose()
    assert _checks(tmp_path / "migrated") == _checks(tmp_path / "described")


def _checks(path: Path) -> set[tuple[str, str]]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    finally:
        connection.close()
    lines = {(name, line.strip().rstrip(",")) for name, sql in rows for line in (sql or "").splitlines()}
    return {(name, line) for name, line in lines if line.startswith("CONSTRAINT ck_")}


async def test_opening_again_changes_nothing(address: str) -> None:
    for _ in range(2):
        async with opened(address) as database, database.read() as tx:
            assert (await tx.execute(text("SELECT version_num FROM alembic_version"))).scalars().all() == ["0001"]


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(address: str) -> None:
    async with opened(address) as database, database.transaction() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await tx.execute(text("DROP TABLE messages"))
    with pytest.raises(NewerStore, match=r"newer version of Kajitori \(revision 9999\)"):
        async with opened(address):
            pass


async def test_replicas_that_start_together_migrate_one_after_the_other(postgresql: PostgreSQL) -> None:
    address = await postgresql.fresh(empty=True)

    async def start() -> str:
        async with opened(address) as database, database.read() as tx:
            version: str = (await tx.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
            return version

    assert await asyncio.gather(*(start() for _ in range(4))) == ["0001"] * 4
    await postgresql.drop(address)


async def test_a_replica_waits_while_another_migrates(postgresql: PostgreSQL) -> None:
    address = await postgresql.fresh()
    async with opened(address) as database:
        async with database.transaction() as tx:
            await tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            starting = asyncio.create_task(_open(address))
            waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            async with asyncio.timeout(10):
                while (await tx.execute(waiting)).scalar_one() == 0:
                    assert not starting.done()
        assert await starting
    await postgresql.drop(address)


async def _open(address: str) -> bool:
    async with opened(address):
        return True
