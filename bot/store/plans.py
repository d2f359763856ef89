"""Plan versions of a request: written once, never changed. Intent and plan are encrypted: bodies may hold secrets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import RowMapping, bindparam, insert, select

from bot.store.database import Transaction
from bot.store.errors import KeyMissing, SealBroken
from bot.store.rows import as_bytes, typed
from bot.store.tables import plans, requests

LOG: Final = structlog.get_logger("store")

_SEALED: Final = ("intent", "plan")
_ALL: Final = select(plans).where(plans.c.request_id == bindparam("number")).order_by(plans.c.version)
_ONE: Final = _ALL.where(plans.c.version == bindparam("version"))
_CURRENT: Final = (
    select(plans)
    .join(requests, (plans.c.request_id == requests.c.id) & (plans.c.version == requests.c.plan_version))
    .where(requests.c.id.in_(bindparam("numbers", expanding=True)))
)


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
    row = (await tx.execute(_ONE, {"number": number, "version": version})).mappings().one_or_none()
    return None if row is None else _opened(tx, row)


async def plans_of(tx: Transaction, number: int) -> tuple[PlanVersion, ...]:
    """All plan versions of a request, oldest first."""
    return tuple(_opened(tx, row) for row in (await tx.execute(_ALL, {"number": number})).mappings())


async def current_plans(tx: Transaction, numbers: Collection[int]) -> dict[int, PlanVersion]:
    """The plan versions in force of several requests, by number. For lists: one that somebody changed is left out."""
    readable: dict[int, PlanVersion] = {}
    for row in (await tx.execute(_CURRENT, {"numbers": list(numbers)})).mappings():
        try:
            readable[row["request_id"]] = _opened(tx, row)
        except (SealBroken, KeyMissing):
            LOG.warning("plan_unreadable", request=row["request_id"])
    return readable


def _purpose(number: int, version: int, column: str) -> str:
    return f"plans/{number}/{version}/{column}"


def _opened(tx: Transaction, row: RowMapping) -> PlanVersion:
    values = dict(row)
    for name in _SEALED:
        stored = as_bytes(values[name], values["request_id"])
        values[name] = tx.keyring.open(stored, _purpose(values["request_id"], values["version"], name))
    return typed(values, PlanVersion, values["request_id"])
