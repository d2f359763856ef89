"""Votes: one a person and plan version, written once. They are recounted from here whenever they matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.store.conflicts import insert_new
from bot.store.database import Transaction
from bot.store.requests import TOPIC
from bot.store.rows import typed
from bot.store.tables import votes


@dataclass(frozen=True, kw_only=True)
class Vote:
    """`verdict` is approve or reject; `voter_key` the normalised identity; `mac` is made and verified by the caller."""

    request_id: int
    plan_version: int
    digest: str
    voter_slack: str
    voter_user: str
    voter_key: str
    verdict: str
    mac: str
    created_at: datetime
    reason: str = ""


async def cast_vote(tx: Transaction, vote: Vote) -> bool:
    """Store a vote. False: this person has already voted on this plan version, under whatever account."""
    one_each = (votes.c.request_id, votes.c.plan_version, votes.c.voter_key)
    stored = await insert_new(tx, votes, vars(vote), one_each)
    tx.notify(TOPIC)
    return stored


async def votes_on(tx: Transaction, number: int, plan_version: int) -> tuple[Vote, ...]:
    """The votes on one plan version, in the order they came."""
    columns = [votes.c[name] for name in Vote.__dataclass_fields__]
    found = await tx.execute(
        select(*columns).where(votes.c.request_id == number, votes.c.plan_version == plan_version).order_by(votes.c.id)
    )
    return tuple(typed(dict(row), Vote, number) for row in found.mappings())
