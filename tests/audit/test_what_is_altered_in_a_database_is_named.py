"""Tampering with the rows of either database: altered, removed, inserted, moved, sealed anew, cut off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from bot.audit.chain import MAC_PURPOSE, append, record_hash
from bot.audit.checkpoints import Checkpoints
from bot.audit.reading import records_of
from bot.audit.records import Event, Record
from bot.audit.sealer import last_seal, seal_once, seal_waiting
from bot.audit.seals import SEAL, Seal, seal_hash
from bot.audit.signatures import sign
from bot.audit.verification import verify_database
from bot.errors import Refused
from bot.store.columns import to_micros
from bot.store.database import Database, Transaction
from bot.store.sealing import Key, Keyring
from bot.store.tables import audit, requests, seals
from tests.audit.story import add, end, tell
from tests.clocks import HandClock
from tests.databases import KEY, opened
from tests.store.rows import NOON

MALLORY = Keyring(Key(b"m" * 32))


async def found(database: Database) -> list[str]:
    return [str(each) for each in (await verify_database(database)).findings]


async def tampered(database: Database, change: Callable[[Transaction], Awaitable[Any]]) -> list[str]:
    await tell(database)
    async with database.transaction() as tx:
        await change(tx)
    return await found(database)


def altering(position: int, chain: str = "request/2", **values: Any) -> Callable[[Transaction], Awaitable[Any]]:
    this = (audit.c.chain == chain) & (audit.c.position == position)
    return lambda tx: tx.execute(update(audit).where(this).values(**values))


async def test_an_untouched_record_is_intact_and_says_what_is_not_sealed(database: Database) -> None:
    await tell(database)
    report = await verify_database(database)
    assert report.intact
    assert (report.records, report.chains, report.seals, report.unsealed) == (11, 4, 2, 1)
    assert [str(each) for each in report.lines()] == [
        "All 11 records of 4 chains are as they were written; 1 are not sealed yet."
    ]


async def test_an_empty_record_is_intact(database: Database) -> None:
    assert (await verify_database(database)).intact


@pytest.mark.parametrize(
    "change",
    [
        altering(3, body=b'{"event":"request.rejected"}'),
        altering(3, body=b"\xff"),
        altering(3, hash=bytes(32)),
        altering(3, previous=b"x" * 32),
        altering(3, at=HandClock().now().replace(microsecond=1)),
    ],
    ids=["body", "no text", "hash", "previous", "at"],
)
async def test_an_altered_record_is_named(database: Database, change: Callable[[Transaction], Awaitable[Any]]) -> None:
    assert "Record 3 of R-2 was altered." in await tampered(database, change)


async def test_a_record_moved_in_its_chain_is_named(database: Database) -> None:
    assert "Record 9 of R-2 was altered." in await tampered(database, _to_place_nine)


async def _to_place_nine(tx: Transaction) -> None:
    this = (audit.c.chain == "request/2") & (audit.c.position == 4)
    await tx.execute(update(audit).where(this).values(position=9))


async def test_a_record_moved_to_another_chain_is_named(database: Database) -> None:
    assert "Record 4 of R-3 was altered." in await tampered(database, _to_r3)


async def _to_r3(tx: Transaction) -> None:
    this = (audit.c.chain == "request/2") & (audit.c.position == 4)
    await tx.execute(update(audit).where(this).values(chain="request/3"))


async def test_a_record_that_was_removed_from_the_middle_is_named(database: Database) -> None:
    this = (audit.c.chain == "request/2") & (audit.c.position == 2)
    findings = await tampered(database, lambda tx: tx.execute(delete(audit).where(this)))
    assert "Record 2 of R-2 is missing." in findings
    assert any(each.startswith("Seal 1 holds 7 records, of which 6 are there") for each in findings)


async def test_a_sealed_record_that_was_removed_from_the_end_is_missed_by_seal_and_request(database: Database) -> None:
    this = (audit.c.chain == "request/2") & (audit.c.position == 4)
    findings = await tampered(database, lambda tx: tx.execute(delete(audit).where(this)))
    assert any(each.startswith("Seal 2 holds 3 records, of which 2 are there") for each in findings)
    assert "R-2 is succeeded, but its last record says request.approved: records are missing." in findings


async def test_an_unsealed_end_that_was_removed_contradicts_its_request(database: Database) -> None:
    await tell(database)
    await add(database, 3, Event.REQUEST_REJECTED)
    await end(database, 3, "rejected")
    assert await found(database) == []
    async with database.transaction() as tx:
        await tx.execute(delete(audit).where(audit.c.chain == "request/3", audit.c.sealed_by.is_(None)))
    assert await found(database) == ["R-3 is rejected, but its last record says request.planned: records are missing."]


async def test_a_chain_without_its_request_and_a_request_without_its_chain_are_named(database: Database) -> None:
    async def change(tx: Transaction) -> None:
        await tx.execute(update(requests).where(requests.c.id == 3).values(id=7))

    assert await tampered(database, change) == [
        "R-7 has no records.",
        "R-3 has records, but the request is not there.",
    ]


async def test_a_record_that_was_rewritten_with_all_hashes_after_it_does_not_fit_its_seal(database: Database) -> None:
    await tell(database)
    await _rewrite(database, "request/2", 2)
    assert (await found(database))[0].startswith("Seal 1 was made of other records than")


async def _rewrite(database: Database, chain: str, start: int) -> None:
    """What somebody would do who knows the format, and has the database without the key."""
    async with database.transaction() as tx:
        previous = b""
        for each in await records_of(tx, chain):
            if each.position < start:
                previous = each.hash
                continue
            body = each.body.replace(b"alice", b"carol") if each.position == start else each.body
            hashed = record_hash(previous, chain, each.position, to_micros(each.at), body)
            await tx.execute(
                update(audit).where(audit.c.id == each.id).values(previous=previous, hash=hashed, body=body)
            )
            previous = hashed


async def test_an_unsealed_record_rewritten_without_the_key_is_named_and_never_sealed(database: Database) -> None:
    await tell(database)
    await _rewrite(database, "request/3", 2)
    assert await found(database) == ["Record 2 of R-3 was not written by this installation."]
    assert not await seal_waiting(database)
    assert await found(database) == ["Record 2 of R-3 was not written by this installation."]


async def test_an_inserted_record_is_named_and_does_not_keep_others_from_being_sealed(database: Database) -> None:
    await tell(database)
    async with database.transaction() as tx:
        last = (await records_of(tx, "request/1"))[-1]
        body = last.body.replace(b"succeeded", b"failed")
        hashed = record_hash(last.hash, last.chain, 5, to_micros(last.at), body)
        forged = {
            "chain": last.chain,
            "position": 5,
            "previous": last.hash,
            "hash": hashed,
            "body": body,
            "at": last.at,
        }
        await tx.execute(insert(audit).values(**forged, mac=MALLORY.mac(MAC_PURPOSE, hashed)))
    await add(database, 3, Event.VOTE_APPROVE)
    assert await seal_waiting(database)
    findings = await found(database)
    assert findings[0] == "Record 5 of R-1 was not written by this installation."
    async with database.read() as tx:
        assert [each.sealed_by for each in await records_of(tx, "request/3")] == [2, 3, 3]


async def test_a_record_put_into_a_seal_later_is_named(database: Database) -> None:
    findings = await tampered(database, altering(2, "request/3", sealed_by=1))
    assert findings == ["Record 2 of R-3 names seal 1, which does not hold it."]


async def test_a_record_taken_out_of_its_seal_is_missed(database: Database) -> None:
    findings = await tampered(database, altering(1, "request/3", sealed_by=None))
    assert findings == ["Seal 2 holds 3 records, of which 2 are there: R-2#3, R-2#4."]


async def test_a_changed_mac_or_id_does_not_fit_the_seal(database: Database) -> None:
    async def change(tx: Transaction) -> None:
        await tx.execute(update(audit).where(audit.c.id == 3).values(mac="00"))
        await tx.execute(update(audit).where(audit.c.id == 9).values(id=99))

    findings = await tampered(database, change)
    assert [each.split(" than ")[0] for each in findings if each.startswith("Seal")] == [
        "Seal 1 was made of other records",
        "Seal 2 was made of other records",
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"first_audit": 9},
        {"last_audit": 99},
        {"count": 4},
        {"root": bytes(32)},
        {"previous": bytes(32)},
        {"hash": bytes(32)},
        {"key_id": "0" * 16},
        {"at": HandClock().now()},
    ],
    ids=lambda values: next(iter(values)),
)
async def test_an_altered_seal_is_named(database: Database, values: dict[str, Any]) -> None:
    await tell(database)
    async with database.transaction() as tx:
        if "previous" in values:
            await tx.execute(update(seals).where(seals.c.id == 1).values(previous=b"y" * 32))
        await tx.execute(update(seals).where(seals.c.id == 2).values(**values))
    assert "Seal 2 was altered." in await found(database)


@pytest.mark.parametrize("number", [1, 2])
async def test_a_changed_signature_is_named(database: Database, number: int) -> None:
    await tell(database)
    async with database.transaction() as tx:
        await tx.execute(update(seals).where(seals.c.id == number).values(signature=bytes(64)))
    assert await found(database) == [f"The signature of seal {number} is wrong."]


async def test_a_seal_made_anew_with_another_key_is_named(database: Database) -> None:
    await tell(database)
    async with database.transaction() as tx:
        last = await last_seal(tx)
        assert last is not None
        fields = {name: getattr(last, name) for name in Seal.__struct_fields__}
        key, _ = sign(MALLORY, SEAL, b"")
        hashed = seal_hash(Seal(**{**fields, "key_id": key}))
        changes = {"key_id": key, "hash": hashed, "signature": sign(MALLORY, SEAL, hashed)[1]}
        await tx.execute(update(seals).where(seals.c.id == 2).values(**changes))
    assert await found(database) == [f"Seal 2 is signed with another key: {key}."]


async def test_a_removed_seal_is_named(database: Database) -> None:
    findings = await tampered(database, lambda tx: tx.execute(delete(seals).where(seals.c.id == 1)))
    assert "Seals before seal 2 are missing, or it was moved." in findings
    assert "Record 1 of R-1 names seal 1, which does not hold it." in findings


async def test_seals_in_another_order_are_named(database: Database) -> None:
    async def change(tx: Transaction) -> None:
        for before, after in ((1, 9), (2, 1), (9, 2)):
            await tx.execute(update(seals).where(seals.c.id == before).values(id=after))

    findings = await tampered(database, change)
    assert {"Seal 1 was altered.", "Seal 2 was altered."} <= set(findings)


async def test_an_end_cut_off_with_its_seals_is_found_with_a_checkpoint(database: Database, tmp_path: Path) -> None:
    await tell(database)
    file = tmp_path / "checkpoints"
    async with database.read() as tx:
        await Checkpoints(file, HandClock()).note(await last_seal(tx))
    assert (await verify_database(database, checkpoint_file=file)).intact
    async with database.transaction() as tx:
        await tx.execute(delete(audit).where(audit.c.sealed_by == 2))
        await tx.execute(delete(audit).where(audit.c.sealed_by.is_(None)))
        await tx.execute(delete(seals).where(seals.c.id == 2))
        await tx.execute(delete(requests).where(requests.c.id == 3))
        await tx.execute(
            update(requests).where(requests.c.id == 2).values(state="waiting", ended_at=None, plan_version=1)
        )
    assert await found(database) == []
    report = await verify_database(database, checkpoint_file=file)
    assert [str(each) for each in report.findings] == [
        "Seal 2, noted in the checkpoint, is missing: the end was cut off or rewritten."
    ]


async def test_an_end_rewritten_by_the_installation_itself_is_found_with_a_checkpoint(
    database: Database, tmp_path: Path
) -> None:
    await tell(database)
    file = tmp_path / "checkpoints"
    async with database.read() as tx:
        await Checkpoints(file, HandClock()).note(await last_seal(tx))
    async with database.transaction() as tx:
        await tx.execute(delete(seals).where(seals.c.id == 2))
        await tx.execute(update(audit).where(audit.c.sealed_by == 2).values(sealed_by=None))
    assert await seal_waiting(database)
    assert await found(database) == []
    report = await verify_database(database, checkpoint_file=file)
    assert [str(each) for each in report.findings] == ["Seal 2 is not the one that was noted in the checkpoint."]


async def test_a_damaged_checkpoint_file_is_refused_with_its_line(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints"
    with pytest.raises(Refused, match="cannot be read"):
        await verify_database(database, checkpoint_file=file)
    file.write_text("{}\n")
    with pytest.raises(Refused, match="Line 1 of the checkpoint file"):
        await verify_database(database, checkpoint_file=file)


async def test_after_a_rotation_old_seals_are_trusted_as_long_as_the_old_key_is_given(address: str) -> None:
    async with opened(address) as database:
        await tell(database)
    new = Key(b"n" * 32)
    async with opened(address, keyring=Keyring(new, KEY)) as database:
        assert await seal_waiting(database)
        report = await verify_database(database)
        assert report.intact
        assert len(report.keys) == 2
    async with opened(address, keyring=Keyring(new)) as database:
        (finding,) = await found(database)
    assert finding.startswith("Seal 2 is signed with another key")


async def test_a_record_that_commits_after_a_later_one_was_sealed_is_in_the_next_seal(
    postgresql_database: Database,
) -> None:
    database = postgresql_database
    await tell(database)
    async with database.transaction() as slow:
        record = Record(event=Event.CANCEL_ASKED, at=NOON, actor="kajitori:alice", request=1)
        await append(slow, "request/1", record)
        await add(database, 2, Event.CANCEL_ASKED)
        assert await seal_waiting(database)
    assert await seal_waiting(database)
    async with database.read() as tx:
        assert (await records_of(tx, "request/1"))[-1].id < (await records_of(tx, "request/2"))[-1].id
        assert (await records_of(tx, "request/1"))[-1].sealed_by == 4
    report = await verify_database(database)
    assert [str(each) for each in report.findings] == []


async def test_of_two_replicas_one_seals_at_a_time(postgresql_database: Database) -> None:
    database = postgresql_database
    await tell(database)
    async with database.transaction() as first, database.transaction() as second:
        assert await seal_once(first) is not None
        assert await seal_once(second) is None
    assert (await verify_database(database)).unsealed == 0
