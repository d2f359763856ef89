"""When a schedule runs: what a card says of it, and whether it would run at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.errors import NotUnderstood
from bot.operations.velero.cron import Cron, parse_cron
from bot.operations.velero.models import Schedule
from bot.operations.velero.shown import joined
from bot.text import Code, Text, When, text

NEXT: Final = 3
"""Runs that are shown."""
OFTEN: Final = 3600
"""Seconds below which a schedule is said to be frequent: each run reads everything."""


def check_runs(cron: Cron, expression: str, now: datetime) -> tuple[datetime, ...]:
    """The next runs. Raises `NotUnderstood` for an expression that never comes true."""
    runs = cron.runs(now, NEXT)
    if not runs:
        raise NotUnderstood(
            text("{expression} never comes.", expression=Code(expression[:80])),
            next=text("Check day and month: {example} is every night.", example=Code("0 2 * * *")),
        )
    return runs


def next_words(runs: Sequence[datetime]) -> Text:
    """The next runs; each reader sees them in their own time zone."""
    return text("Next: {runs}.", runs=joined([text("{at}", at=When(each)) for each in runs]))


def often_warnings(cron: Cron, runs: Sequence[datetime]) -> tuple[Text, ...]:
    gap = (runs[1] - runs[0]).total_seconds() if len(runs) > 1 else OFTEN
    if gap >= OFTEN:
        return ()
    return (text("It runs every {minutes} minutes, and each run reads everything.", minutes=max(1, int(gap // 60))),)


def following_runs(schedule: Schedule, now: datetime) -> tuple[datetime, ...]:
    return parse_cron(schedule.spec.schedule).runs(now, NEXT)


def is_due(schedule: Schedule, now: datetime) -> bool:
    """Whether the server would run it at once (`getNextRunTime`): its next time after the last one has passed."""
    status = schedule.status
    made = schedule.metadata.creation_timestamp
    last = max((each for each in (status.last_backup or made, status.last_skipped) if each is not None), default=None)
    following = parse_cron(schedule.spec.schedule).after(last) if last is not None else None
    return following is not None and following <= now
