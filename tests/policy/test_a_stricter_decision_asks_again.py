"""Comparing a fresh decision with the voted one, and putting several together; the properties hold for any of them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.decisions import Decision, Voters, stricter, strictest
from bot.text import text

PLAIN = Decision(
    approvals=1, expires=timedelta(minutes=15), back_window=timedelta(minutes=30), rule="some", why=text("Why.")
)
SRE = (Voters(teams=frozenset({"sre"})),)
SRE_OR_BOB = (Voters(teams=frozenset({"sre"}), people=frozenset({"U0BOB"})),)


def changed(**changes: object) -> Decision:
    return msgspec.structs.replace(PLAIN, **changes)


@pytest.mark.parametrize(
    ("voted", "fresh"),
    [
        (PLAIN, changed(approvals=2)),
        (PLAIN, changed(circles=SRE)),
        (changed(circles=SRE_OR_BOB), changed(circles=SRE)),
        (PLAIN, changed(refused=text("No."))),
        (PLAIN, changed(view_required=True)),
        (PLAIN, changed(expires=timedelta(minutes=5))),
        (PLAIN, changed(back_window=timedelta(0))),
        (changed(approvals=0), changed(approvals=0, confirm=True)),
    ],
)
def test_what_forbids_more_is_stricter_and_the_other_way_round_is_not(voted: Decision, fresh: Decision) -> None:
    assert stricter(fresh, voted)
    assert not stricter(voted, fresh)


def test_another_rule_with_the_same_demands_is_not_stricter() -> None:
    assert not stricter(changed(rule="other", why=text("Else.")), PLAIN)


decisions = st.builds(
    Decision,
    approvals=st.integers(0, 3),
    circles=st.sampled_from([(Voters(),), SRE, SRE_OR_BOB, (*SRE, *SRE_OR_BOB)]),
    confirm=st.booleans(),
    view_required=st.booleans(),
    loud=st.booleans(),
    expires=st.sampled_from([timedelta(minutes=5), timedelta(minutes=15)]),
    back_window=st.sampled_from([timedelta(0), timedelta(minutes=30)]),
    refused=st.sampled_from([None, None, None, text("No.")]),
    rule=st.just("some"),
    why=st.just(text("Why.")),
)


@given(decisions)
def test_nothing_is_stricter_than_itself(decision: Decision) -> None:
    assert not stricter(decision, decision)


@given(st.lists(decisions, min_size=1, max_size=4))
def test_the_strictest_forbids_whatever_any_forbids(several: list[Decision]) -> None:
    together = strictest(*several)
    assert not any(stricter(each, together) for each in several)
    assert together.approvals == max(each.approvals for each in several) or together.refused is not None
