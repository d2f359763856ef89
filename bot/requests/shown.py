"""All that a card shows of a request, as plain data: loaded from the database at the moment of showing.

What is loaded here is what a vote is given on, so it never comes from a message that Slack gave back.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.operations.patches import Change
from bot.operations.plan import Plan
from bot.operations.progress import Progress
from bot.policy.decision import Decision
from bot.requests.moves import StepState
from bot.requests.states import State
from bot.text import GroupMention, Mention, Text


class Ballot(msgspec.Struct, frozen=True, kw_only=True):
    """A vote as people see it."""

    voter: Mention
    approve: bool
    reason: str
    at: datetime


class StepShown(msgspec.Struct, frozen=True, kw_only=True):
    """One step with what is known of it. `how` is how it was rehearsed; `state` None: not begun."""

    id: str
    how: str
    state: StepState | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `mark` is what its buttons carry (number, plan version, state): a click with an older mark is stale.

    `cluster` and `environment` are the titles people know; `locale` is the language of what everyone in its channel
    sees. `plan` is absent only if planning was refused. `changed` says what differs from the plan version before (the
    world moved, so votes are asked for again). `server_warnings` are the API server's own words, `changes` everything
    that the rehearsal showed would change. `missing` votes are still needed; `may_vote` names who can give them, people
    on call first; `group` is the Slack group to mention. `problem` says why it ended otherwise than wished, or why a
    person is needed; `seconds` it ran; `calls` of its plan were sent. `back_until`: until then the requester may take
    the way back without a new vote; `back_taken`: the number of the request that did. `already_by`: the number of the
    request that had done the same. `permalink` leads to the card, empty if not posted.
    """

    number: int
    state: State
    mark: str
    operation: str
    command_line: str
    cluster: str
    namespace: str
    environment: str
    production: bool
    requester: Mention
    reason: str
    created_at: datetime
    locale: str
    channel: str
    thread_ts: str = ""
    card_ts: str = ""
    permalink: str = ""
    plan: Plan | None = None
    plan_version: int = 0
    digest: str = ""
    changed: tuple[Text, ...] = ()
    server_warnings: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    decision: Decision | None = None
    policy_version: str = ""
    missing: int = 0
    ballots: tuple[Ballot, ...] = ()
    may_vote: tuple[Mention, ...] = ()
    group: GroupMention | None = None
    expires_at: datetime | None = None
    back_until: datetime | None = None
    back_of: int = 0
    back_taken: int = 0
    already_by: int = 0
    break_glass: bool = False
    progress: Progress | None = None
    problem: Text | None = None
    seconds: int = 0
    calls: int = 0
    steps: tuple[StepShown, ...] = ()
    ended_at: datetime | None = None
    cancel_asked: bool = False
