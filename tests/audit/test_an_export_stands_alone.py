"""Exports: verified without a database or a key, by the installation's public key, on both databases the same."""

from __future__ import annotations

import io
import json
from pathlib import Path

from sqlalchemy import update

from bot.audit.checkpoints import Checkpoints
from bot.audit.entries import entries
from bot.audit.export import Exported, export
from bot.audit.sealer import last_seal
from bot.audit.signatures import public_keys
from bot.audit.verification import verify_export
from bot.store.database import Database
from bot.store.sealing import Key, Keyring
from bot.store.tables import audit
from tests.audit.story import add_refused, tell
from tests.clocks import HandClock
from tests.databases import KEYRING

MALLORY = Keyring(Key(b"m" * 32))


async def exported(database: Database) -> bytes:
    out = io.BytesIO()
    await export(database, out)
    return out.getvalue()


async def test_an_export_is_json_lines_that_verify_with_the_public_key_alone(database: Database) -> None:
    await tell(database)
    out = io.BytesIO()
    assert await export(database, out) == Exported(records=11, seals=2)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [each["kind"] for each in lines] == ["keys", "seal", "seal", *["record"] * 11, "end"]
    assert lines[0]["keys"] == {name: key.hex() for name, key in public_keys(KEYRING).items()}
    assert json.loads(lines[3]["body"])["event"] == "request.planned"
    report = verify_export(io.BytesIO(out.getvalue()), trusted=public_keys(KEYRING))
    assert report.intact
    assert not report.declared
    assert (report.records, report.chains, report.seals, report.unsealed) == (11, 4, 2, 1)


async def test_without_a_known_key_the_report_says_that_the_key_was_declared(database: Database) -> None:
    await tell(database)
    report = verify_export(io.BytesIO(await exported(database)))
    assert report.intact
    assert report.declared
    assert report.keys == tuple(public_keys(KEYRING))


async def test_an_export_of_another_installation_is_not_trusted(database: Database) -> None:
    await tell(database)
    report = verify_export(io.BytesIO(await exported(database)), trusted=public_keys(MALLORY))
    (key,) = public_keys(KEYRING)
    assert [str(each) for each in report.findings] == [
        f"Seal 2 is signed with another key: {key}.",
        "The signature of the export, in line 15, is wrong.",
    ]


async def test_evidence_of_tampering_is_exported_too(database: Database) -> None:
    await tell(database)
    async with database.transaction() as tx:
        await tx.execute(update(audit).where(audit.c.id == 2).values(body=b"\xff\x00"))
    report = verify_export(io.BytesIO(await exported(database)), trusted=public_keys(KEYRING))
    assert [str(each) for each in report.findings] == ["Record 2 of R-1 was altered."]


async def test_an_empty_record_exports_and_verifies(database: Database) -> None:
    assert verify_export(io.BytesIO(await exported(database))).intact


async def test_a_file_that_is_no_export_is_not_intact() -> None:
    assert [str(each) for each in verify_export([b"hello\n"]).findings] == [
        "Line 1 of the export was altered.",
        "The last line of the export is missing.",
    ]
    assert not verify_export([]).intact


async def test_an_older_export_passed_off_as_the_newest_is_found_with_a_checkpoint(
    database: Database, tmp_path: Path
) -> None:
    await add_refused(database, "command/first")
    old = await exported(database)
    await tell(database)
    async with database.read() as tx:
        await Checkpoints(tmp_path / "file", HandClock()).note(await last_seal(tx))
    report = verify_export(io.BytesIO(old), trusted=public_keys(KEYRING), checkpoint_file=tmp_path / "file")
    assert [str(each) for each in report.findings] == [
        "Seal 2, noted in the checkpoint, is missing: the end was cut off or rewritten."
    ]


async def test_pages_of_any_size_give_the_same_order(database: Database) -> None:
    await tell(database)
    async with database.read() as tx:
        whole = [each async for page in entries(tx) for each in page]
        small = [each async for page in entries(tx, page=1) for each in page]
    assert sorted(map(repr, small)) == sorted(map(repr, whole))
    assert [each for each in small if hasattr(each, "chain")] == [each for each in whole if hasattr(each, "chain")]


async def test_a_line_that_says_the_same_in_another_form_is_named(database: Database) -> None:
    await tell(database)
    lines = (await exported(database)).splitlines(keepends=True)
    spaced = [*lines[:3], lines[3].replace(b'":', b'": ', 1), *lines[4:]]
    assert next(map(str, verify_export(spaced).findings)) == "Line 4 of the export was altered."
