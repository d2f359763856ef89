"""Refusals first, then the first rule that fits, then the default; none weakens a destructive change by accident."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.policy.decisions import WayBack, decide
from bot.policy.explain import explain
from tests.policy.conftest import ALICE, BOB, CAROL, NOON, asked, person, policy

RULES = policy("""
rules:
  - {name: sandbox, match: {environments: [sandbox]}, decision: {approvals: 0}}
  - {name: large, match: {minPods: 50}, decision: {approvals: 2, from: {teams: [sre]}}}
  - {name: images, match: {operations: ["set *"], namespaces: [shop, "pay-*"]},
     decision: {approvals: 1, from: {people: [U0BOB]}, confirm: true, expiresMinutes: 5, backMinutes: 0}}
  - {name: readers, match: {requesterTeams: [readers]}, decision: {refuse: readers may only look}}
  - {name: alone, match: {recovery: true}, decision: {aloneOnCall: true}}
  - {name: rest, match: {production: true}, decision: {backMinutes: 10}}
""")


@pytest.mark.parametrize(
    ("changes", "rule", "approvals"),
    [
        ({"environment": "sandbox"}, "sandbox", 0),
        ({"environment": "sandbox", "pods": 100}, "sandbox", 0),
        ({"pods": 50}, "large", 2),
        ({"pods": 49}, "default", 1),
        ({"operation": "set image"}, "images", 1),
        ({"operation": "set image", "namespace": "pay-eu"}, "images", 1),
        ({"operation": "set image", "namespace": "shopping"}, "default", 1),
        ({"operation": "Set image"}, "default", 1),
        ({"operation": "set image", "namespace": ""}, "default", 1),
        ({"recovery": True}, "alone", 1),
        ({"recovery": True, "requester": CAROL}, "alone", 0),
        ({"production": True}, "rest", 1),
        ({"environment": "sandbox", "destructive": True}, "sandbox", 2),
        ({"pods": 50, "destructive": True}, "large", 2),
        ({"recovery": True, "requester": CAROL, "destructive": True}, "alone", 2),
        ({"production": True, "destructive": True}, "rest", 2),
    ],
)
def test_the_first_rule_that_fits_decides(changes: dict[str, object], rule: str, approvals: int) -> None:
    decision = decide(RULES, asked(**changes))
    assert (decision.rule, decision.approvals, decision.allowed) == (rule, approvals, True)
    assert decision.confirm is (approvals == 0)


def test_a_refusal_wins_wherever_it_stands_and_over_break_glass() -> None:
    reader = person("dave", "readers")
    for changes in ({"environment": "sandbox"}, {"break_glass": True}, {"pods": 50}):
        decision = decide(RULES, asked(requester=reader, **changes))
        assert (decision.allowed, decision.rule) == (False, "readers")
        assert str(decision.refused) == "readers may only look"


def test_a_rule_lowers_a_destructive_change_only_by_naming_it() -> None:
    named = policy("""
rules:
  - {name: wipe, match: {environments: [sandbox], destructive: true}, decision: {approvals: 0}}
""")
    decision = decide(named, asked(environment="sandbox", destructive=True))
    assert (decision.approvals, decision.view_required) == (0, True)


def test_what_a_rule_says_is_what_is_decided() -> None:
    decision = decide(RULES, asked(operation="set image"))
    assert decision.voters.people == {"U0BOB"}
    assert (decision.admits(BOB), decision.admits(CAROL)) == (True, False)
    assert (decision.expires, decision.back_window) == (timedelta(minutes=5), timedelta(0))
    assert decision.view_required


def test_a_way_back_that_the_policy_switched_off_needs_a_vote() -> None:
    back = WayBack(requester=ALICE, until=NOON + timedelta(minutes=5))
    assert decide(RULES, asked(operation="set image", back_of=back)).approvals == 1
    assert decide(RULES, asked(operation="scale", back_of=back)).rule == "way-back"


@pytest.mark.parametrize(
    ("glass", "requester", "allowed"),
    [
        ("{enabled: false}", CAROL, False),
        ("{from: {teams: [sre]}}", ALICE, False),
        ("{from: {teams: [sre]}}", CAROL, True),
        ("{from: {people: [U0ALICE]}}", ALICE, True),
        ("{from: {anyone: true}}", BOB, True),
    ],
)
def test_who_may_break_the_glass_is_the_policy_s_choice(glass: str, requester: object, allowed: bool) -> None:
    decision = decide(policy(f"breakGlass: {glass}"), asked(break_glass=True, requester=requester))
    assert decision.allowed is allowed
    assert decision.loud is allowed


def test_an_explanation_says_what_decided_and_what_fits_too() -> None:
    said = [str(line) for line in explain(RULES, asked(operation="set image", production=True))]
    assert RULES.version in said[0]
    assert "The rule images decides." in said
    assert any("1 vote of other people of U0BOB" in line for line in said)
    assert any("do not decide: rest" in line for line in said)
    refused = [str(line) for line in explain(RULES, asked(requester=person("dave", "readers")))]
    assert "Refused: readers may only look" in refused


def test_the_version_follows_what_decides_and_nothing_else() -> None:
    rules = "rules: [{name: a, decision: {approvals: 1}}]\n"
    assert policy(rules).version == policy("metadata: {name: other}\n" + rules).version
    assert policy(rules).version != policy(rules.replace("approvals: 1", "approvals: 2")).version
    assert policy(rules).version != policy(rules + "breakGlass: {enabled: false}\n").version
