"""Design §6.5 to §6.7 without any policy file."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.policy.decisions import WayBack, decide
from bot.policy.default import DEFAULT_POLICY
from tests.policy.conftest import ALICE, BOB, CAROL, NOON, asked


def test_a_read_needs_only_ones_own_rights() -> None:
    decision = decide(DEFAULT_POLICY, asked(change=False, operation="get", production=True))
    assert (decision.allowed, decision.approvals, decision.confirm) == (True, 0, False)


def test_a_change_needs_one_vote_of_anyone_with_the_rights() -> None:
    decision = decide(DEFAULT_POLICY, asked())
    assert (decision.approvals, decision.voters.anyone, decision.view_required) == (1, True, False)
    assert decision.expires == timedelta(minutes=15)
    assert decision.back_window == timedelta(minutes=30)


def test_a_destructive_change_needs_two_and_a_view() -> None:
    decision = decide(DEFAULT_POLICY, asked(destructive=True))
    assert (decision.approvals, decision.view_required) == (2, True)


def test_in_production_votes_are_given_in_a_view() -> None:
    assert decide(DEFAULT_POLICY, asked(production=True)).view_required


@pytest.mark.parametrize("requester", [ALICE, CAROL])
def test_a_recovery_is_not_confirmed_alone_unless_a_policy_says_so(requester: object) -> None:
    assert decide(DEFAULT_POLICY, asked(recovery=True, requester=requester)).approvals == 1


def test_break_glass_needs_no_votes_and_is_loud() -> None:
    decision = decide(DEFAULT_POLICY, asked(break_glass=True, destructive=True))
    assert (decision.approvals, decision.confirm, decision.view_required, decision.loud) == (0, True, True, True)


def test_the_way_back_of_ones_own_change_is_covered_for_a_while() -> None:
    decision = decide(DEFAULT_POLICY, asked(back_of=WayBack(requester=ALICE, until=NOON + timedelta(seconds=1))))
    assert (decision.approvals, decision.confirm, decision.rule) == (0, True, "way-back")
    assert decision.back_window == timedelta(0)


@pytest.mark.parametrize(
    ("whose", "until"),
    [(ALICE, NOON), (ALICE, NOON - timedelta(seconds=1)), (BOB, NOON + timedelta(minutes=5))],
)
def test_the_way_back_needs_a_vote_when_it_is_late_or_of_somebody_else(whose: object, until: datetime) -> None:
    decision = decide(DEFAULT_POLICY, asked(back_of=WayBack(requester=whose, until=until)))  # type: ignore[arg-type]
    assert (decision.approvals, decision.rule) == (1, "default")


def test_a_moment_without_a_time_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        decide(DEFAULT_POLICY, asked(now=datetime(2026, 11, 25)))


def test_a_decision_is_no_condition() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(decide(DEFAULT_POLICY, asked()))
