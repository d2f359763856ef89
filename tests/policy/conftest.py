"""People and questions in one line each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.identity.person import Person
from bot.policy.decisions import Asked, Vote
from bot.policy.loading import parse_policy
from bot.policy.model import Policy
from bot.settings import Config, parse_config

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DIGEST = "d" * 64

CONFIG = """\
slack: {team_id: T0ACME}
clusters:
  prod: {environment: production}
  stage: {environment: staging}
  box: {environment: sandbox}
people:
  U0ALICE: {user: alice, teams: [developers]}
  U0BOB: {user: bob, teams: [developers]}
  U0CAROL: {user: carol, teams: [sre], on_call: true}
  U0DAVE: {user: dave, teams: [readers]}
teams: {developers: {}, sre: {}, readers: {}}
"""
OPERATIONS = ("rollout undo", "rollout restart", "set image", "scale", "delete pod")


def person(name: str, *teams: str, on_call: bool = False, **changes: object) -> Person:
    plain = Person(
        slack_user=f"U0{name.upper()}",
        team="T0ACME",
        name=name,
        user=f"kajitori:{name}",
        groups=tuple(f"kajitori:{team}" for team in teams),
        teams=teams,
        key=name,
        on_call=on_call,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


ALICE = person("alice", "developers")
BOB = person("bob", "developers")
CAROL = person("carol", "sre", on_call=True)
DAVE = person("dave", "readers")


def asked(**changes: object) -> Asked:
    plain = Asked(
        cluster="stage",
        environment="staging",
        production=False,
        namespace="shop",
        operation="rollout undo",
        requester=ALICE,
        now=NOON,
        pods=3,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def policy(rules: str) -> Policy:
    return parse_policy(f"apiVersion: kajitori.dev/v1\nkind: Policy\n{rules}".encode())


def vote(
    voter: Person,
    *,
    approve: bool = True,
    digest: str = DIGEST,
    covers: bool = True,
    age: timedelta = timedelta(),
) -> Vote:
    return Vote(voter=voter, digest=digest, approve=approve, covers=covers, at=NOON - age)


@pytest.fixture
def config() -> Config:
    return parse_config(CONFIG.encode())
