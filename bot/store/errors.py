"""What the store can answer instead of doing it. Foreign exceptions become these in `translated` and nowhere else.

StoreUnavailable (Unavailable)   nothing was stored; trying again may help
├── StoreGone                    the database does not answer, or its file is no longer there
├── StoreReadOnly                it answers, but takes no writes
├── StoreFull                    its disk or its page limit is used up
└── Busy                         too much is waiting already
StoreRefused (Refused)           starting or storing this is wrong: trying again does not help
├── StoreInUse                   another process has the SQLite file
├── NetworkFileSystem            SQLite would be corrupted there
├── NewerStore                   a newer version of Kajitori has changed the tables
├── NotStorable                  the value is too large, or holds what the database cannot
├── KeyMissing                   no key that opens this, or none at all
└── SealBroken                   stored bytes were changed by someone else
LeaseLost (KajitoriError)        somebody else has taken over; this worker must stop
InvariantBroken (Bug)            a constraint refused what the code should never have asked
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import Bug, KajitoriError, Refused, Unavailable
from bot.text import text


class StoreUnavailable(Unavailable):
    """The database did not take it. Nothing was stored. `state` is one word for health and logs."""

    state: ClassVar[str] = "unavailable"


class StoreGone(StoreUnavailable):
    """The database does not answer, or its file is no longer there."""

    state = "gone"


class StoreReadOnly(StoreUnavailable):
    """The database takes no writes."""

    state = "read_only"


class StoreFull(StoreUnavailable):
    """The database has no room left."""

    state = "full"


class Busy(StoreUnavailable):
    """Too much is waiting already."""

    state = "busy"


class StoreRefused(Refused):
    """Trying again does not help."""


class StoreInUse(StoreRefused):
    """Another process has the SQLite file."""


class NetworkFileSystem(StoreRefused):
    """SQLite's locks do not hold there."""


class NewerStore(StoreRefused):
    """The tables were changed by a newer version."""


class NotStorable(StoreRefused):
    """The value is too large, or holds what the database cannot."""


class KeyMissing(StoreRefused):
    """No key is given, or none that opens this."""


class SealBroken(StoreRefused):
    """Stored bytes are not what was stored."""


class LeaseLost(KajitoriError):
    """Somebody else has taken over, so this worker must stop."""


class InvariantBroken(Bug):
    """A constraint of the database refused a write."""


_READ_ONLY: Final = frozenset({"25006"})
_FULL: Final = frozenset({"53100", "53200", "54000"})
_NOT_STORABLE_CLASS: Final = "22"


def gone(target: str = "") -> StoreGone:
    return StoreGone(
        text("The database does not answer, so nothing was stored."),
        target=target,
        next=text("Check that it runs and that its file or address is right, then try again."),
    )


def read_only() -> StoreReadOnly:
    return StoreReadOnly(
        text("The database takes no writes, so nothing was stored."),
        next=text("Make its disk writable, or end its standby mode, then try again."),
    )


def full() -> StoreFull:
    return StoreFull(
        text("The database has no room left, so nothing was stored."),
        next=text("Free or add disk space, then try again."),
    )


def too_large() -> NotStorable:
    return NotStorable(text("This is too large to be stored."), next=text("Send less at once."))


def not_storable() -> NotStorable:
    return NotStorable(
        text("This holds characters or values that cannot be stored."), next=text("Type it again without them.")
    )


def lease_lost(target: str) -> LeaseLost:
    return LeaseLost(
        text("Another worker has taken over, so this one stops."), target=target, why=text("Its lease had run out.")
    )


def _from_sqlite(code: int) -> KajitoriError:
    match code & 0xFF:
        case sqlite3.SQLITE_READONLY:
            return read_only()
        case sqlite3.SQLITE_FULL:
            return full()
        case sqlite3.SQLITE_TOOBIG:
            return too_large()
        case _:
            return gone()


def _from_postgresql(state: str) -> KajitoriError:
    if state in _READ_ONLY:
        return read_only()
    if state in _FULL:
        return full()
    if state.startswith(_NOT_STORABLE_CLASS):
        return not_storable()
    return gone()


def _from_driver(error: DBAPIError) -> KajitoriError:
    if isinstance(error, IntegrityError):
        return InvariantBroken(text("The database refused a change that breaks its rules."))
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _from_sqlite(code)
    return _from_postgresql(str(getattr(error.orig, "sqlstate", None) or ""))


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLAlchemy and its drivers raise into the errors above."""
    try:
        yield
    except DBAPIError as error:
        raise _from_driver(error) from error
    except PoolTimeout as error:
        raise Busy(text("The database is busy, so nothing was stored."), next=text("Try again.")) from error
    except SQLAlchemyError as error:
        raise InvariantBroken(text("The database was asked for something impossible.")) from error


@contextmanager
def connecting() -> Iterator[None]:
    """Like `translated`, and a socket that cannot be reached is a database that is gone."""
    try:
        with translated():
            yield
    except (OSError, TimeoutError) as error:
        raise gone() from error
