"""Votes: one a person and plan version, written once. They are recounted from here whenever they matter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import bindparam, select

from bot.store.conflicts import insert_new
from bot.store.database import Transaction
from bot.store.errors import SealBroken
from bot.store.requests import TOPIC
from bot.store.rows import typed
from bot.store.tables import requests, votes

LOG: Final = structlog.get_logger("store")


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


_ALL: Final = select(*(votes.c[name] for name in Vote.__dataclass_fields__)).order_by(votes.c.id)
_ON: Final = _ALL.where(votes.c.request_id == bindparam("number"), votes.c.plan_version == bindparam("plan_version"))
_CURRENT: Final = _ALL.join(
    requests, (votes.c.request_id == requests.c.id) & (votes.c.plan_version == requests.c.plan_version)
).where(requests.c.id.in_(bindparam("numbers", expanding=True)))


async def cast_vote(tx: Transaction, vote: Vote) -> bool:
    """Store a vote. False: this person has already voted on this plan version, under whatever account."""
    one_each = (votes.c.request_id, votes.c.plan_version, votes.c.voter_key)
    stored = await insert_new(tx, votes, vars(vote), one_each)
    tx.notify(TOPIC)
    return stored


async def votes_on(tx: Transaction, number: int, plan_version: int) -> tuple[Vote, ...]:
    """The votes on one plan version, in the order they came."""
    found = await tx.execute(_ON, {"number": number, "plan_version": plan_version})
    return tuple(typed(dict(row), Vote, number) for row in found.mappings())


async def current_votes(tx: Transaction, numbers: Collection[int]) -> dict[int, list[Vote]]:
    """The votes on the plan versions in force of several requests, by number, in the order they came.

    For showing: one that somebody changed is left out, for it would take all others with it.
    """
    votes_by: dict[int, list[Vote]] = {}
    for row in (await tx.execute(_CURRENT, {"numbers": list(numbers)})).mappings():
        try:
            votes_by.setdefault(row["request_id"], []).append(typed(dict(row), Vote, row["request_id"]))
        except SealBroken:
            LOG.warning("vote_unreadable", request=row["request_id"])
    return votes_by
