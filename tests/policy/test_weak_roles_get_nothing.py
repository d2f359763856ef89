"""One table: every weak role against every kind of change, by the default. The vote of none of them sends anything."""

from __future__ import annotations

from itertools import product

import pytest

from bot.identity.person import Person
from bot.policy.decisions import decide, tally
from bot.policy.default import DEFAULT_POLICY
from bot.policy.model import Policy
from tests.policy.conftest import ALICE, DAVE, DIGEST, NOON, asked, person, policy, vote

SRE_VOTES = policy("rules: [{name: sre, decision: {from: {teams: [sre]}}}]")
WEAK = {
    "the requester": (ALICE, True),
    "a second account by key": (person("other", "developers", "sre", key="alice"), True),
    "a second account by user": (person("other", "sre", user="kajitori:alice"), True),
    "a second account by user in another case": (person("other", "sre", user="kajitori:Alice"), True),
    "a reader without the rights": (DAVE, False),
    "an SRE whose rights do not cover every call": (person("carol", "sre", on_call=True), False),
}
CHANGES = (
    {},
    {"destructive": True},
    {"recovery": True},
    {"production": True},
    {"pods": 1000},
    {"operation": "delete pod", "destructive": True, "production": True},
)


@pytest.mark.parametrize(("role", "change", "rules"), list(product(WEAK, CHANGES, (DEFAULT_POLICY, SRE_VOTES))))
def test_the_votes_of_weak_roles_approve_nothing(role: str, change: dict[str, object], rules: Policy) -> None:
    voter, covers = WEAK[role]
    decision = decide(rules, asked(**change))
    count = tally([vote(voter, covers=covers)] * 3, decision, ALICE, digest=DIGEST, now=NOON)
    assert (count.approved, count.missing) == (False, decision.approvals)


@pytest.mark.parametrize("change", CHANGES)
def test_all_weak_roles_together_approve_nothing(change: dict[str, object]) -> None:
    votes = [vote(voter, covers=covers) for voter, covers in WEAK.values()]
    decision = decide(DEFAULT_POLICY, asked(**change))
    assert not tally(votes, decision, ALICE, digest=DIGEST, now=NOON).approved


@pytest.mark.parametrize("outsider", [person("dave", "readers"), person("erin"), person("bob", "developers")])
def test_who_is_not_in_the_circle_is_not_counted_even_with_the_rights(outsider: Person) -> None:
    decision = decide(SRE_VOTES, asked())
    assert not tally([vote(outsider)], decision, ALICE, digest=DIGEST, now=NOON).approved
