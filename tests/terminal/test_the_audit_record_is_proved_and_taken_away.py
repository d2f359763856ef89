"""`kajitori audit`: verified, exported and read from a database, also while a bot runs on it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.store.database import Database
from bot.store.tables import audit
from tests.audit.story import tell
from tests.databases import KEY, opened
from tests.terminal.conftest import Kajitori


@pytest.fixture
async def story(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A history in the data folder's database, which stays open, as under a running bot."""
    folder = home / "data"
    folder.mkdir()
    monkeypatch.setenv("KAJITORI_KEY", base64.b64encode(KEY.secret).decode())
    async with opened(f"sqlite:///{folder / 'kajitori.db'}") as database:
        await tell(database)
        yield database


async def test_an_intact_record_is_a_zero(kajitori: Kajitori, story: Database) -> None:
    ran = await kajitori("audit", "verify")

    assert ran.code == 0
    assert ran.out.startswith("✓ All ")


async def test_an_altered_record_is_a_one_and_named(kajitori: Kajitori, story: Database) -> None:
    async with story.transaction() as tx:
        await tx.execute(update(audit).where(audit.c.chain == "request/1", audit.c.position == 2).values(body=b"{}"))

    ran = await kajitori("audit", "verify", "-o", "json")

    assert ran.code == 1
    assert ran.json["intact"] is False
    assert any("R-1" in finding for finding in ran.json["findings"])


async def test_an_export_is_verified_without_the_database(
    kajitori: Kajitori, story: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "audit.jsonl"
    exported = await kajitori("audit", "export", str(file))
    public = (await kajitori("audit", "keys")).out.split()[1]
    monkeypatch.delenv("KAJITORI_KEY")
    monkeypatch.setenv("KAJITORI_DATA", str(tmp_path / "elsewhere"))

    declared = await kajitori("audit", "verify", str(file))
    trusted = await kajitori("audit", "verify", str(file), "--public-key", public)
    foreign = await kajitori("audit", "verify", str(file), "--public-key", "00" * 32)

    assert exported.code == 0
    assert file.stat().st_mode & 0o077 == 0
    assert (declared.code, trusted.code, foreign.code) == (0, 0, 1)
    assert "compare them" in declared.err
    assert trusted.err == ""
    assert not (tmp_path / "elsewhere").exists()


async def test_an_export_with_one_byte_changed_is_noticed(kajitori: Kajitori, story: Database, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    await kajitori("audit", "export", str(file))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)

    ran = await kajitori("audit", "verify", str(file))

    assert ran.code == 1
    assert ran.out.startswith("✗ ")


async def test_an_export_never_overwrites(kajitori: Kajitori, story: Database, tmp_path: Path) -> None:
    file = tmp_path / "precious"
    file.write_text("precious")

    ran = await kajitori("audit", "export", str(file))

    assert ran.code == 1
    assert file.read_text() == "precious"


async def test_a_request_is_read_by_its_number(kajitori: Kajitori, story: Database) -> None:
    table = await kajitori("audit", "show", "R-1")
    document = await kajitori("audit", "show", "1", "-o", "json")
    missing = await kajitori("audit", "show", "R-999")
    wrong = await kajitori("audit", "show", "R-x")

    assert [line.split("   ")[1] for line in table.out.splitlines()[1:]] == [
        "request.planned",
        "vote.approve",
        "request.approved",
        "request.succeeded",
    ]
    assert document.json[0]["actor"] == "kajitori:alice"
    assert (missing.code, wrong.code) == (1, 2)


async def test_without_a_key_none_is_made(kajitori: Kajitori, home: Path) -> None:
    ran = await kajitori("audit", "verify")

    assert ran.code == 1
    assert "There is no key" in ran.err
    assert not (home / "data").exists()
