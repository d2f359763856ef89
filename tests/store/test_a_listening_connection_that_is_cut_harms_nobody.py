"""Hints are lost while a database restarts; whoever waits for them goes on, and listens again afterwards.

What asyncpg raises was seen with a server that ended its connections again and again (`pg_terminate_backend`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.store.database import Database

CUT = [
    asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    ConnectionResetError(),
    SQLAlchemyError(),
]


@pytest.mark.parametrize("error", CUT, ids=lambda each: type(each).__name__)
async def test_whoever_waits_goes_on_and_hears_again(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    cuts: Iterator[Exception] = iter([error])
    listen = asyncpg.Connection.add_listener

    async def cut(connection: Any, channel: str, heard: Any) -> None:
        for each in cuts:
            raise each
        await listen(connection, channel, heard)

    monkeypatch.setattr(asyncpg.Connection, "add_listener", cut)
    with postgresql_database.subscribe("inbox") as subscription:
        assert not await subscription.wait(0)
        assert not await subscription.wait(0)
        async with postgresql_database.transaction() as tx:
            tx.notify("inbox")
        assert await subscription.wait(10)
