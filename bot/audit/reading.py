"""Records read back, for cards and the terminal. Reading verifies nothing (`bot.audit.verification` does)."""

from __future__ import annotations

from sqlalchemy import select

from bot.audit.records import StoredRecord
from bot.store.database import Transaction
from bot.store.tables import audit


async def records_of(tx: Transaction, chain: str) -> tuple[StoredRecord, ...]:
    """All records of a chain, in order."""
    found = await tx.execute(select(audit).where(audit.c.chain == chain).order_by(audit.c.position))
    return tuple(StoredRecord(**row) for row in found.mappings())
