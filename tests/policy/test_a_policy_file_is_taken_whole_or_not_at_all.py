"""Wrong files are refused with their line, and what was in force stays in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refused
from bot.policy.loading import PolicyInForce, parse_policy
from bot.policy.model import Policy
from bot.settings import Config, load_config
from tests.policy.conftest import NOON, OPERATIONS

HEAD = "apiVersion: kajitori.dev/v1\nkind: Policy\n"


def rule(match: str = "{}", decision: str = "{approvals: 1}", name: str = "one") -> str:
    return f"  - {{name: {name}, match: {match}, decision: {decision}}}\n"


WRONG = [
    ("x: 1\n" + HEAD, 1, "unknown key x"),
    ("kind: Policy\n", 1, "apiVersion is missing"),
    ("apiVersion: kajitori.dev/v1\n", 1, "kind is missing"),
    (HEAD.replace("v1", "v2"), 1, "kajitori.dev/v1"),
    (HEAD + "rule: []\n", 3, "did you mean rules"),
    (HEAD + "rules:\n" + rule("{namespace: [shop]}"), 4, "did you mean namespaces"),
    (HEAD + "rules:\n" + rule("{min_pods: 5}"), 4, "did you mean minPods"),
    (HEAD + "rules:\n" + rule("{minPods: 0}"), 4, "minPods"),
    (HEAD + "rules:\n" + rule("{namespaces: shop}"), 4, "namespaces"),
    (HEAD + "rules:\n" + rule(decision="{approvals: -1}"), 4, "approvals"),
    (HEAD + "rules:\n" + rule(decision="{approvals: '1'}"), 4, "approvals"),
    (HEAD + "rules:\n" + rule(decision="{approvals: true}"), 4, "approvals"),
    (HEAD + "rules:\n" + rule(decision="{refuse: no, approvals: 0}"), 4, "decides nothing else"),
    (HEAD + "rules:\n" + rule(decision="{refuse: ''}"), 4, "refuse"),
    (HEAD + "rules:\n" + rule(decision="{from: {anyone: true, teams: [sre]}}"), 4, "anyone excludes"),
    (HEAD + "rules:\n" + rule(decision="{from: {teams: []}}"), 4, "an empty list lets nobody vote"),
    (HEAD + "rules:\n" + rule(decision="{from: {people: []}}"), 4, "an empty list lets nobody vote"),
    (HEAD + "rules:\n" + rule(decision="{aloneOnCall: true}"), 4, "recovery: true"),
    (HEAD + "rules:\n" + rule(name="default"), 4, "already taken"),
    (HEAD + "rules:\n" + rule() + rule(), 5, "already taken"),
    (HEAD + "rules:\n" + rule() + rule("{namespaces: [shop]}", name="two"), 5, "one takes everything"),
    (HEAD + "rules:\n" + rule("{recovery: true}") + rule("{recovery: true}", name="b"), 5, "never decide"),
    (HEAD + "rules:\n" + rule() + rule("{}", "{refuse: no}", name="no"), 4, "one can never decide: no takes"),
    (
        HEAD + "rules:\n" + rule('{namespaces: ["s*"]}') + rule("{namespaces: [shop], minPods: 3}", name="b"),
        5,
        "never decide",
    ),
    (HEAD + "rules:\n" + rule("{clusters: [prd]}"), 4, "prd fits nothing"),
    (HEAD + "rules:\n" + rule("{operations: [rolout undo]}"), 4, "rolout undo fits nothing"),
    (HEAD + "rules:\n" + rule("{requesterTeams: [devs]}"), 4, "devs fits nothing"),
    (HEAD + "rules:\n" + rule(decision="{from: {teams: [ops]}}"), 4, "ops fits nothing"),
    (HEAD + "rules:\n" + rule(decision="{from: {people: [U0NOBODY]}}"), 4, "U0NOBODY fits nothing"),
    (HEAD + "rules:\n" + rule(decision="{approvals: 2, from: {teams: [sre]}}"), 4, "only 1 people could"),
    (HEAD + "breakGlass: {from: {teams: [ops]}}\n", 3, "ops fits nothing"),
    (HEAD + "freezes:\n  - {name: a, reason: b, timezone: Mars, weekly: {from: '01:00', until: '02:00'}}\n", 4, "Mars"),
    (HEAD + "freezes:\n  - {name: a, reason: b, timezone: UTC}\n", 4, "either between or weekly"),
    (
        HEAD + "freezes:\n  - {name: a, reason: b, timezone: UTC, between: "
        "{from: '2026-01-02T00:00', until: '2026-01-01T00:00'}}\n",
        4,
        "until must be after",
    ),
    (
        HEAD + "freezes:\n  - {name: a, reason: b, timezone: UTC, between: "
        "{from: '2026-01-01T00:00Z', until: '2026-01-02T00:00'}}\n",
        4,
        "without an offset",
    ),
    (HEAD + "freezes:\n  - {name: a, reason: b, timezone: UTC, weekly: {from: 22:00, until: 25:00}}\n", 4, "until"),
    (HEAD + "rules: &r []\n", 3, "aliases"),
]


@pytest.mark.parametrize(("content", "line", "says"), WRONG)
def test_a_wrong_policy_is_refused_with_its_line(config: Config, content: str, line: int, says: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_policy(content.encode(), config=config, operations=OPERATIONS)
    assert f"policy.yaml, line {line}:" in str(refused.value)
    assert says in str(refused.value)


def test_rules_that_only_overlap_are_no_conflict(config: Config) -> None:
    content = (
        HEAD
        + "rules:\n"
        + rule("{namespaces: [shop, pay]}", name="a")
        + rule('{namespaces: ["pa*"]}', name="b")
        + rule("{destructive: true}", name="c")
        + rule("{minPods: 5}", name="d")
        + rule("{clusters: [prod]}", "{refuse: no}", name="e")
        + rule(name="f")
    )
    assert len(parse_policy(content.encode(), config=config, operations=OPERATIONS).rules) == 6


@dataclass
class Still:
    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


@dataclass
class File:
    content: str

    def __call__(self) -> bytes:
        return self.content.encode()


def in_force(config: Config, file: File) -> PolicyInForce:
    return PolicyInForce(read=file, config=config, operations=OPERATIONS, clock=Still())


def test_a_right_file_replaces_the_policy_whole(config: Config) -> None:
    file = File(HEAD + "rules:\n" + rule())
    policy = in_force(config, file)
    first = policy()
    assert policy.reload() is False
    file.content = HEAD + "rules:\n" + rule(decision="{approvals: 2}")
    assert policy.reload() is True
    assert policy().version != first.version
    assert first.rules[0].decision.approvals == 1


@pytest.mark.parametrize("content", ["", "rules: [", HEAD + "rules:\n" + rule() + rule(name="two")])
def test_a_wrong_file_changes_nothing(config: Config, content: str) -> None:
    file = File(HEAD + "rules:\n" + rule())
    policy = in_force(config, file)
    before = policy()
    file.content = content
    with pytest.raises(Refused):
        policy.reload()
    assert policy() is before


def test_a_file_whose_example_fails_is_not_taken_up(config: Config) -> None:
    example = "examples:\n  - {name: free, given: {cluster: prod, operation: scale}, expect: {approvals: 0}}\n"
    with pytest.raises(Refused, match="the example free fails") as refused:
        in_force(config, File(HEAD + example))
    assert "approvals is 1, not 0" in str(refused.value.why)


def test_without_a_file_the_default_is_in_force(config: Config) -> None:
    policy = PolicyInForce(read=None, config=config, operations=OPERATIONS, clock=Still())
    assert policy().rules == ()
    assert policy.reload() is False


def test_the_bot_does_not_start_with_a_wrong_policy(config: Config) -> None:
    with pytest.raises(Refused):
        in_force(config, File("x"))


def test_an_example_takes_the_cluster_s_environment(config: Config) -> None:
    file = File(
        HEAD
        + "rules:\n"
        + rule("{environments: [sandbox]}", "{approvals: 0}")
        + "examples:\n"
        + "  - {name: a, given: {cluster: box, operation: scale}, expect: {approvals: 0, rule: one, confirm: false}}\n"
        + "  - {name: b, given: {cluster: prod, operation: scale}, expect: {approvals: 1, confirm: true}}\n"
    )
    assert len(in_force(config, file)().examples) == 2


def test_the_example_files_of_this_project_are_right() -> None:
    deploy = Path(__file__).parents[2] / "deploy"
    config = load_config(deploy / "config.yaml")
    assert config.policy == deploy / "policy.yaml"
    PolicyInForce(read=config.policy.read_bytes, config=config, operations=OPERATIONS, clock=Still())


@given(st.text(max_size=200))
def test_any_text_is_a_policy_or_refused(content: str) -> None:
    try:
        assert isinstance(parse_policy((HEAD + content).encode(errors="surrogatepass")), Policy)
    except Refused as refused:
        assert "policy.yaml, line " in str(refused)
