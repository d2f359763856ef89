"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, final

from sqlalchemy import TIMESTAMP, BigInteger, Dialect, Integer, LargeBinary
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_micros(at: datetime) -> int:
    """Microseconds since 1970, exactly. Raises `ValueError` for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime has no place in the store")
    return (at - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC moment of `to_micros`."""
    return EPOCH + timedelta(microseconds=micros)


@final
class UtcTime(TypeDecorator[datetime]):
    """An aware UTC moment to the microsecond: timestamptz on PostgreSQL, an integer on SQLite, which has none."""

    impl = TIMESTAMP(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        micros = to_micros(value)
        return micros if dialect.name == "sqlite" else from_micros(micros)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        # What somebody wrote there instead is refused with its row (`bot.store.rows`), not with all that were read.
        return from_micros(value) if isinstance(value, int) else value


@final
class Blob(LargeBinary):
    """Bytes as the driver gives them. SQLAlchemy's own type raises in the middle of a result for an edited row."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        return None


BIG_ID: Final = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit number that the database counts up: on SQLite only INTEGER may do that."""
