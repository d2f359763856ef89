"""The policy file, in the shape of Kubernetes RBAC: rules that match what is asked, and what they decide.

How it is read: a rule that refuses always wins, wherever it stands; then a freeze; then the first rule that matches,
from top to bottom; then the built-in default. What a rule does not say is as in the default, and a rule lowers what the
default asks for destructive changes only if its match says `destructive: true`: nothing general weakens by accident.
"""

from __future__ import annotations

from datetime import datetime, time
from functools import cached_property
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, AliasGenerator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from bot.operations.json import digest
from bot.settings.people import known_zone
from bot.settings.validation import Strict

API_VERSION: Final = "kajitori.dev/v1"
Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Glob = Annotated[str, Field(min_length=1, max_length=200)]
"""`*` any characters, `?` one; compared with case."""
Reason = Annotated[str, Field(min_length=1, max_length=300)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _local(value: datetime) -> datetime:
    if value.tzinfo is not None:
        raise ValueError("write it without an offset; `timezone` says where it is meant")
    return value


LocalDateTime = Annotated[datetime, AfterValidator(_local)]


class Part(Strict):
    """Keys are in camel case, as in Kubernetes."""

    model_config = ConfigDict(alias_generator=AliasGenerator(to_camel))


class Match(Part):
    """What a rule is about: every key that is there must fit; an absent or empty one fits everything."""

    clusters: tuple[Glob, ...] = ()
    environments: tuple[Glob, ...] = ()
    namespaces: tuple[Glob, ...] = ()
    operations: tuple[Glob, ...] = ()
    requester_teams: tuple[str, ...] = ()
    production: bool | None = None
    destructive: bool | None = None
    recovery: bool | None = None
    min_pods: Annotated[int, Field(ge=1)] | None = None
    """Pods that the plan touches, at least."""


class From(Part):
    """Who may vote: members of one of the teams or one of the people; `anyone` (or nothing) means anyone with rights.

    `people` are Slack user ids, which nobody can choose for themselves.
    """

    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    anyone: bool = False

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        if self.anyone and (self.teams or self.people):
            raise ValueError("anyone excludes teams and people")
        if not self.anyone and self.model_fields_set & {"teams", "people"} and not (self.teams or self.people):
            raise ValueError("an empty list lets nobody vote; write anyone: true if everybody with the rights may")
        return self


class Ruling(Part):
    """What a rule decides. `None` is as in the built-in default."""

    approvals: Annotated[int, Field(ge=0, le=5)] | None = None
    """Votes of other people. 0: the requester confirms."""

    from_: Annotated[From | None, Field(alias="from")] = None
    confirm: bool = False
    """Votes are given in a view that shows the calls, also where it is neither production nor destructive."""

    refuse: Reason | None = None
    expires_minutes: Annotated[int, Field(ge=1, le=240)] | None = None
    back_minutes: Annotated[int, Field(ge=0, le=240)] | None = None
    """For how long one vote also covers the way back; 0 switches it off."""

    alone_on_call: bool = False
    """A recovery may be confirmed by the requester alone if on call."""

    @model_validator(mode="after")
    def _refuses_or_decides(self) -> Self:
        if self.refuse is not None and self.model_fields_set != {"refuse"}:
            raise ValueError("a rule that refuses decides nothing else")
        return self


class Rule(Part):
    """One rule; `name` is what cards and `policy explain` show."""

    name: Name
    match: Match = Match()
    decision: Ruling

    @model_validator(mode="after")
    def _alone_is_for_recoveries(self) -> Self:
        if self.decision.alone_on_call and self.match.recovery is not True:
            raise ValueError("aloneOnCall needs `recovery: true` in the match")
        return self


class Between(Part):
    """One stretch of local time."""

    from_: Annotated[LocalDateTime, Field(alias="from")]
    until: LocalDateTime

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.until <= self.from_:
            raise ValueError("until must be after from")
        return self


class Weekly(Part):
    """Every week: begins on each of these days; an `until` not after `from` is on the next day."""

    days: Annotated[tuple[Day, ...], Field(min_length=1)] = DAYS
    from_: Annotated[time, Field(alias="from")]
    until: time

    @model_validator(mode="after")
    def _local_times(self) -> Self:
        if self.from_.tzinfo is not None or self.until.tzinfo is not None:
            raise ValueError("write times without an offset; `timezone` says where they are meant")
        return self


class Freeze(Part):
    """A time in which changes are refused."""

    name: Name
    reason: Reason
    timezone: str
    match: Match = Match()
    between: Between | None = None
    weekly: Weekly | None = None
    except_recovery: bool = True
    """Ways back to a healthy state stay possible, with their usual votes."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        known_zone(self.timezone)
        if (self.between is None) == (self.weekly is None):
            raise ValueError("a freeze has either between or weekly")
        return self


class BreakGlass(Part):
    """Who may go ahead alone in an emergency, with a reason, a loud notice and a review afterwards."""

    enabled: bool = True
    from_: Annotated[From, Field(alias="from")] = From()


class Given(Part):
    """What an example asks. `environment` and `production` come from the cluster's configuration unless given."""

    cluster: str
    environment: str | None = None
    production: bool | None = None
    namespace: str = ""
    operation: str
    destructive: bool = False
    recovery: bool = False
    break_glass: bool = False
    pods: int = 0
    requester_teams: tuple[str, ...] = ()
    on_call: bool = False
    at: datetime | None = None

    @model_validator(mode="after")
    def _a_moment(self) -> Self:
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("at needs an offset, for example 2026-12-31T12:00:00+09:00")
        return self


class Expect(Part):
    """What must come out; only the keys that are there are compared."""

    approvals: int | None = None
    refused: bool | None = None
    rule: str | None = None
    confirm: bool | None = None


class Example(Part):
    """A test of the policy, kept in its file."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    given: Given
    expect: Expect


class Metadata(Part):
    name: Name = "policy"


class Policy(Part):
    """A whole policy."""

    api_version: Literal["kajitori.dev/v1"] = API_VERSION
    kind: Literal["Policy"] = "Policy"
    metadata: Metadata = Metadata()
    rules: tuple[Rule, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    break_glass: BreakGlass = BreakGlass()
    examples: tuple[Example, ...] = ()

    @cached_property
    def version(self) -> str:
        """12 hex digits of a SHA-256 over everything that decides, shown on cards: same rules, same version."""
        deciding = self.model_dump(mode="json", by_alias=True, include={"rules", "freezes", "break_glass"})
        return digest(deciding)[:12]
