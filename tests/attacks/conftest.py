"""The stage on a fresh SQLite file; the races also run on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import SystemClock
from tests.attacks.stage import Stage, staged
from tests.clocks import HandClock
from tests.databases import SQLite


@pytest.fixture
async def stage(sqlite: SQLite, tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(await sqlite.fresh(tmp_path / "kajitori.db")) as found:
        yield found


@pytest.fixture
async def replicated(address: str) -> AsyncIterator[Stage]:
    """The stage on either database, for what replicas race for; PostgreSQL's leases go by its own clock."""
    async with staged(address, clock=HandClock(SystemClock().now())) as found:
        yield found
