"""The default cluster and namespace of a channel (`use`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.store.conflicts import upsert
from bot.store.database import Transaction
from bot.store.tables import contexts


@dataclass(frozen=True, kw_only=True)
class Context:
    """Who set it is shown with it."""

    channel: str
    cluster: str
    namespace: str
    set_by: str
    updated_at: datetime


async def set_context(tx: Transaction, context: Context) -> None:
    """Store or replace a channel's defaults."""
    await upsert(tx, contexts, vars(context))


async def context_of(tx: Transaction, channel: str) -> Context | None:
    """A channel's defaults, if it has any."""
    found = await tx.execute(select(contexts).where(contexts.c.channel == channel))
    row = found.mappings().one_or_none()
    return Context(**row) if row else None


async def forget_context(tx: Transaction, channel: str) -> bool:
    """Take a channel's defaults away; whether it had any."""
    return (await tx.execute(delete(contexts).where(contexts.c.channel == channel))).rowcount == 1
