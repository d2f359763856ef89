"""Rows of the database as values of ours, each column of the type that it was declared with.

SQLite stores anything in any column, so that a row that somebody edited can hold text where bytes belong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from bot.store.errors import SealBroken
from bot.text import text

T = TypeVar("T")


def typed(row: Mapping[str, Any], model: type[T], number: int) -> T:
    """The row as that class. Raises `SealBroken` for what we never stored; `number` is the request's."""
    named = {str(name): value for name, value in row.items()}  # SQLAlchemy's names are a kind of str of its own
    try:
        return msgspec.convert(named, model, builtin_types=(bytes, datetime))
    except msgspec.ValidationError as error:
        raise edited(number) from error


def as_bytes(value: object, number: int) -> bytes:
    """A column of bytes. Raises `SealBroken` where somebody wrote something else there."""
    if not isinstance(value, bytes):
        raise edited(number)
    return value


def edited(number: int) -> SealBroken:
    return SealBroken(
        text("What is stored of R-{number} was changed by someone else, so nothing is sent.", number=str(number)),
        target=f"R-{number}",
        next=text("Tell whoever runs the bot, and ask again."),
    )
