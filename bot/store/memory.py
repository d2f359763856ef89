"""Small facts of an installation, each made once and kept."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from bot.store.conflicts import insert_new, upsert
from bot.store.database import Transaction
from bot.store.tables import meta

PROOF: Final = 4096
"""Bytes: as much as a page of a database holds, more than most of what is stored at a time."""


async def remembered(tx: Transaction, key: str, first: bytes) -> bytes:
    """The value under a key; `first` if there was none, which is then kept."""
    await insert_new(tx, meta, {"key": key, "value": first}, (meta.c.key,))
    value: bytes = (await tx.execute(select(meta.c.value).where(meta.c.key == key))).scalar_one()
    return value


async def write_proof(tx: Transaction) -> None:
    """Write something that means nothing: that it commits is the proof that the database takes writes.

    It is another thing each time: SQLite writes nothing for a value that is there already.
    """
    moment = f"{tx.clock.now().isoformat()} ".encode()
    await upsert(tx, meta, {"key": "proof", "value": (moment * PROOF)[:PROOF]})
