"""Expressions are read as `robfig/cron` v3 reads them, which Velero's server uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import NotUnderstood
from bot.operations.plan import Plan
from bot.operations.velero.cron import parse_cron
from tests.velero.worlds import NOW, ask, made, plan, said, world


def runs(expression: str, after: str = "2026-11-30T14:00:00", count: int = 3) -> list[str]:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    return [each.strftime("%a %m-%d %H:%M") for each in parse_cron(expression).runs(moment, count)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 2 * * *", ["Tue 12-01 02:00", "Wed 12-02 02:00", "Thu 12-03 02:00"]),
        ("0 14 * * *", ["Tue 12-01 14:00", "Wed 12-02 14:00", "Thu 12-03 14:00"]),
        ("*/20 * * * *", ["Mon 11-30 14:20", "Mon 11-30 14:40", "Mon 11-30 15:00"]),
        ("5/20 15 * * *", ["Mon 11-30 15:05", "Mon 11-30 15:25", "Mon 11-30 15:45"]),
        ("0 3 * * MON,fri", ["Fri 12-04 03:00", "Mon 12-07 03:00", "Fri 12-11 03:00"]),
        ("0 3 1 jan ?", ["Fri 01-01 03:00", "Sat 01-01 03:00", "Mon 01-01 03:00"]),
        ("0 0 13 * 5", ["Fri 12-04 00:00", "Fri 12-11 00:00", "Sun 12-13 00:00"]),
        ("0 0 29 2 *", ["Tue 02-29 00:00"]),
        ("@daily", ["Tue 12-01 00:00", "Wed 12-02 00:00", "Thu 12-03 00:00"]),
        ("@weekly", ["Sun 12-06 00:00", "Sun 12-13 00:00", "Sun 12-20 00:00"]),
        ("@every 6h", ["Mon 11-30 20:00", "Tue 12-01 02:00", "Tue 12-01 08:00"]),
        ("CRON_TZ=Asia/Tokyo 0 2 * * *", ["Mon 11-30 17:00", "Tue 12-01 17:00", "Wed 12-02 17:00"]),
        ("TZ=America/New_York 0 2 * * *", ["Tue 12-01 07:00", "Wed 12-02 07:00", "Thu 12-03 07:00"]),
    ],
)
def test_next_runs(expression: str, expected: list[str]) -> None:
    assert runs(expression, count=len(expected)) == expected


def test_an_hour_that_the_clocks_leave_out_is_left_out() -> None:
    found = runs("CRON_TZ=Europe/Berlin 30 2 * * *", after="2026-03-28T00:00:00", count=2)
    assert found == ["Sat 03-28 01:30", "Mon 03-30 00:30"]


@pytest.mark.parametrize(
    "expression",
    [
        *("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7"),
        *("a * * * *", "5-1 * * * *", "*/0 * * * *", "*/x * * * *", "1-2-3 * * * *", ", * * * *", "-1 * * * *"),
        *("@never", "@every soon", "TZ=Nowhere/At 0 2 * * *", "TZ=../../etc/passwd 0 2 * * *", "٣ * * * *"),
    ],
)
def test_what_the_server_would_refuse_is_refused(expression: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_cron(expression)


async def test_a_frequent_schedule_is_warned_of() -> None:
    assert "every 5 minutes" in said(await plan(world(), "velero schedule create s --schedule='*/5 * * * *'"))


async def test_the_next_three_runs_stand_on_the_card() -> None:
    made_plan = await plan(world(), "velero schedule create s --schedule='0 2 * * *'")
    assert str(made_plan.note).count("02:00:00 UTC") == 3


async def test_unpausing_says_when_it_would_run_at_once() -> None:
    late = made(
        "Schedule",
        "daily",
        spec={"schedule": "0 2 * * *", "paused": True, "template": {}},
        status={"phase": "Enabled", "lastBackup": (NOW - timedelta(days=3)).isoformat()},
    )
    assert "runs at once" in said(await plan(world(late), "velero schedule unpause daily"))
    skipped = await plan(world(late), "velero schedule unpause daily --skip-immediately")
    assert said(skipped) == ""
    assert skipped.calls[0].body == {"spec": {"paused": False, "skipImmediately": True}}


async def test_the_way_back_of_a_pause_needs_no_new_plan() -> None:
    schedule = made("Schedule", "daily", spec={"schedule": "0 2 * * *", "template": {}})
    here = world(schedule)
    paused = await plan(here, "velero schedule pause daily")
    here.send(paused.calls)
    assert paused.back is not None
    back = await plan(here, paused.back.command_line)
    assert [each.body for each in back.calls] == [each.body for each in paused.back.calls]
    assert not isinstance(await ask(here, "velero schedule pause daily"), Plan)
