"""What befalls a database while the bot runs on it: it takes no writes, is full, goes away, or another is in its place.

    async with fault.while_it_lasts(world, bot, server): …

Each is brought about from outside, or by what SQLite itself offers to refuse; none replaces code of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, final

from sqlalchemy import event

from tests.databases import PostgreSQL
from tests.installation.bot import Bot
from tests.installation.world import World, running_of

Hand = Callable[[], None]


@final
@dataclass(frozen=True, kw_only=True)
class Fault:
    """`says` is in the reason that people are told, `state` the word of `/readyz`.

    A server that became a standby has cut everybody off, so that the first to ask hears that it does not answer.
    """

    name: str
    says: str
    state: str
    hands: Callable[[World, Bot, PostgreSQL | None], tuple[Hand, Hand]]

    @asynccontextmanager
    async def while_it_lasts(self, world: World, bot: Bot, server: PostgreSQL | None) -> AsyncIterator[None]:
        """Out of a thread, for a server waits for the transactions that the bot has open."""
        begin, end = self.hands(world, bot, server)
        await asyncio.to_thread(begin)
        try:
            yield
        finally:
            await asyncio.to_thread(end)


def _read_only_file(world: World, bot: Bot, server: PostgreSQL | None) -> tuple[Hand, Hand]:
    """SQLite refuses to write on the connection that writes, as it does on a file system mounted for reading."""
    del world, server
    engine: Any = running_of(bot).services.database._writer.sync_engine

    reading = {"only": False}

    def turned(connection: Any, *rest: object) -> None:
        del rest
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA query_only={'ON' if reading['only'] else 'OFF'}")
        cursor.close()

    event.listen(engine, "checkout", turned)
    return partial(reading.update, only=True), partial(reading.update, only=False)


def _vanished_file(world: World, bot: Bot, server: PostgreSQL | None) -> tuple[Hand, Hand]:
    del bot, server
    path, aside = _file(world), _file(world).with_name("aside")
    return lambda: _moved(path, aside), lambda: _moved(aside, path)


def _replaced_file(world: World, bot: Bot, server: PostgreSQL | None) -> tuple[Hand, Hand]:
    """Somebody puts an older copy in its place, and the right one back."""
    del bot, server
    path, aside = _file(world), _file(world).with_name("aside")

    def begin() -> None:
        _moved(path, aside)
        path.write_bytes(aside.read_bytes())

    return begin, lambda: _moved(aside, path)


def _standby(world: World, bot: Bot, server: PostgreSQL | None) -> tuple[Hand, Hand]:
    del bot
    assert server is not None
    name = _name(world)
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    on = f"ALTER DATABASE {name} SET default_transaction_read_only = on"
    off = f"ALTER DATABASE {name} RESET default_transaction_read_only"
    return lambda: _run(server, on, cut), lambda: _run(server, off, cut)


def _no_room(world: World, bot: Bot, server: PostgreSQL | None) -> tuple[Hand, Hand]:
    """The server's own error of a full disk, for whatever is inserted or changed."""
    del bot
    assert server is not None
    name = _name(world)
    begin = [_FULL, *(f"CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {each} {_EACH}" for each in _TABLES)]
    end = [f"DROP TRIGGER no_room ON {each}" for each in _TABLES]
    return lambda: _run(server, *begin, database=name), lambda: _run(server, *end, database=name)


def _stopped(world: World, bot: Bot, server: PostgreSQL | None) -> tuple[Hand, Hand]:
    del world, bot
    assert server is not None
    return server.stop, server.start


IN_A_FILE: Final = (
    Fault(name="read-only file", says="takes no writes", state="read_only", hands=_read_only_file),
    Fault(name="file gone", says="does not answer", state="gone", hands=_vanished_file),
    Fault(name="file replaced", says="does not answer", state="gone", hands=_replaced_file),
)
IN_A_SERVER: Final = (
    Fault(name="read-only server", says="nothing was stored", state="read_only", hands=_standby),
    Fault(name="full server", says="no room left", state="full", hands=_no_room),
    Fault(name="server stopped", says="does not answer", state="gone", hands=_stopped),
)

_TABLES: Final = ("inbox", "requests", "audit", "outbox", "steps", "votes", "attempts", "plans", "meta")
_EACH: Final = "FOR EACH STATEMENT EXECUTE FUNCTION no_room()"
_FULL: Final = """
CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
"""


def _file(world: World) -> Path:
    return Path(world.address.removeprefix("sqlite:///"))


def _name(world: World) -> str:
    return world.address.split("@/")[1].split("?")[0]


def _moved(path: Path, to: Path) -> None:
    path.replace(to)


def _run(server: PostgreSQL, *statements: str, database: str = "postgres") -> None:
    async def all_of_them() -> None:
        for statement in statements:
            await server.run(statement, database=database)

    asyncio.run(all_of_them())
