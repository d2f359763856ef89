"""Facts of the installation: small values by name that must outlive a process."""

from __future__ import annotations

from sqlalchemy import select

from bot.store.conflicts import insert_new, upsert
from bot.store.database import Transaction
from bot.store.tables import meta


async def fact(tx: Transaction, key: str) -> bytes | None:
    """The value stored under that name, if any."""
    value: bytes | None = (await tx.execute(select(meta.c.value).where(meta.c.key == key))).scalar_one_or_none()
    return value


async def set_fact(tx: Transaction, key: str, value: bytes) -> None:
    """Store or replace a value."""
    await upsert(tx, meta, {"key": key, "value": value})


async def settle_fact(tx: Transaction, key: str, value: bytes) -> bytes:
    """Store a value unless there is one, and give the one that holds: replicas that start together agree."""
    await insert_new(tx, meta, {"key": key, "value": value}, (meta.c.key,))
    return (await fact(tx, key)) or value
