"""Ages and Go durations as kubectl writes and reads them, and durations in a sentence."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from bot.text import Text, text

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]

UNKNOWN: Final = "<unknown>"
PART: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, as in an AGE column; `<unknown>` without a moment."""
    return UNKNOWN if since is None else human_duration((now - since).total_seconds())


def human_duration(seconds: float) -> str:
    """A duration in at most two units, shorter the longer it is.

    From `HumanDuration` in k8s.io/apimachinery `pkg/util/duration/duration.go`. Up to two seconds in the future count
    as now, for clocks differ; beyond that it is `<invalid>`.
    """
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    whole = max(whole, 0)
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if whole < 120:
        return f"{whole}s"
    if minutes < 10:
        return _two(minutes, "m", whole % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if days < 365 * 2:
        return f"{days}d"
    years = days // 365
    return _two(years, "y", days % 365, "d") if years < 8 else f"{years}y"


def in_words(seconds: int) -> Text:
    """A duration in a sentence, to the second: `90 s`, `2 min`, `2 m 30 s`."""
    minutes, rest = divmod(seconds, 60)
    if minutes < 2:
        return text("{seconds} s", seconds=seconds)
    if rest == 0:
        return text("{minutes} min", minutes=minutes)
    return text("{minutes} m {seconds} s", minutes=minutes, seconds=rest)


def moment(value: Any) -> datetime | None:
    """A timestamp off the wire; `None` for what is none, or says no zone and so cannot be compared."""
    try:
        return msgspec.convert(value, _Moment) if value else None
    except msgspec.ValidationError:
        return None


def parse_duration(written: str) -> float | None:
    """Seconds of a Go duration (`90s`, `1h30m`, `1.5h`); `None` if it is not one, or is negative."""
    rest = written.strip().removeprefix("+")
    if rest == "0":
        return 0.0
    total, position = 0.0, 0
    while found := PART.match(rest, position):
        total += float(found[1]) * SECONDS[found[2]]
        position = found.end()
    return total if position and position == len(rest) else None


def _two(large: int, unit: str, small: int, small_unit: str) -> str:
    return f"{large}{unit}{small}{small_unit}" if small else f"{large}{unit}"
