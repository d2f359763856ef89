"""The sealer's loop: seals what comes, notes checkpoints outside, goes on after errors, ends when cancelled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.audit.checkpoints import INTERVAL
from bot.audit.sealer import BUSY, IDLE, last_seal, run
from bot.audit.verification import verify_database
from bot.store.database import Database
from tests.audit.story import add_refused
from tests.clocks import HandClock
from tests.databases import opened


@asynccontextmanager
async def sealing(database: Database, clock: HandClock, file: Path | None = None) -> AsyncIterator[None]:
    task = asyncio.create_task(run(database, clock, checkpoint_file=file))
    try:
        await rest(clock)
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def rest(clock: HandClock) -> None:
    """Until the sealer sleeps again."""
    async with asyncio.timeout(10):
        await clock.asleep.wait()


async def count(database: Database) -> int:
    async with database.read() as tx:
        seal = await last_seal(tx)
    return seal.id if seal else 0


async def test_what_comes_is_sealed_at_the_next_look(database: Database) -> None:
    clock = HandClock()
    async with sealing(database, clock):
        assert await count(database) == 0
        await add_refused(database, "command/1")
        await add_refused(database, "command/2")
        clock.move(IDLE)
        await rest(clock)
        assert await count(database) == 1
        await add_refused(database, "command/3")
        clock.move(BUSY)
        await rest(clock)
        assert await count(database) == 2
        clock.move(IDLE)
        await rest(clock)
        assert await count(database) == 2
    report = await verify_database(database)
    assert report.intact
    assert report.unsealed == 0


async def test_checkpoints_are_appended_at_most_once_a_minute(database: Database, tmp_path: Path) -> None:
    clock, file = HandClock(), tmp_path / "checkpoints"
    async with sealing(database, clock, file):
        for number in range(3):
            await add_refused(database, f"command/{number}")
            clock.move(IDLE)
            await rest(clock)
        assert [json.loads(line)["seal"] for line in file.read_text().splitlines()] == [1]
        clock.move(INTERVAL)
        await rest(clock)
        clock.move(INTERVAL)
        await rest(clock)
    assert [json.loads(line)["seal"] for line in file.read_text().splitlines()] == [1, 3]
    assert (await verify_database(database, checkpoint_file=file)).intact


async def test_a_checkpoint_file_that_cannot_be_written_does_not_stop_the_sealing(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = HandClock()
    async with sealing(database, clock, tmp_path / "no" / "folder"):
        for number in range(2):
            await add_refused(database, f"command/{number}")
            clock.move(IDLE)
            await rest(clock)
        assert await count(database) == 2
    assert "sealing the audit record failed" in "".join(capsys.readouterr())


async def test_a_database_that_is_gone_is_one_line_a_look_and_is_sealed_when_it_is_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = HandClock()
    async with opened(f"sqlite:///{tmp_path}/db") as database:
        assert database.path is not None
        await add_refused(database, "command/1")
        aside = database.path.replace(tmp_path / "aside")
        async with sealing(database, clock):
            aside.replace(database.path)
            clock.move(IDLE)
            await rest(clock)
            assert await count(database) == 1
    assert len("".join(capsys.readouterr()).splitlines()) == 1
