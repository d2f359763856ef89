"""The attempts of a request: each lease is one. They are begun and ended with it, in `bot.store.leases`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.store.database import Transaction
from bot.store.tables import attempts


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One leased execution. `outcome` is `lost` where another owner took over."""

    id: int
    request_id: int
    fence: int
    owner: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None


async def attempts_of(tx: Transaction, number: int) -> tuple[Attempt, ...]:
    """All attempts of a request, in order."""
    found = await tx.execute(select(attempts).where(attempts.c.request_id == number).order_by(attempts.c.fence))
    return tuple(Attempt(**row) for row in found.mappings())
