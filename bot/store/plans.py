"""Plan versions of a request: written once, never changed. Intent and plan are encrypted: bodies may hold secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Select, insert, select

from bot.store.database import Transaction
from bot.store.rows import as_bytes, typed
from bot.store.tables import plans

_SEALED: Final = ("intent", "plan")


@dataclass(frozen=True, kw_only=True)
class PlanVersion:
    """`intent`: the canonical bytes that `digest` is of. `card`, `decision`, `rehearsal` are redacted JSON, in clear.

    `mac` authenticates the row with a key outside the database; the caller makes and verifies it.
    """

    request_id: int
    version: int
    digest: str
    intent: bytes
    plan: bytes
    card: bytes
    decision: bytes
    rehearsal: bytes
    mac: str
    created_at: datetime


async def add_plan(tx: Transaction, plan: PlanVersion) -> None:
    """Store a plan version of an existing request."""
    values: dict[str, Any] = dict(vars(plan))
    for name in _SEALED:
        values[name] = tx.keyring.seal(values[name], _purpose(plan.request_id, plan.version, name))
    await tx.execute(insert(plans).values(**values))


async def load_plan(tx: Transaction, number: int, version: int) -> PlanVersion | None:
    """One plan version, opened. Raises `SealBroken` if somebody changed it."""
    found = await _all(tx, select(plans).where(plans.c.request_id == number, plans.c.version == version))
    return next(iter(found), None)


async def plans_of(tx: Transaction, number: int) -> tuple[PlanVersion, ...]:
    """All plan versions of a request, oldest first."""
    return await _all(tx, select(plans).where(plans.c.request_id == number).order_by(plans.c.version))


def _purpose(number: int, version: int, column: str) -> str:
    return f"plans/{number}/{version}/{column}"


def _opened(tx: Transaction, row: RowMapping) -> PlanVersion:
    values = dict(row)
    for name in _SEALED:
        stored = as_bytes(values[name], values["request_id"])
        values[name] = tx.keyring.open(stored, _purpose(values["request_id"], values["version"], name))
    return typed(values, PlanVersion, values["request_id"])


async def _all(tx: Transaction, found: Select[Any]) -> tuple[PlanVersion, ...]:
    return tuple(_opened(tx, row) for row in (await tx.execute(found)).mappings())
