"""Where our messages are, so that they are edited in place and not posted again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.store.conflicts import upsert
from bot.store.database import Transaction
from bot.store.tables import messages


@dataclass(frozen=True, kw_only=True)
class Message:
    """`key` is the outbox key it was posted with; `version` counts its edits."""

    key: str
    channel: str
    ts: str
    version: int
    updated_at: datetime


async def remember_message(tx: Transaction, key: str, channel: str, ts: str) -> None:
    """Store where a message was posted or edited."""
    values = {"key": key, "channel": channel, "ts": ts, "version": 1, "updated_at": tx.after()}
    await upsert(tx, messages, values, version=messages.c.version + 1)


async def message_of(tx: Transaction, key: str) -> Message | None:
    """Where the message of that key is, if it was posted."""
    found = await tx.execute(select(messages).where(messages.c.key == key))
    row = found.mappings().one_or_none()
    return Message(**row) if row else None


async def message_at(tx: Transaction, channel: str, ts: str) -> Message | None:
    """Which of our messages that is: clicks count from these only."""
    found = await tx.execute(select(messages).where(messages.c.channel == channel, messages.c.ts == ts))
    row = found.mappings().one_or_none()
    return Message(**row) if row else None


async def forget_message(tx: Transaction, key: str) -> None:
    """A message that was deleted in Slack is posted anew next time."""
    await tx.execute(delete(messages).where(messages.c.key == key))
