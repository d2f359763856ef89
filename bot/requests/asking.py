"""A person asks for a change: plan it, rehearse it, decide, store the request with everything that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bot.audit.records import Event
from bot.commandline.line import line_of
from bot.errors import KajitoriError, Refused
from bot.identity.person import Person
from bot.kubernetes.errors import Forbidden
from bot.operations.arguments import Arguments
from bot.operations.operation import Operation
from bot.operations.plan import Nothing
from bot.operations.view import View
from bot.policy.decision import Decision
from bot.policy.untouchable import Untouchable
from bot.requests.clusters import OpenCluster
from bot.requests.deciding import decide_plan, people_who_can_vote
from bot.requests.mailing import ask_voters, offer, post_card, publish_home, reply
from bot.requests.notices import Address, problem_of
from bot.requests.planning import Planned, plan_change
from bot.requests.records import record, record_probe
from bot.requests.rights import NeedsGlass, NotAllowed
from bot.requests.services import Done, Services
from bot.requests.states import State
from bot.requests.versions import Extras, encode_person, version_row
from bot.store.database import Transaction
from bot.store.plans import add_plan
from bot.store.requests import (
    NewRequest,
    Request,
    count_open,
    insert_request,
    last_succeeded,
    same_line_waiting,
    same_open,
)
from bot.text import Channel, Code, Text, When, text

NO_AUTHORITY = (NotAllowed, Untouchable, Forbidden)
"""Refusals that are kept as a request of their own: somebody tried what they may not."""

NOT_ALLOWED = text("The policy does not allow this.")


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One command line for a change. `arguments` have their cluster (`context`) and namespace filled in.

    `key` is the delivery's; `anyway`: also if somebody else has asked the same; `glass`: also in a freeze, so that its
    glass can be broken; `back_of`: the request whose way back this is.
    """

    person: Person
    operation: Operation
    arguments: Arguments
    line: str
    address: Address
    key: str
    anyway: bool = False
    glass: bool = False
    back_of: int = 0


async def ask(services: Services, asked: Ask, done: Done) -> None:
    """Plan and store a request, and ask the people who can vote.

    Raises `Refused` or `Unavailable` where nothing came of it; what somebody may not is stored as a rejected request.
    """
    cluster = services.clusters[asked.arguments.context]
    if asked.operation.probes:
        await record_probe(services, asked.key, asked.person, asked.line, asked.arguments)
    try:
        outcome = await plan_ask(services, cluster, asked)
        if isinstance(outcome, Nothing):
            await nothing_to_do(services, asked, outcome, done)
            return
        decision = _decide(services, cluster, asked, outcome)
    except NO_AUTHORITY as error:
        await _refuse(services, cluster, asked, error, done)
        return
    voters = await people_who_can_vote(services, cluster, asked.person, outcome.plan, decision)
    async with services.database.transaction() as tx:
        twins = await same_open(tx, cluster.name, outcome.digest) or await same_line_waiting(
            tx, cluster.name, asked.arguments.namespace, asked.line
        )
        if asked.glass:
            _check_once(asked, twins)
        if twins and not (asked.anyway or asked.glass):
            await offer(tx, services, asked.key, twins[0], asked.address, asked.line)
        else:
            await _check_limit(tx, services, asked.person)
            request = await store_request(tx, services, cluster, asked, outcome, decision, voters)
            await _tell_where(tx, services, cluster, asked, request)
        await done(tx)


async def plan_ask(services: Services, cluster: OpenCluster, asked: Ask) -> Planned | Nothing:
    """The plan for what was asked, rehearsed as the person."""
    timeout = services.write_timeout
    return await plan_change(cluster.as_(asked.person), asked.operation, asked.arguments, timeout=timeout)


def _decide(services: Services, cluster: OpenCluster, asked: Ask, planned: Planned) -> Decision:
    """What the policy asks for. What a freeze refuses may wait for its glass to be broken, where the policy lets this
    person do that: the decision stays refused, so that no vote carries it."""
    decision = decide_plan(services, cluster, asked.operation.name, asked.person, planned.plan)
    if decision.refused is None:
        return decision
    glass = decide_plan(services, cluster, asked.operation.name, asked.person, planned.plan, break_glass=True)
    if glass.refused is not None:
        check_decision(decision)
    if asked.glass:
        return msgspec.structs.replace(decision, back_window=glass.back_window)
    error = NeedsGlass(
        NOT_ALLOWED,
        why=refusal_of(decision),
        next=text("Ask again when it is allowed. If it cannot wait, break the glass: everybody is told."),
    )
    error.action, error.value = "glass", line_of(asked.operation, asked.arguments)
    raise error


def refusal_of(decision: Decision) -> Text:
    """The policy's reason for refusing, with its rule."""
    return text("{reason} (rule {rule})", reason=decision.refused or "", rule=Code(decision.rule))


def check_decision(decision: Decision) -> None:
    """Raise `NotAllowed` if the policy refuses."""
    if decision.refused is not None:
        raise NotAllowed(
            NOT_ALLOWED,
            why=refusal_of(decision),
            next=text("Ask again when it is allowed, or ask whoever keeps the policy."),
        )


