"""When a freeze holds: local times of a named zone, over midnight and through changes of the clock.

A local time that exists twice or not at all is taken so that the freeze is never shorter than it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.policy.model import DAYS, Freeze


def frozen_until(freeze: Freeze, now: datetime) -> datetime | None:
    """The end (aware, UTC) of the window that `now` is in; `None` outside. A window's end is not part of it."""
    ends = [end for begin, end in _windows(freeze, now) if begin <= now.astimezone(UTC) < end]
    return max(ends, default=None)


def _windows(freeze: Freeze, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    zone = ZoneInfo(freeze.timezone)
    if freeze.between is not None:
        yield _moments(freeze.between.from_, zone)[0], _moments(freeze.between.until, zone)[1]
    if freeze.weekly is not None:
        weekly = freeze.weekly
        today = now.astimezone(zone).date()
        overnight = timedelta(days=1 if weekly.until <= weekly.from_ else 0)
        for back in (2, 1, 0, -1):
            day = today - timedelta(days=back)
            if DAYS[day.weekday()] in weekly.days:
                begin = datetime.combine(day, weekly.from_)
                end = datetime.combine(day + overnight, weekly.until)
                yield _moments(begin, zone)[0], _moments(end, zone)[1]


def _moments(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The earliest and the latest moment that a local time can mean."""
    both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(both), max(both)
