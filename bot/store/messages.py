"""Where our messages are, so that they are edited in place and not posted again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.conflicts import insert_into
from bot.store.database import Dialect, Transaction
from bot.store.prepared import moment
from bot.store.tables import messages

_OF: Final = select(messages).where(messages.c.key.in_(bindparam("keys", expanding=True)))
_AT: Final = select(messages).where(messages.c.channel == bindparam("channel"), messages.c.ts == bindparam("ts"))


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
    values = {"key": key, "channel": channel, "ts": ts, "version": 1, "now": tx.span()}
    await tx.execute(_remembering(tx.dialect), values)


@cache
def _remembering(dialect: Dialect) -> sqlite.Insert | postgresql.Insert:
    statement = insert_into(dialect, messages).values(
        **{name: bindparam(name) for name in ("key", "channel", "ts", "version")}, updated_at=moment(dialect, "now")
    )
    again = {name: statement.excluded[name] for name in ("channel", "ts", "updated_at")}
    return statement.on_conflict_do_update(
        index_elements=[messages.c.key], set_={**again, "version": messages.c.version + 1}
    )


async def message_of(tx: Transaction, key: str) -> Message | None:
    """Where the message of that key is, if it was posted."""
    return (await messages_of(tx, (key,))).get(key)


async def messages_of(tx: Transaction, keys: Collection[str]) -> dict[str, Message]:
    """Where several messages are, by key; those that were not posted are missing."""
    found = await tx.execute(_OF, {"keys": list(keys)})
    return {row["key"]: Message(**row) for row in found.mappings()}


async def message_at(tx: Transaction, channel: str, ts: str) -> Message | None:
    """Which of our messages that is: clicks count from these only."""
    found = await tx.execute(_AT, {"channel": channel, "ts": ts})
    row = found.mappings().one_or_none()
    return Message(**row) if row else None


async def forget_message(tx: Transaction, key: str) -> None:
    """A message that was deleted in Slack is posted anew next time."""
    await tx.execute(delete(messages).where(messages.c.key == key))