async def store_request(
    tx: Transaction,
    services: Services,
    cluster: OpenCluster,
    asked: Ask,
    planned: Planned,
    decision: Decision,
    voters: tuple[Person, ...],
) -> Request:
    """The request as waiting, with its first plan version, its card and its first ping."""
    request = await _insert(tx, services, cluster, asked, State.WAITING, planned=planned, decision=decision)
    extras = Extras(may_vote=tuple(voter.slack_user for voter in voters), policy_version=services.policy().version)
    await add_plan(tx, version_row(services, request, 1, planned, decision, extras))
    actor = asked.person.user
    await record(
        tx,
        services,
        request.id,
        Event.REQUEST_PLANNED,
        actor=actor,
        digest=planned.digest,
        command=asked.line,
        cluster=cluster.name,
        namespace=request.namespace,
        operation=request.operation,
    )
    await record(
        tx,
        services,
        request.id,
        Event.REQUEST_WAITING,
        approvals=decision.approvals,
        rule=decision.rule,
        policy=services.policy().version,
    )
    await post_card(tx, services, request.id, request.channel)
    people = [voter.slack_user for voter in voters]
    if decision.approvals:
        await ask_voters(tx, services, request.id, request.channel, 1, people)
    await publish_home(tx, services, asked.person.slack_user, *people)
    return request


async def _insert(
    tx: Transaction,
    services: Services,
    cluster: OpenCluster,
    asked: Ask,
    state: State,
    *,
    planned: Planned | None = None,
    decision: Decision | None = None,
) -> Request:
    now = services.clock.now()
    arguments = planned.plan.pinned if planned is not None else asked.arguments.model_dump(mode="json")
    new = NewRequest(
        state=state,
        cluster=cluster.name,
        namespace=asked.arguments.namespace,
        operation=asked.operation.name,
        command_line=asked.line,
        arguments=msgspec.json.encode(arguments),
        requester_slack=asked.person.slack_user,
        requester_user=asked.person.user,
        requester_name=asked.person.name,
        requester_key=asked.person.key,
        person=encode_person(asked.person),
        team_id=asked.person.team,
        channel=card_channel(cluster, asked.address),
        thread_ts="" if asked.address.direct else asked.address.thread_ts,
        production=cluster.config.is_production,
        environment=cluster.config.environment,
        created_at=now,
        reason=str(getattr(asked.arguments, "reason", "")),
        plan_version=1 if planned is not None else 0,
        expires_at=now + decision.expires if decision is not None else None,
        ended_at=now if state is State.REJECTED else None,
        back_of=asked.back_of or None,
    )
    number = await insert_request(tx, new)
    return Request(**vars(new), id=number, version=1, fence=0)


def card_channel(cluster: OpenCluster, address: Address) -> str:
    """A request typed in a direct message has its card where its environment's approvals are given (messages.md)."""
    if address.direct and cluster.config.approval_channel is not None:
        return cluster.config.approval_channel
    return address.channel


async def _tell_where(tx: Transaction, services: Services, cluster: OpenCluster, asked: Ask, request: Request) -> None:
    """Whoever typed in a direct message sees no card there, so they are told that there is one elsewhere."""
    if request.channel == asked.address.channel:
        return
    title = text("R-{number} waits for approval.", number=str(request.id))
    where = text(
        "Its card is in {channel}, where {cluster} is approved; it is in your Home too.",
        channel=Channel(request.channel),
        cluster=cluster.title,
    )
    await reply(tx, services, asked.key, asked.address, view=View(title=title, lines=(where,)))


async def _refuse(services: Services, cluster: OpenCluster, asked: Ask, error: KajitoriError, done: Done) -> None:
    async with services.database.transaction() as tx:
        request = await _insert(tx, services, cluster, asked, State.REJECTED)
        await record(
            tx,
            services,
            request.id,
            Event.REFUSED_COMMAND,
            actor=asked.person.user,
            command=asked.line,
            why=str(error.why or error.what),
        )
        await record(tx, services, request.id, Event.REQUEST_REJECTED, why=str(error.what))
        problem = problem_of(error, recorded=request.id)
        await reply(tx, services, asked.key, asked.address, problem=problem, copy=True)
        await done(tx)


async def nothing_to_do(services: Services, asked: Ask, outcome: Nothing, done: Done) -> None:
    """It is so already: nobody needs to be asked, and whoever did it is named."""
    async with services.database.transaction() as tx:
        before = await last_succeeded(tx, asked.arguments.context, asked.arguments.namespace, asked.line)
        lines: tuple[Text, ...] = ()
        if before is not None and before.ended_at is not None:
            lines = (
                text(
                    "Done by {person} with R-{number}, {when}.",
                    person=before.requester_name,
                    number=str(before.id),
                    when=When(before.ended_at),
                ),
            )
        await reply(tx, services, asked.key, asked.address, view=View(title=outcome.message, lines=lines))
        await done(tx)


def _check_once(asked: Ask, twins: Sequence[Request]) -> None:
    mine = next((each for each in twins if each.requester_key == asked.person.key), None)
    if mine is not None:
        raise Refused(
            text("R-{number} waits for that already.", number=str(mine.id)),
            next=text("Break the glass from its card."),
        )


async def _check_limit(tx: Transaction, services: Services, person: Person) -> None:
    limit = services.config.limits.requests_per_person
    if await count_open(tx, person.key) >= limit:
        raise Refused(
            text("You have {limit} open requests, which is the limit.", limit=limit),
            next=text("Cancel some, or wait until they end."),
        )
