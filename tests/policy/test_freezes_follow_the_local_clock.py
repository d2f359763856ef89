"""Windows over midnight, over days that have 23 or 25 hours, and of a whole holiday. Moments are UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.policy.decisions import WayBack, decide
from bot.policy.freezes import frozen_until
from bot.policy.model import Policy
from tests.policy.conftest import ALICE, asked, policy


def freezing(zone: str, window: str) -> Policy:
    return policy(f"freezes: [{{name: quiet, reason: nobody is in, timezone: {zone}, {window}}}]")


TOKYO_NIGHTS = freezing("Asia/Tokyo", 'weekly: {days: [fri], from: "18:00", until: "06:00"}')
BERLIN_NIGHTS = freezing("Europe/Berlin", 'weekly: {from: "23:00", until: "02:30"}')
BERLIN_GAP = freezing("Europe/Berlin", 'weekly: {days: [sun], from: "02:30", until: "04:00"}')
NEW_YEAR = freezing("Asia/Tokyo", 'between: {from: "2026-12-29T00:00", until: "2027-01-04T09:00"}')
ALL_DAY = freezing("UTC", 'weekly: {days: [sat], from: "00:00", until: "00:00"}')


@pytest.mark.parametrize(
    ("frozen", "moment", "until"),
    [
        (TOKYO_NIGHTS, "2026-11-27T08:59:59", None),
        (TOKYO_NIGHTS, "2026-11-27T09:00", "2026-11-27T21:00"),
        (TOKYO_NIGHTS, "2026-11-27T15:00", "2026-11-27T21:00"),
        (TOKYO_NIGHTS, "2026-11-27T20:59:59", "2026-11-27T21:00"),
        (TOKYO_NIGHTS, "2026-11-27T21:00", None),
        (TOKYO_NIGHTS, "2026-11-28T12:00", None),
        (BERLIN_NIGHTS, "2026-10-24T21:00", "2026-10-25T01:30"),
        (BERLIN_NIGHTS, "2026-10-25T00:30", "2026-10-25T01:30"),
        (BERLIN_NIGHTS, "2026-10-25T01:29:59", "2026-10-25T01:30"),
        (BERLIN_NIGHTS, "2026-10-25T01:30", None),
        (BERLIN_NIGHTS, "2026-03-28T22:00", "2026-03-29T01:30"),
        (BERLIN_NIGHTS, "2026-03-29T01:30", None),
        (BERLIN_GAP, "2026-03-29T00:29", None),
        (BERLIN_GAP, "2026-03-29T00:30", "2026-03-29T02:00"),
        (BERLIN_GAP, "2026-03-29T02:00", None),
        (NEW_YEAR, "2026-12-28T14:59:59", None),
        (NEW_YEAR, "2026-12-28T15:00", "2027-01-04T00:00"),
        (NEW_YEAR, "2027-01-03T23:59:59", "2027-01-04T00:00"),
        (NEW_YEAR, "2027-01-04T00:00", None),
        (ALL_DAY, "2026-11-28T00:00", "2026-11-29T00:00"),
        (ALL_DAY, "2026-11-28T23:59:59", "2026-11-29T00:00"),
        (ALL_DAY, "2026-11-29T00:00", None),
    ],
)
def test_a_freeze_holds_from_its_begin_to_its_end(frozen: Policy, moment: str, until: str | None) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    end = None if until is None else datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert frozen_until(frozen.freezes[0], now) == end
    assert decide(frozen, asked(now=now)).allowed is (end is None)


FROZEN = datetime(2026, 12, 30, tzinfo=UTC)


def test_a_frozen_change_is_refused_with_the_reason_and_the_end() -> None:
    decision = decide(NEW_YEAR, asked(now=FROZEN))
    assert decision.rule == "quiet"
    assert str(decision.refused) == "Changes are frozen until 2027-01-04 00:00:00 UTC: nobody is in"


def test_ways_back_to_health_and_the_broken_glass_pass_a_freeze() -> None:
    assert decide(NEW_YEAR, asked(now=FROZEN, recovery=True)).approvals == 1
    assert decide(NEW_YEAR, asked(now=FROZEN, back_of=WayBack(requester=ALICE, until=NEVER))).rule == "way-back"
    assert decide(NEW_YEAR, asked(now=FROZEN, break_glass=True)).loud
    assert decide(NEW_YEAR, asked(now=FROZEN, change=False)).allowed


NEVER = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_freeze_may_hold_for_recoveries_too() -> None:
    hard = policy(
        'freezes: [{name: quiet, reason: audit, timezone: UTC, exceptRecovery: false, weekly: {from: "00:00", '
        'until: "00:00"}}]'
    )
    assert not decide(hard, asked(recovery=True)).allowed


def test_a_freeze_is_about_what_it_matches() -> None:
    prod = policy(
        'freezes: [{name: quiet, reason: x, timezone: UTC, match: {clusters: [prod]}, weekly: {from: "00:00", '
        'until: "00:00"}}]'
    )
    assert decide(prod, asked()).allowed
    assert not decide(prod, asked(cluster="prod")).allowed
