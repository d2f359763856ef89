"""An intake in one line, what workers find, and a proxy that loses the answer to a commit."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from sqlalchemy import select

from bot.clock import Clock, SystemTokens
from bot.store import inbox
from bot.store.database import Database
from bot.store.intake import Intake
from bot.store.tables import inbox as table
from tests.clocks import HandClock


def an_intake(database: Database, *, limit: int = 100, clock: Clock | None = None) -> Intake:
    return Intake(database, limit=limit, clock=clock or HandClock(), tokens=SystemTokens())


async def put(intake: Intake, key: str, *, lane: str = "people", body: bytes = b"hello") -> bool:
    return await intake.store(key, "command", lane, body)


async def stored(database: Database) -> set[str]:
    """The keys in the table, whatever their state."""
    async with database.read() as tx:
        return set((await tx.execute(select(table.c.key))).scalars())


async def claimed(database: Database) -> list[str]:
    """What a worker would get now."""
    async with database.transaction() as tx:
        return [each.key for each in await inbox.claim(tx, 1000, "worker", 60)]


@asynccontextmanager
async def losing_commits(address: str) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """The address of a PostgreSQL behind a socket that drops one answer, and an event for when it did.

    It is the answer "committed" to the first COMMIT after an INSERT into the inbox.
    """
    parts = urlsplit(address)
    real = Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432"
    lost = asyncio.Event()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(real)
        seen = bytearray()

        async def down() -> None:
            while data := await up_reader.read(65536):
                asked = b"COMMIT" in seen.partition(b"INSERT INTO inbox")[2]
                if not lost.is_set() and asked and b"COMMIT\x00" in data:
                    lost.set()
                    break
                writer.write(data)
            writer.close()
            up_writer.close()

        answers = asyncio.create_task(down())
        while data := await reader.read(65536):
            seen += data
            up_writer.write(data)
        up_writer.close()
        await answers

    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        server = await asyncio.start_unix_server(pass_on, Path(folder) / ".s.PGSQL.5432")
        async with server:
            yield f"postgresql://postgres@/{parts.path.strip('/')}?host={quote(folder)}", lost
