"""The whole audit record in the one order in which it is exported and verified: by id, each seal before its records."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from sqlalchemy import select

from bot.audit.records import StoredRecord
from bot.audit.seals import Seal
from bot.store.database import Transaction
from bot.store.tables import audit, seals

PAGE: Final = 2000
"""Rows read at a time: memory stays flat however long the record is."""

Entry = Seal | StoredRecord

_BEFORE_ALL: Final = -(2**63)
_AFTER_ALL: Final = 2**63 - 1

_RECORD: Final = [audit.c[name] for name in StoredRecord.__struct_fields__]
_SEAL: Final = [seals.c[name] for name in Seal.__struct_fields__]


async def entries(tx: Transaction, *, page: int = PAGE) -> AsyncIterator[list[Entry]]:
    """All seals and records, in pages. Begin it in `Database.read`, whose picture does not change meanwhile."""
    last, sealed = _BEFORE_ALL, _BEFORE_ALL
    while rows := await _records(tx, last, page):
        found: list[Entry] = []
        for record in rows:
            # Seals are few and read ahead in pages; one that was removed is asked for once, for none comes after it.
            while record.sealed_by is not None and record.sealed_by > sealed:
                ahead = await _seals(tx, sealed, page)
                found.extend(ahead)
                sealed = ahead[-1].id if ahead else _AFTER_ALL
            found.append(record)
        last = rows[-1].id
        yield found
    while sealed < _AFTER_ALL and (rest := await _seals(tx, sealed, page)):
        sealed = rest[-1].id
        yield list(rest)


async def _records(tx: Transaction, after: int, page: int) -> list[StoredRecord]:
    found = await tx.execute(select(*_RECORD).where(audit.c.id > after).order_by(audit.c.id).limit(page))
    return [
        StoredRecord(
            id=number,
            chain=chain,
            position=position,
            previous=previous,
            hash=hashed,
            mac=mac,
            body=body,
            at=at,
            sealed_by=sealed_by,
        )
        for number, chain, position, previous, hashed, mac, body, at, sealed_by in found
    ]


async def _seals(tx: Transaction, after: int, page: int) -> list[Seal]:
    found = await tx.execute(select(*_SEAL).where(seals.c.id > after).order_by(seals.c.id).limit(page))
    return [Seal(**row) for row in found.mappings()]
