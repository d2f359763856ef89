"""Covered: the units at every border, clocks that differ, and that a Go duration is read back. Left out: time zones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.operations.ages import age, human_duration, parse_duration
from tests.reading.conftest import NOW

HOUR, DAY, YEAR = 3600, 86_400, 86_400 * 365


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-2, "<invalid>"),
        (-1.9, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (121, "2m1s"),
        (599, "9m59s"),
        (600, "10m"),
        (3 * HOUR - 1, "179m"),
        (3 * HOUR, "3h"),
        (3 * HOUR + 60, "3h1m"),
        (8 * HOUR, "8h"),
        (48 * HOUR - 1, "47h"),
        (48 * HOUR, "2d"),
        (49 * HOUR, "2d1h"),
        (8 * DAY, "8d"),
        (2 * YEAR - 1, "729d"),
        (2 * YEAR + DAY, "2y1d"),
        (8 * YEAR, "8y"),
    ],
)
def test_the_units_change_at_the_borders_of_kubectl(seconds: float, written: str) -> None:
    assert human_duration(seconds) == written


def test_an_object_without_a_moment_has_an_unknown_age() -> None:
    assert age(None, NOW) == "<unknown>"


@given(st.integers(min_value=0, max_value=8 * YEAR))
def test_an_age_never_says_more_than_has_passed_and_at_most_an_eighth_less(seconds: int) -> None:
    written = age(NOW - timedelta(seconds=seconds), NOW)
    units = {"y": YEAR, "d": DAY}
    said = 0.0
    for unit, size in units.items():
        head, found, rest = written.partition(unit)
        if found:
            said, written = said + int(head) * size, rest
    said += parse_duration(written) or 0
    assert said <= seconds
    assert seconds - said <= max(seconds / 8, 1)


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_a_go_duration_is_read(hours: int, minutes: int, seconds: int) -> None:
    assert parse_duration(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds


@pytest.mark.parametrize("written", ["", "5", "-5m", "5 m", "5x", "h", "1h2", "1e3s"])
def test_what_is_no_duration_is_not_read(written: str) -> None:
    assert parse_duration(written) is None
