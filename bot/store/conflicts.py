"""Writes that leave the decision about uniqueness to the database, where no race can come between."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
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
    inserted = await tx.execute(_insert(tx.dialect, table, None if unique is None else tuple(unique)), dict(values))
    return inserted.rowcount == 1


async def insert_all_new(
    tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]], unique: Collection[Column[Any]]
) -> None:
    """Insert those of several rows, with the same columns, of which none exists yet."""
    if rows:
        await tx.execute(_insert(tx.dialect, table, tuple(unique)), [dict(row) for row in rows])


@cache
def _insert(
    dialect: Dialect, table: Table, unique: tuple[Column[Any], ...] | None
) -> sqlite.Insert | postgresql.Insert:
    return insert_into(dialect, table).on_conflict_do_nothing(index_elements=unique)


async def upsert(tx: Transaction, table: Table, values: Mapping[str, Any]) -> None:
    """Insert, or replace the row of the same primary key."""
    keys = {column.name for column in table.primary_key}
    statement = insert_into(tx.dialect, table)
    changed = {name: statement.excluded[name] for name in values if name not in keys}
    await tx.execute(
        statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed), dict(values)
    )
