"""The stage on a fresh SQLite file, and on PostgreSQL with the cluster tests; the races run on both at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import SystemClock
from tests.attacks.stage import Stage, staged
from tests.clocks import HandClock
from tests.databases import PostgreSQL, SQLite


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    if request.param == "sqlite":
        files: SQLite = request.getfixturevalue("sqlite")
        async with staged(await files.fresh(tmp_path / "kajitori.db")) as found:
            yield found
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    address = await server.borrow()
    async with staged(address, clock=HandClock(SystemClock().now())) as found:
        yield found
    await server.give_back(address)


@pytest.fixture
async def replicated(address: str) -> AsyncIterator[Stage]:
    """The stage on either database, for what replicas race for; PostgreSQL's leases go by its own clock."""
    async with staged(address, clock=HandClock(SystemClock().now())) as found:
        yield found
