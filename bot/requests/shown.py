"""All that a card shows of a request, as plain data: loaded from the database at the moment of showing.

What is loaded here is what a vote is given on, so it never comes from a message that Slack gave back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.charts.progress import Sample
from bot.errors import Bug
from bot.operations.patches import Change
from bot.operations.plan import Back, Plan
from bot.operations.progress import Progress
from bot.policy.decision import Decision, stricter
from bot.requests.coverage import back_until
from bot.requests.deciding import decide_plan
from bot.requests.engine.moves import StepState
from bot.requests.mailing import card_key
from bot.requests.marks import mark_of
from bot.requests.outcomes import decode_outcome
from bot.requests.rehearsal import Rehearsal
from bot.requests.rest import rest_of
from bot.requests.services import Services
from bot.requests.states import OPEN, State
from bot.requests.versions import Extras, decode_decision, decode_person
from bot.store.database import Transaction
from bot.store.messages import Message, messages_of
from bot.store.plans import PlanVersion, current_plans, load_plan
from bot.store.requests import Head, Request, all_ways_back_of, load
from bot.store.steps import current_states
from bot.store.votes import Vote, current_votes
from bot.text import GroupMention, Mention, Text, text


class Ballot(msgspec.Struct, frozen=True, kw_only=True):
    """A vote as people see it."""

    voter: Mention
    approve: bool
    reason: str
    at: datetime


class StepShown(msgspec.Struct, frozen=True, kw_only=True):
    """One step, or one eviction of a step, with what is known of it. `how` is how it was rehearsed; `state` None: not
    begun.
    """

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
    person is needed; `samples` are how far it came over time; `seconds` it ran; `calls` of its plan were sent, `rest`
    is the line for the others where it is another. `back_until`: until then the requester may take the way back without
    a new vote; `back_taken`: the number of the request that did. `already_by`: the number of the request that had done
    the same. `permalink` leads to the card, empty if not posted.
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
    samples: tuple[Sample, ...] = ()
    problem: Text | None = None
    seconds: int = 0
    calls: int = 0
    steps: tuple[StepShown, ...] = ()
    rest: str = ""
    ended_at: datetime | None = None
    cancel_asked: bool = False

    @property
    def way_back(self) -> Back | None:
        """The plan's way back, where what took effect is what it takes back."""
        done = {each.id for each in self.steps if each.state is StepState.DONE}
        return self.plan.way_back(done) if self.plan is not None else None

    @property
    def rest_line(self) -> str:
        """The command line for what is left, once a part took effect; before that the one that was typed."""
        return (self.rest if self.calls else "") or self.command_line


async def load_shown(services: Services, tx: Transaction, number: int) -> Shown:
    """One request as it is in this transaction's picture of the database. Raises `Bug` if there is none.

    Nothing here is verified, for nothing is decided by it: whoever votes or sends verifies what is stored.
    """
    request = await load(tx, number)
    if request is None:
        raise Bug(text("There is no request R-{number}.", number=str(number)))
    plan = await load_plan(tx, number, request.plan_version) if request.plan_version else None
    return _shown(services, request, plan, await _around(tx, (number,)))


async def load_all_shown(services: Services, tx: Transaction, found: Collection[Request]) -> tuple[Shown, ...]:
    """Several, for lists, with as many statements as for one; those whose plan somebody changed are left out."""
    if not found:
        return ()
    numbers = [each.id for each in found]
    plans, around = await current_plans(tx, numbers), await _around(tx, numbers)
    return tuple(
        _shown(services, each, plans.get(each.id), around)
        for each in found
        if each.id in plans or not each.plan_version
    )


@dataclass(frozen=True, kw_only=True)
class _Around:
    """What is stored about requests beside them and their plans, by number."""

    votes: Mapping[int, Sequence[Vote]]
    steps: Mapping[int, Mapping[str, str]]
    cards: Mapping[str, Message]
    backs: Mapping[int, Sequence[Head]]


async def _around(tx: Transaction, numbers: Collection[int]) -> _Around:
    return _Around(
        votes=await current_votes(tx, numbers),
        steps=await current_states(tx, numbers),
        cards=await messages_of(tx, [card_key(number) for number in numbers]),
        backs=await all_ways_back_of(tx, numbers),
    )


def _shown(services: Services, request: Request, plan: PlanVersion | None, around: _Around) -> Shown:
    number = request.id
    posted = around.cards.get(card_key(number))
    backs = [each for each in around.backs.get(number, ()) if State(each.state) in OPEN | {State.SUCCEEDED}]
    shown = msgspec.structs.replace(
        _request_shown(services, request),
        ballots=tuple(_ballot(services, vote) for vote in around.votes.get(number, ())),
        card_ts=posted.ts if posted is not None else "",
        back_taken=backs[-1].id if backs else 0,
    )
    return shown if plan is None else _plan_shown(services, shown, request, plan, around.steps.get(number, {}))


