"""A vote: judged by policy and rights at this moment, bound to the plan's digest, recounted with all others.

Also the requester's own confirmation, where no vote of others is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.audit.records import Event
from bot.errors import Refused, Unavailable
from bot.identity.person import Person
from bot.policy.decision import Decision
from bot.policy.decisions import WAY_BACK
from bot.policy.tally import Tally, tally, why_not_vote
from bot.policy.tally import Vote as Counted
from bot.requests.asking import check_decision
from bot.requests.ballots import signed_vote
from bot.requests.clusters import OpenCluster
from bot.requests.deciding import counted_votes, decide_plan
from bot.requests.mailing import ping, publish_home, refresh_card
from bot.requests.marks import Mark, check_mark
from bot.requests.notices import PingEvent
from bot.requests.outcomes import Outcome, encode_outcome
from bot.requests.records import record
from bot.requests.rights import NeedsGlass, NotAllowed, check_rights
from bot.requests.services import Done, Services
from bot.requests.states import State, check_transition
from bot.requests.versions import Version, decode_person, read_version
from bot.store.database import Transaction
from bot.store.plans import load_plan
from bot.store.requests import Request, compare_and_set, load
from bot.store.votes import Vote, cast_vote, votes_on
from bot.text import Text, text

ROUNDS = 5


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """One person's vote on the card they saw. `viewed`: given in a view that was rendered from the database."""

    person: Person
    mark: Mark
    approve: bool
    reason: str = ""
    viewed: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request with its current plan version, verified."""

    request: Request
    version: Version
    requester: Person
    cluster: OpenCluster


class NeedsView(Refused):
    """The policy wants this vote given in a view that shows the calls."""


class _Meanwhile(Exception):
    """Somebody else changed the request between judging and storing: judge again."""


async def vote(services: Services, ballot: Ballot, done: Done) -> None:
    """Cast a vote and act on the new count. Raises `Stale`, `NotAllowed`, `NeedsView`, `Tampered` or `Unavailable`."""
    for _ in range(ROUNDS):
        case, decision = await judge_ballot(services, ballot)
        stored = await _votes(services, case)
        counted = await counted_votes(services, case.cluster, case.version.plan, stored)
        try:
            async with services.database.transaction() as tx:
                await _cast(tx, services, case, ballot, decision, counted, known=stored)
                await done(tx)
            return
        except _Meanwhile:
            continue
    raise Unavailable(
        text("Too many people are voting on R-{number} at once.", number=str(ballot.mark.number)),
        next=text("Try again in a moment."),
    )


async def load_case(services: Services, mark: Mark) -> Case:
    """The request that a card is about, if it is still as the card says."""
    async with services.database.read() as tx:
        return await case_of(tx, services, check_mark(mark, await load(tx, mark.number)))


async def case_of(tx: Transaction, services: Services, request: Request) -> Case:
    """A request with its plan version, verified, from the same picture of the database that the request is from."""
    row = await load_plan(tx, request.id, request.plan_version)
    if row is None:
        raise Refused(
            text("R-{number} has no plan to vote on.", number=str(request.id)), next=text("Ask for it again.")
        )
    return Case(
        request=request,
        version=read_version(services, request, row),
        requester=decode_person(request.person),
        cluster=services.clusters[request.cluster],
    )


async def judge_ballot(services: Services, ballot: Ballot) -> tuple[Case, Decision]:
    """May this person give this vote, now? Returns the case, and the decision as it is now.

    Raises what `vote` raises; nothing is stored, so that a view is opened only for whoever may submit it.
    """
    case = await load_case(services, ballot.mark)
    return case, await _judge(services, case, ballot)


async def _judge(services: Services, case: Case, ballot: Ballot) -> Decision:
    check_waiting(services, case.request)
    plan = case.version.plan
    if case.request.back_of is not None and case.version.decision.rule == WAY_BACK:
        decision = case.version.decision
    else:
        decision = decide_plan(services, case.cluster, case.request.operation, case.requester, plan)
    if ballot.approve:
        check_decision(decision)
    confirms = decision.approvals == 0 and ballot.person.slack_user == case.requester.slack_user
    why = None if confirms else why_not_vote(decision, case.requester, ballot.person)
    if why is None and decision.approvals == 0 and not confirms:
        why = text("It needs no votes; {person} confirms it alone.", person=case.requester.name)
    if why is not None:
        raise _not_yours(services, case, ballot, why)
    if not ballot.approve:
        return decision
    if decision.view_required and not ballot.viewed:
        raise NeedsView(
            text("This vote is given in a view that shows the calls."),
            next=text("Open the newest message of the request and use its buttons."),
        )
    await check_rights(case.cluster.as_(ballot.person), plan.requests)
    return decision


def _not_yours(services: Services, case: Case, ballot: Ballot, why: Text) -> NotAllowed:
    """Who may not vote; the requester is led to the glass, for a dead end is a question (messages.md rule 8)."""
    target, own = f"R-{case.request.id}", ballot.person.slack_user == case.requester.slack_user
    instead = _who_instead(services, case, own=own)
    if not ballot.approve or not own:
        return NotAllowed(why, target=target, next=instead)
    error = NeedsGlass(why, target=target, next=instead)
    error.action, error.value = "break_glass", str(ballot.mark)
    return error


def check_waiting(services: Services, request: Request) -> None:
    """Raise `Refused` unless it waits for votes, and its time is not over: what has expired is not revived."""
    if request.state != State.WAITING:
        raise Refused(
            text("R-{number} is not waiting for votes.", number=str(request.id)),
            next=text("Its card says how it stands and what can be done."),
        )
    if request.expires_at is None or request.expires_at <= services.clock.now():
        raise Refused(
            text("R-{number} has expired, so nothing was done.", number=str(request.id)),
            next=text("Ask for it again."),
        )


def _who_instead(services: Services, case: Case, *, own: bool) -> Text:
    """Whom a person turns to who may not vote themselves (messages.md rule 8)."""
    known = [services.directory.configured(user) for user in case.version.extras.may_vote]
    names = ", ".join(person.name for person in known if person is not None)
    if not names and own:
        return text("Nothing was done. If nobody who may approve it is awake, break the glass.")
    if not names:
        return text(
            "Nothing was done. If nobody who may approve it is awake, its requester can break the glass from the card."
        )
    if own:
        return text(
            "Nothing was done. {names} can, and have been asked. If it cannot wait for them, break the glass.",
            names=names,
        )
    return text(
        "Nothing was done. {names} can, and have been asked. If it cannot wait for them, its requester can break the "
        "glass from the card.",
        names=names,
    )


async def _votes(services: Services, case: Case) -> tuple[Vote, ...]:
    async with services.database.read() as tx:
        return await votes_on(tx, case.request.id, case.version.version)


async def _cast(
    tx: Transaction,
    services: Services,
    case: Case,
    ballot: Ballot,
    decision: Decision,
    counted: list[Counted],
    *,
    known: tuple[Vote, ...],
) -> None:
    """Store the vote and what follows. Raises `_Meanwhile` if somebody else voted or the request changed."""
    if await votes_on(tx, case.request.id, case.version.version) != known:
        raise _Meanwhile
    now = services.clock.now()
    new = signed_vote(
        services,
        ballot.person,
        number=case.request.id,
        version=case.version.version,
        digest=case.version.digest,
        approve=ballot.approve,
        reason=ballot.reason,
    )
    if not await cast_vote(tx, new):
        raise Refused(
            text("You have voted on R-{number} already.", number=str(case.request.id)),
            next=text("Nothing was changed."),
        )
    mine = Counted(voter=ballot.person, digest=new.digest, approve=ballot.approve, covers=True, at=now)
    count = tally([*counted, mine], decision, case.requester, digest=case.version.digest, now=now)
    await _apply(tx, services, case, ballot, decision, count)


async def _apply(
    tx: Transaction, services: Services, case: Case, ballot: Ballot, decision: Decision, count: Tally
) -> None:
    request, now = case.request, services.clock.now()
    after = State.WAITING
    changes: dict[str, object] = {}
    if count.rejected:
        after, changes = State.REJECTED, {"ended_at": now, "outcome": encode_outcome(_rejected(ballot))}
    elif count.approved:
        after, changes = State.APPROVED, {"expires_at": now + decision.expires, "wake_at": now}
    check_transition(State(request.state), after)
    if not await compare_and_set(tx, request.id, request.version, state=after, **changes):
        raise _Meanwhile
    event = Event.VOTE_APPROVE if ballot.approve else Event.VOTE_REJECT
    await record(
        tx,
        services,
        request.id,
        event,
        actor=ballot.person.user,
        slack=ballot.person.slack_user,
        digest=case.version.digest,
        plan=case.version.version,
        missing=count.missing,
    )
    if after is State.APPROVED:
        await record(tx, services, request.id, Event.REQUEST_APPROVED, rule=decision.rule, votes=len(count.counted))
    if after is State.REJECTED:
        await record(tx, services, request.id, Event.REQUEST_REJECTED, actor=ballot.person.user)
        await ping(tx, services, request.id, request.channel, PingEvent.END, "rejected")
    await refresh_card(tx, services, request.id, request.channel)
    await publish_home(tx, services, request.requester_slack, ballot.person.slack_user)


def _rejected(ballot: Ballot) -> Outcome:
    if not ballot.reason:
        return Outcome(problem=text("{person} said no.", person=ballot.person.mention))
    return Outcome(problem=text("{person} said no: {reason}", person=ballot.person.mention, reason=ballot.reason))
