"""When a schedule runs next, as Velero's server reads its expression (`robfig/cron` v3 `ParseStandard`).

Five fields or a descriptor (`@daily`, `@every 6h`), with `CRON_TZ=ZONE` in front for another zone than the server's
own, which is UTC in its image. If the days of month and of week are both restricted, either counts, as in any cron.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import NotUnderstood
from bot.operations.ages import parse_duration
from bot.text import Code, Text, text

YEARS: Final = 5
"""How far ahead a run is looked for, as robfig/cron does: `0 0 30 2 *` never runs."""
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
DESCRIPTORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
        "@monthly": "0 0 1 * *",
        "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@hourly": "0 * * * *",
    }
)


@dataclass(frozen=True, kw_only=True)
class _Field:
    """One field's values; `star` if it restricts nothing."""

    values: frozenset[int]
    star: bool


@dataclass(frozen=True, kw_only=True)
class _Range:
    title: Text
    least: int
    most: int
    names: tuple[str, ...] = ()


RANGES: Final = (
    _Range(title=text("minute"), least=0, most=59),
    _Range(title=text("hour"), least=0, most=23),
    _Range(title=text("day of the month"), least=1, most=31),
    _Range(title=text("month"), least=1, most=12, names=MONTHS),
    _Range(title=text("day of the week"), least=0, most=6, names=DAYS),
)


@dataclass(frozen=True, kw_only=True)
class Cron:
    """A parsed expression. `every` (a whole number of seconds) stands instead of fields for `@every`."""

    fields: tuple[_Field, ...] = ()
    zone: tzinfo = UTC
    every: timedelta | None = None

    def after(self, moment: datetime) -> datetime | None:
        """The first run later than a moment (aware); `None` if there is none within five years."""
        if self.every is not None:
            return moment.replace(microsecond=0) + self.every
        local = moment.astimezone(self.zone)
        for ahead in range(YEARS * 366):
            day = local.date() + timedelta(days=ahead)
            if self._on(day):
                found = next((each for each in self._times(day) if each > moment), None)
                if found is not None:
                    return found
        return None

    def runs(self, moment: datetime, count: int) -> tuple[datetime, ...]:
        """The next runs after a moment, in UTC."""
        found: list[datetime] = []
        while len(found) < count and (following := self.after(moment)) is not None:
            found.append(following.astimezone(UTC))
            moment = following
        return tuple(found)

    def _on(self, day: date) -> bool:
        _, _, days, months, weekdays = self.fields
        if day.month not in months.values:
            return False
        of_month, of_week = day.day in days.values, day.isoweekday() % 7 in weekdays.values
        return (of_month and of_week) if days.star or weekdays.star else (of_month or of_week)

    def _times(self, day: date) -> list[datetime]:
        """The runs of a day in order; local times that a change of the clocks leaves out are not among them."""
        minutes, hours = self.fields[:2]
        found = [
            datetime.combine(day, time(hour, minute), self.zone).astimezone(UTC)
            for hour in hours.values
            for minute in minutes.values
        ]
        return sorted(each for each in found if each.astimezone(self.zone).hour in hours.values)


def parse_cron(expression: str) -> Cron:
    """Raises `NotUnderstood` naming the field that cannot be read."""
    zone, rest = _zone(expression.strip())
    if rest.startswith("@"):
        return _descriptor(rest, zone, expression)
    fields = rest.split()
    if len(fields) != len(RANGES):
        raise _bad(
            expression, text("It has {count} fields instead of {wanted}.", count=len(fields), wanted=len(RANGES))
        )
    read = tuple(_field(each, rule, expression) for each, rule in zip(fields, RANGES, strict=True))
    return Cron(fields=read, zone=zone)


def _zone(expression: str) -> tuple[tzinfo, str]:
    head, _, rest = expression.partition(" ")
    key, equals, name = head.partition("=")
    if key not in ("TZ", "CRON_TZ") or not equals:
        return UTC, expression
    try:
        return ZoneInfo(name), rest.strip()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _bad(expression, text("{name} is no time zone.", name=Code(name[:40]))) from error


def _descriptor(word: str, zone: tzinfo, expression: str) -> Cron:
    if word.startswith("@every "):
        seconds = parse_duration(word.removeprefix("@every "))
        if seconds is None:
            raise _bad(
                expression, text("After {every} stands a duration like {example}.", every="@every", example="6h")
            )
        return Cron(every=timedelta(seconds=max(1, int(seconds))), zone=zone)
    if word not in DESCRIPTORS:
        raise _bad(expression, text("There is no {word}.", word=Code(word[:40])))
    fields = zip(DESCRIPTORS[word].split(), RANGES, strict=True)
    return Cron(fields=tuple(_field(each, rule, expression) for each, rule in fields), zone=zone)


def _field(written: str, rule: _Range, expression: str) -> _Field:
    parts = [_part(each, rule, expression) for each in written.split(",") if each]
    if not parts:
        raise _wrong(expression, rule, written)
    return _Field(values=frozenset().union(*(each.values for each in parts)), star=any(each.star for each in parts))


def _part(written: str, rule: _Range, expression: str) -> _Field:
    """`*`, `5`, `1-5`, `*/15`, `10/5` (to the end), `1-10/3`; names where the field has them."""
    span, slash, step = written.partition("/")
    first, dash, last = span.partition("-")
    if span in ("*", "?"):
        start, end, star = rule.least, rule.most, True
    else:
        start = _number(first, rule, expression)
        end = _number(last, rule, expression) if dash else (rule.most if slash else start)
        star = False
    by = int(step) if step.isascii() and step.isdecimal() else 0 if slash else 1
    if not rule.least <= start <= end <= rule.most or by < 1:
        raise _wrong(expression, rule, written)
    return _Field(values=frozenset(range(start, end + 1, by)), star=star and by == 1)


def _number(written: str, rule: _Range, expression: str) -> int:
    if written.lower() in rule.names:
        return rule.names.index(written.lower()) + rule.least
    if not (written.isascii() and written.isdecimal() and len(written) < 4):
        raise _wrong(expression, rule, written)
    return int(written)


def _wrong(expression: str, rule: _Range, written: str) -> NotUnderstood:
    why = text(
        "{written} is no {field}: it goes from {least} to {most}.",
        written=Code(written[:40]),
        field=rule.title,
        least=rule.least,
        most=rule.most,
    )
    return _bad(expression, why)


def _bad(expression: str, why: Text) -> NotUnderstood:
    return NotUnderstood(
        text("{expression} is no schedule.", expression=Code(expression[:80] or "-")),
        why=why,
        next=text("Write it like {example}: minute, hour, day, month, weekday.", example=Code("0 2 * * *")),
    )