def _request_shown(services: Services, request: Request) -> Shown:
    outcome = decode_outcome(request.outcome)
    channel = services.config.channels.get(request.channel)
    ran = (request.ended_at or services.clock.now()) - request.started_at if request.started_at else None
    return Shown(
        number=request.id,
        state=State(request.state),
        mark=str(mark_of(request)),
        operation=request.operation,
        command_line=request.command_line,
        cluster=services.clusters.title(request.cluster),
        namespace=request.namespace,
        environment=request.environment,
        production=request.production,
        requester=Mention(user=request.requester_slack, name=request.requester_name),
        reason=request.reason,
        created_at=request.created_at,
        locale=channel.locale if channel is not None else "en",
        channel=request.channel,
        thread_ts=request.thread_ts,
        plan_version=request.plan_version,
        expires_at=request.expires_at,
        back_of=request.back_of or 0,
        break_glass=request.break_glass,
        progress=_placed(outcome.progress, request),
        samples=outcome.samples,
        problem=outcome.problem,
        seconds=round(ran.total_seconds()) if ran is not None else 0,
        ended_at=request.ended_at,
        cancel_asked=request.cancel_asked,
    )


def _placed(progress: Progress | None, request: Request) -> Progress | None:
    return progress and progress.placed(namespace=request.namespace, cluster=request.cluster)


def _plan_shown(
    services: Services, shown: Shown, request: Request, row: PlanVersion, steps: Mapping[str, str]
) -> Shown:
    plan = msgspec.json.decode(row.plan, type=Plan)
    decision = _asked_for(services, request, plan, decode_decision(row.decision))
    extras = msgspec.json.decode(row.card, type=Extras)
    rehearsals = msgspec.json.decode(row.rehearsal, type=tuple[Rehearsal, ...])
    how = {each.step: str(each.how) for each in rehearsals}
    approvals = sum(ballot.approve for ballot in shown.ballots)
    return msgspec.structs.replace(
        shown,
        plan=plan,
        digest=row.digest,
        decision=decision,
        changed=extras.changed,
        policy_version=extras.policy_version,
        server_warnings=tuple(dict.fromkeys(warning for each in rehearsals for warning in each.warnings)),
        changes=tuple(change for each in rehearsals for change in each.changes),
        missing=max(0, decision.approvals - approvals),
        may_vote=tuple(_mention(services, user) for user in extras.may_vote),
        group=_group(services, decision),
        back_until=back_until(request, decision.back_window) if plan.back is not None and plan.back.calls else None,
        calls=_done(plan, steps),
        rest=rest_of(services.registry.operations.get(request.operation), plan, steps),
        steps=tuple(
            StepShown(id=name, how=how.get(name, ""), state=StepState(steps[name]) if name in steps else None)
            for name in dict.fromkeys([*(step.id for step in plan.steps), *steps])
        ),
    )


def _done(plan: Plan, steps: Mapping[str, str]) -> int:
    """Requests of ours that took effect: calls, and evictions, whose records are those of no step of the plan."""
    others = {step.id for step in plan.steps} - {call.id for call in plan.calls}
    return sum(1 for name, state in steps.items() if state == StepState.DONE and name not in others)


def _asked_for(services: Services, request: Request, plan: Plan, voted: Decision) -> Decision:
    """What is asked for; while it waits, what the policy in force asks for, if that is more: votes are judged by it."""
    cluster = services.clusters.clusters.get(request.cluster)
    if request.state != State.WAITING or request.back_of is not None or cluster is None:
        return voted
    now = decide_plan(services, cluster, request.operation, decode_person(request.person), plan)
    return now if now.refused is None and stricter(now, voted) else voted


def _ballot(services: Services, vote: Vote) -> Ballot:
    voter = _mention(services, vote.voter_slack)
    return Ballot(voter=voter, approve=vote.verdict == "approve", reason=vote.reason, at=vote.created_at)


def _mention(services: Services, user: str) -> Mention:
    person = services.directory.configured(user)
    return Mention(user=user, name=person.name if person is not None else "")


def _group(services: Services, decision: Decision) -> GroupMention | None:
    """The Slack group to mention, where the policy names one team that has one."""
    groups: Sequence[GroupMention] = [
        GroupMention(group=team.slack_group, name=name)
        for name, team in services.config.teams.items()
        if name in decision.voters.teams and team.slack_group is not None
    ]
    return groups[0] if len(groups) == 1 else None
