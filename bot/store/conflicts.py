"""Writes that leave the decision about uniqueness to the database, where no race can come between."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.database import Dialect, Transaction


def insert_into(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


async def insert_new(
    tx: Transaction, table: Table, values: Mapping[str, Any], unique: Collection[Column[Any]] | None
) -> bool:
    """Insert unless a row with these unique columns exists (`None`: any unique index); whether it was inserted."""
    inserted = await tx.execute(
        insert_into(tx.dialect, table).values(**values).on_conflict_do_nothing(index_elements=unique)
    )
    return inserted.rowcount == 1


async def upsert(tx: Transaction, table: Table, values: Mapping[str, Any], **on_conflict: Any) -> None:
    """Insert, or replace the row of the same primary key; `on_conflict` gives columns another value then."""
    keys = {column.name for column in table.primary_key}
    changed = {name: value for name, value in values.items() if name not in keys}
    await tx.execute(
        insert_into(tx.dialect, table)
        .values(**values)
        .on_conflict_do_update(index_elements=list(table.primary_key), set_={**changed, **on_conflict})
    )
