"""How far back a moment in a row is believed: rows can be edited, votes cannot, for their times are signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.operations.plan import Evict, Plan, Wait
from bot.store.requests import Request

LATE: Final = timedelta(hours=1)
"""Beyond its waits and evictions, an execution takes no longer: a silent cluster is asked for forty minutes."""

AGREED: Final = timedelta(hours=24)
"""What is agreed on until a moment is agreed on for a day at most, however many waits it has."""


def longest(plan: Plan) -> timedelta:
    """How long the execution of this plan can have taken at most."""
    waited = timedelta(seconds=sum(step.deadline for step in plan.steps if isinstance(step, Wait | Evict)))
    return LATE + (waited if plan.until is None else min(waited, AGREED))


def voting_moment(request: Request, plan: Plan, now: datetime) -> datetime:
    """The moment by which votes must not have expired: that of starting, believed as far as an execution can last."""
    return now if request.started_at is None else max(request.started_at, now - longest(plan))
