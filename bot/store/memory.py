"""Small facts of an installation, each made once and kept."""

from __future__ import annotations

from sqlalchemy import select

from bot.store.conflicts import insert_new
from bot.store.database import Transaction
from bot.store.tables import meta


async def remembered(tx: Transaction, key: str, first: bytes) -> bytes:
    """The value under a key; `first` if there was none, which is then kept."""
    await insert_new(tx, meta, {"key": key, "value": first}, (meta.c.key,))
    value: bytes = (await tx.execute(select(meta.c.value).where(meta.c.key == key))).scalar_one()
    return value
