"""Verifying what is there: a database, with its requests beside it, or an export, on any machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy import select

from bot.audit.chain import request_chain, shown_chain
from bot.audit.checkpoints import read_checkpoints
from bot.audit.entries import PAGE, entries
from bot.audit.export import EXPORT
from bot.audit.lines import FORMAT, EndLine, KeysLine, Line, RecordLine, SealLine, entry_of, read_line
from bot.audit.records import StoredRecord
from bot.audit.report import Report
from bot.audit.seals import Seal
from bot.audit.signatures import is_signed, key_id, public_keys
from bot.audit.verifier import Verifier
from bot.store.database import Database, Transaction
from bot.store.tables import ENDED_STATES, requests
from bot.text import Code, Text, text

TOLD: Final = frozenset({*ENDED_STATES, "needs_attention"})
"""The states whose record, `request.<state>`, must be the last that tells of the request's life."""

_REQUESTS: Final = request_chain(0)[:-1]


async def verify_database(database: Database, *, checkpoint_file: Path | None = None) -> Report:
    """Verify the record in a database, against its requests and, if given, against the checkpoints.

    Raises `Refused` for a checkpoint file that cannot be read.
    """
    checkpoints = read_checkpoints(checkpoint_file) if checkpoint_file is not None else ()
    async with database.read() as tx:
        verifier = Verifier(public_keys(tx.keyring), keyring=tx.keyring, checkpoints=checkpoints)
        async for page in entries(tx):
            for entry in page:
                if isinstance(entry, StoredRecord):
                    verifier.record(entry)
                else:
                    verifier.seal(entry)
        await _compare_requests(tx, verifier)
        return verifier.finish()


async def _compare_requests(tx: Transaction, verifier: Verifier) -> None:
    """A chain that lost its unsealed end, or all of itself, contradicts its request."""
    unknown = {chain for chain in verifier.heads if chain.startswith(_REQUESTS)}
    last = 0
    while rows := (
        await tx.execute(
            select(requests.c.id, requests.c.state).where(requests.c.id > last).order_by(requests.c.id).limit(PAGE)
        )
    ).all():
        last = rows[-1].id
        for number, state in rows:
            chain = request_chain(number)
            unknown.discard(chain)
            head = verifier.heads.get(chain)
            shown = Code(shown_chain(chain))
            if head is None:
                verifier.findings.add(text("{chain} has no records.", chain=shown))
            elif state in TOLD and head.event != f"request.{state}":
                verifier.findings.add(
                    text(
                        "{chain} is {state}, but its last record says {event}: records are missing.",
                        chain=shown,
                        state=Code(state),
                        event=Code(head.event or "-"),
                    )
                )
    for chain in sorted(unknown):
        verifier.findings.add(
            text("{chain} has records, but the request is not there.", chain=Code(shown_chain(chain)))
        )


def verify_export(
    source: Iterable[bytes],
    *,
    trusted: Mapping[str, bytes] | None = None,
    checkpoint_file: Path | None = None,
) -> Report:
    """Verify an export, given line by line (a file opened for bytes), without a database or the installation's key.

    `trusted` are public keys by id, known from elsewhere. Without them those that the export declares count, which
    proves that it fits together but not who made it; the report says so.

    Raises `Refused` for a checkpoint file that cannot be read.
    """
    checkpoints = read_checkpoints(checkpoint_file) if checkpoint_file is not None else ()
    lines = iter(source)
    first = next(lines, b"")
    declared = _declared_keys(read_line(first))
    keys = trusted if trusted is not None else declared or {}
    verifier = Verifier(keys, checkpoints=checkpoints, declared=trusted is None)
    if declared is None:
        verifier.findings.add(_altered_line(1))
    digest, end, last = hashlib.sha256(first), None, 1
    for last, data in enumerate(lines, start=2):
        line = read_line(data)
        entry = entry_of(line) if isinstance(line, SealLine | RecordLine) else None
        if end is not None or (entry is None and not isinstance(line, EndLine)):
            verifier.findings.add(_altered_line(last))
        elif isinstance(entry, StoredRecord):
            verifier.record(entry)
        elif isinstance(entry, Seal):
            verifier.seal(entry)
        if isinstance(line, EndLine):
            end = line
        else:
            digest.update(data)
    return _ended(verifier, keys, end, digest.digest(), last)


def _ended(verifier: Verifier, keys: Mapping[str, bytes], end: EndLine | None, digest: bytes, last: int) -> Report:
    report = verifier.finish()
    if end is None:
        verifier.findings.add(text("The last line of the export is missing."))
    elif (end.digest, end.records, end.seals) != (digest.hex(), report.records, report.seals):
        verifier.findings.add(text("The export is not as it was written: a line was altered, added or removed."))
    elif not is_signed(keys, end.key_id, EXPORT, digest, _unhex(end.signature)):
        verifier.findings.add(text("The signature of the export, in line {line}, is wrong.", line=last))
    return replace(report, findings=tuple(verifier.findings.kept), more=verifier.findings.more)


def _declared_keys(line: Line | None) -> dict[str, bytes] | None:
    if not isinstance(line, KeysLine) or line.format != FORMAT:
        return None
    keys = {name: _unhex(key) for name, key in line.keys.items()}
    return keys if all(key_id(key) == name for name, key in keys.items()) else None


def _unhex(value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        return b""


def _altered_line(number: int) -> Text:
    return text("Line {line} of the export was altered.", line=number)
