"""For statements that are put together once: SQLAlchemy takes longer for a statement's parts than SQLite for its rows.

Such a statement is a constant, or comes from a function with `@cache`, and gets its values as parameters by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Interval, Table, bindparam, func, literal_column

from bot.store.columns import UtcTime
from bot.store.database import Dialect


def moment(dialect: Dialect, name: str) -> ColumnElement[datetime]:
    """What `Transaction.after` is, of a parameter that `Transaction.span` gives."""
    if dialect == "sqlite":
        return bindparam(name, type_=UtcTime)
    return func.clock_timestamp(type_=UtcTime) + bindparam(name, type_=Interval)


def new(table: Table, names: Iterable[str]) -> dict[str, BindParameter[Any]]:
    """These columns set to parameters, which have names of their own: a column's name would be taken for the column."""
    return {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}


def one_of(column: ColumnElement[str], *values: str) -> ColumnElement[bool]:
    """A condition on our own constants, written out: of a parameter no database can tell that a partial index fits.

    It has to be word for word the condition of the index (https://www.sqlite.org/partialindex.html#queries_using_partial_indexes).
    """
    written: list[ColumnElement[str]] = [literal_column(f"'{value}'") for value in values]
    return column == written[0] if len(written) == 1 else column.in_(written)


def as_new(values: Mapping[str, object]) -> dict[str, object]:
    """Values as the parameters of `new`."""
    return {f"new_{name}": value for name, value in values.items()}
