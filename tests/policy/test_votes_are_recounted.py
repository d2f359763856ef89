"""What counts as a vote, in stories; that no order and no doubling matters, by property."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.identity.person import Person
from bot.policy.decisions import Decision, Vote, Voters, decide, tally, why_not_vote
from bot.policy.default import DEFAULT_POLICY
from tests.policy.conftest import ALICE, BOB, CAROL, DAVE, DIGEST, NOON, asked, person, policy, vote

ONE = decide(DEFAULT_POLICY, asked())
TWO = decide(DEFAULT_POLICY, asked(destructive=True))
NONE = decide(policy("rules: [{name: free, decision: {approvals: 0}}]"), asked())
SRE_ONLY = decide(policy("rules: [{name: sre, decision: {from: {teams: [sre]}}}]"), asked())
REFUSED = decide(policy("rules: [{name: never, decision: {refuse: no}}]"), asked())

ALICE_AGAIN = person("alice2", key="alice")
ALICE_SAME_USER = person("alice3", user="kajitori:alice")
ALICE_SAME_MAIL = person("alice4", email="Alice+ops@example.com")
ALICE_WITH_MAIL = person("alice", "developers", email="alice@example.com")
BOB_AGAIN = person("bob2", key="bob")


@pytest.mark.parametrize(
    ("decision", "votes", "approved", "missing"),
    [
        (ONE, [], False, 1),
        (ONE, [vote(BOB)], True, 0),
        (ONE, [vote(ALICE)], False, 1),
        (ONE, [vote(ALICE_AGAIN)], False, 1),
        (ONE, [vote(ALICE_SAME_USER)], False, 1),
        (ONE, [vote(BOB, digest="e" * 64)], False, 1),
        (ONE, [vote(BOB, digest="")], False, 1),
        (ONE, [vote(BOB, covers=False)], False, 1),
        (ONE, [vote(BOB, age=timedelta(minutes=15))], True, 0),
        (ONE, [vote(BOB, age=timedelta(minutes=15, seconds=1))], False, 1),
        (TWO, [vote(BOB)], False, 1),
        (TWO, [vote(BOB), vote(BOB)], False, 1),
        (TWO, [vote(BOB), vote(BOB_AGAIN)], False, 1),
        (TWO, [vote(BOB), vote(ALICE)], False, 1),
        (TWO, [vote(BOB), vote(CAROL)], True, 0),
        (TWO, [vote(BOB), vote(CAROL, age=timedelta(hours=1))], False, 1),
        (SRE_ONLY, [vote(BOB)], False, 1),
        (SRE_ONLY, [vote(CAROL)], True, 0),
        (NONE, [], False, 0),
        (NONE, [vote(BOB)], False, 0),
        (NONE, [vote(ALICE_AGAIN)], False, 0),
        (NONE, [vote(ALICE)], True, 0),
        (NONE, [vote(ALICE, digest="e" * 64)], False, 0),
        (REFUSED, [vote(BOB), vote(CAROL)], False, 0),
    ],
)
def test_only_fresh_votes_of_other_humans_for_this_plan_count(
    decision: Decision, votes: list[Vote], approved: bool, missing: int
) -> None:
    count = tally(votes, decision, ALICE, digest=DIGEST, now=NOON)
    assert (count.approved, count.missing) == (approved, missing)


def test_a_second_account_with_the_same_mailbox_is_the_same_human() -> None:
    count = tally([vote(ALICE_SAME_MAIL)], ONE, ALICE_WITH_MAIL, digest=DIGEST, now=NOON)
    assert not count.approved


def test_a_third_account_that_links_two_voters_leaves_one_vote() -> None:
    link = person("link", key="bob", email="carol@example.com")
    carol = person("carol", "sre", email="carol@example.com")
    assert tally([vote(BOB), vote(carol)], TWO, ALICE, digest=DIGEST, now=NOON).approved
    linked = tally([vote(BOB), vote(carol), vote(link)], TWO, ALICE, digest=DIGEST, now=NOON)
    assert (linked.approved, len(linked.counted)) == (False, 1)


def test_one_rejection_stops_it_whatever_else_was_voted() -> None:
    count = tally([vote(BOB), vote(CAROL), vote(DAVE, approve=False)], TWO, ALICE, digest=DIGEST, now=NOON)
    assert (count.approved, count.rejected) == (False, True)


@pytest.mark.parametrize(
    "against",
    [
        vote(BOB, approve=False, digest="e" * 64),
        vote(ALICE, approve=False),
        vote(ALICE_AGAIN, approve=False),
    ],
)
def test_a_rejection_of_another_plan_or_of_oneself_is_none(against: Vote) -> None:
    assert not tally([against], ONE, ALICE, digest=DIGEST, now=NOON).rejected


def test_who_is_not_asked_cannot_reject() -> None:
    assert not tally([vote(BOB, approve=False)], SRE_ONLY, ALICE, digest=DIGEST, now=NOON).rejected


@pytest.mark.parametrize(
    ("voter", "says"),
    [(ALICE, "their own request"), (ALICE_AGAIN, "second account"), (BOB, "votes of other people")],
)
def test_who_may_not_vote_is_told_why(voter: Person, says: str) -> None:
    assert says in str(why_not_vote(SRE_ONLY, ALICE, voter))
    assert why_not_vote(SRE_ONLY, ALICE, CAROL) is None


def test_a_tally_is_no_condition() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(tally([], ONE, ALICE, digest=DIGEST, now=NOON))


PEOPLE = [
    ALICE,
    ALICE_AGAIN,
    ALICE_SAME_USER,
    BOB,
    BOB_AGAIN,
    CAROL,
    DAVE,
    person("erin", email="x@a"),
    person("finn", email="X+1@a"),
]
HUMANS = {each.slack_user: each.name.rstrip("23") for each in PEOPLE} | {"U0FINN": "erin"}
votes_of_people = st.lists(
    st.builds(
        vote,
        st.sampled_from(PEOPLE),
        approve=st.booleans(),
        digest=st.sampled_from([DIGEST, "e" * 64]),
        covers=st.booleans(),
        age=st.sampled_from([timedelta(), timedelta(minutes=14), timedelta(minutes=16)]),
    ),
    max_size=12,
)
decisions = st.builds(
    lambda approvals, teams: Decision(
        approvals=approvals,
        circles=(Voters(teams=frozenset(teams)),),
        confirm=approvals == 0,
        expires=timedelta(minutes=15),
        back_window=timedelta(0),
        rule="some",
        why=ONE.why,
    ),
    st.integers(min_value=0, max_value=4),
    st.sampled_from([(), ("sre",), ("sre", "developers")]),
)


@given(votes_of_people, decisions, st.randoms(use_true_random=False))
def test_the_order_of_votes_never_matters(votes: list[Vote], decision: Decision, chance: object) -> None:
    mixed = list(votes)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = (tally(each, decision, ALICE, digest=DIGEST, now=NOON) for each in (votes, mixed))
    assert (one.approved, one.rejected, one.missing) == (other.approved, other.rejected, other.missing)


@given(votes_of_people, decisions)
def test_nothing_is_approved_without_enough_distinct_other_humans(votes: list[Vote], decision: Decision) -> None:
    count = tally(votes, decision, ALICE, digest=DIGEST, now=NOON)
    able = {
        HUMANS[each.voter.slack_user]
        for each in votes
        if each.approve and each.covers and each.digest == DIGEST and each.at >= NOON - timedelta(minutes=15)
    } - {"alice"}
    assert not (count.approved and count.rejected)
    if count.approved and decision.approvals:
        assert len(able) >= decision.approvals
        assert len(count.counted) >= decision.approvals
        assert all(decision.admits(each) for each in count.counted)
    if count.approved and not decision.approvals:
        assert any(each.voter == ALICE and each.approve and each.digest == DIGEST for each in votes)


@given(votes_of_people, decisions, st.sampled_from(PEOPLE))
def test_taking_a_vote_away_never_approves_what_was_not_rejected(
    votes: list[Vote], decision: Decision, leaving: Person
) -> None:
    """Except where the vote that goes had linked two accounts: hence only people whom nobody shares marks with."""
    if leaving not in (CAROL, DAVE):
        leaving = CAROL
    before = tally(votes, decision, ALICE, digest=DIGEST, now=NOON)
    after = tally([each for each in votes if each.voter != leaving], decision, ALICE, digest=DIGEST, now=NOON)
    if not before.rejected and not before.approved:
        assert not after.approved
