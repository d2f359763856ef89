"""A workspace of profiles that counts how often it is asked, and a clock that moves when told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from bot.identity.directory import Directory
from bot.identity.profiles import Profile
from bot.settings import Config, parse_config

CONFIG = """\
slack: {team_id: T0ACME}
clusters: {prod: {}}
people:
  U0ALICE: {user: alice, teams: [developers], email: Alice@example.com}
  U0BOB: {user: bob, teams: [developers, sre], groups: [auditors], timezone: Asia/Tokyo, locale: ja, on_call: true}
  U0ALICE2: {user: alice, teams: [developers]}
  U0ALICE3: {user: alice-private, email: alice+play@EXAMPLE.com}
  U0ALICE4: {user: alice-old, same_as: [U0ALICE3]}
teams: {developers: {}, sre: {}}
identity: {ask: U0BOB}
"""


def member(user: str, /, **changes: object) -> Profile:
    plain = Profile(
        user=user,
        team="T0ACME",
        name=user.lower(),
        locale="en-US",
        timezone="Europe/Berlin",
        deleted=False,
        is_bot=False,
        is_restricted=False,
        is_ultra_restricted=False,
        is_stranger=False,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@dataclass
class Workspace:
    profiles: dict[str, Profile] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    failure: Exception | None = None

    async def users_info(self, user: str) -> Profile:
        self.asked.append(user)
        if self.failure is not None:
            raise self.failure
        return self.profiles.get(user, member(user))


@dataclass
class Clock:
    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config() -> Config:
    return parse_config(CONFIG.encode())


@pytest.fixture
def directory(config: Config, workspace: Workspace, clock: Clock) -> Directory:
    return Directory(config=config, source=workspace, clock=clock)
