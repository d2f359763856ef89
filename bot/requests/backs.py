"""The way back: the inverse that was digested with the plan, so that one vote covers it for a while (design §1).

It is a request of its own. Where the world has moved, so that the way back is no longer the one that was voted on, it
asks for votes like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.audit.records import Event
from bot.errors import Refused, Unavailable
from bot.identity.person import Person
from bot.operations.arguments import Arguments
from bot.operations.operation import Operation
from bot.operations.plan import Nothing
from bot.operations.ways_back import back_matches
from bot.policy.asked import WayBack
from bot.policy.decision import Decision
from bot.policy.decisions import WAY_BACK
from bot.requests.asking import Ask, ask, check_decision, nothing_to_do, plan_ask, store_request
from bot.requests.ballots import signed_vote
from bot.requests.coverage import covered_way_back
from bot.requests.deciding import decide_plan
from bot.requests.ending import ask_to_stop
from bot.requests.engine.moves import StepState
from bot.requests.mailing import refresh_card
from bot.requests.marks import Mark
from bot.requests.notices import Address
from bot.requests.planning import Planned
from bot.requests.records import record
from bot.requests.rights import check_rights
from bot.requests.services import Done, Services
from bot.requests.states import State
from bot.requests.voting import Case, load_case
from bot.store.database import Transaction
from bot.store.requests import Request, compare_and_set, load, ways_back_of
from bot.store.steps import steps_of
from bot.store.votes import cast_vote
from bot.text import text

OFFERED = frozenset({State.EXECUTING, State.SUCCEEDED, State.FAILED, State.PARTLY_DONE, State.HALTED, State.CANCELLED})
"""States in which something took effect that can be taken back."""

TAKEN = frozenset({State.APPROVED, State.EXECUTING, State.SUCCEEDED})
"""States of a way back after which there is no second one."""

Read = Callable[[str], tuple[Operation, Arguments]]
"""Reads a command line of our own (the plan's way back) as operation and arguments."""


@dataclass(frozen=True, kw_only=True)
class GoingBack:
    """Somebody pressed the way back of a card. `viewed`: and confirmed it in a view rendered from the database."""

    person: Person
    mark: Mark
    address: Address
    key: str
    viewed: bool = False


async def go_back(services: Services, going: GoingBack, read: Read, done: Done) -> None:
    """Take the way back. A running request is asked to stop first, which takes the rights that its calls take.

    Raises `Refused` where there is none, or it was taken already; `NotAllowed` for who could not have changed it.
    """
    case = await load_case(services, going.mark)
    async with services.database.read() as tx:
        await _check_not_taken(tx, case.request.id)
        await _check_whole(tx, case)
    asked = _asked(case, going, read)
    if going.person.slack_user != case.request.requester_slack:
        await check_rights(case.cluster.as_(going.person), case.version.plan.requests)
    covered = await covered_way_back(services, case, going.person)
    if covered is None:
        await ask(services, asked, _then(services, case, going, done))
        return
    outcome = await plan_ask(services, case.cluster, asked)
    if isinstance(outcome, Nothing):
        await nothing_to_do(services, asked, outcome, _then(services, case, going, done))
        return
    decision = _decide(services, case, going.person, outcome, covered, asked)
    if decision.rule != WAY_BACK:
        await ask(services, asked, _then(services, case, going, done))
        return
    check_decision(decision)
    async with services.database.transaction() as tx:
        request = await store_request(tx, services, case.cluster, asked, outcome, decision, ())
        if going.viewed or not decision.view_required:
            await _confirm(tx, services, request, outcome, decision, going.person)
        await _stop_and_tell(tx, services, case, going, taking=request.id)
        await done(tx)


def _asked(case: Case, going: GoingBack, read: Read) -> Ask:
    request, back = case.request, case.version.plan.back
    if back is None or State(request.state) not in OFFERED:
        raise Refused(
            text("R-{number} has no way back.", number=str(request.id)),
            next=text("Ask for what should be there instead with a command of its own."),
        )
    operation, arguments = read(back.command_line)
    arguments = arguments.model_copy(update={"context": request.cluster, "namespace": request.namespace})
    return Ask(
        person=going.person,
        operation=operation,
        arguments=arguments,
        line=back.command_line,
        address=replace_channel(going.address, request),
        key=going.key,
        back_of=request.id,
    )


def replace_channel(address: Address, request: Request) -> Address:
    """The way back's card goes where the request's card is."""
    return Address(
        user=address.user,
        channel=request.channel,
        thread_ts=request.thread_ts,
        response_url=address.response_url,
        direct=request.channel.startswith("D"),
        locale=address.locale,
    )


def _decide(services: Services, case: Case, person: Person, planned: Planned, covered: WayBack, asked: Ask) -> Decision:
    back = case.version.plan.back
    matches = back is not None and back_matches(back, planned.plan.calls, request=case.request.id)
    return decide_plan(
        services,
        case.cluster,
        asked.operation.name,
        person,
        planned.plan,
        back_of=covered if matches else None,
    )


async def _confirm(
    tx: Transaction, services: Services, request: Request, planned: Planned, decision: Decision, person: Person
) -> None:
    """The press is the confirmation that the way back asks for: stored as the requester's own vote."""
    now = services.clock.now()
    vote = signed_vote(services, person, number=request.id, version=1, digest=planned.digest, approve=True)
    await cast_vote(tx, vote)
    await record(
        tx, services, request.id, Event.VOTE_APPROVE, actor=person.user, digest=planned.digest, covered_by=WAY_BACK
    )
    await record(tx, services, request.id, Event.REQUEST_APPROVED, rule=decision.rule, votes=0)
    stored = await load(tx, request.id)
    if stored is not None:
        await compare_and_set(
            tx, request.id, stored.version, state=State.APPROVED, expires_at=now + decision.expires, wake_at=now
        )


async def _stop_and_tell(tx: Transaction, services: Services, case: Case, going: GoingBack, *, taking: int = 0) -> None:
    """Stop what still runs. Raises `Refused` if another request than `taking` takes or took the same way back."""
    request = await load(tx, case.request.id)
    if request is None or not await compare_and_set(tx, request.id, request.version):
        # Whoever changed it meanwhile may have taken the same way back.
        raise Unavailable(
            text("R-{number} is changing right now.", number=str(case.request.id)), next=text("Try again in a moment.")
        )
    await _check_not_taken(tx, request.id, taking=taking)
    if request.state == State.EXECUTING:
        await ask_to_stop(tx, services, request, going.person)
    else:
        await refresh_card(tx, services, request.id, request.channel)


async def _check_not_taken(tx: Transaction, number: int, *, taking: int = 0) -> None:
    """Raise `Refused` if another request than `taking` takes or took the way back of this one."""
    taken = [each for each in await ways_back_of(tx, number) if each.state in TAKEN and each.id != taking]
    if taken:
        raise Refused(
            text("R-{number} was taken back already by R-{back}.", number=str(number), back=str(taken[0].id)),
            next=text("Look at the card of R-{back}.", back=str(taken[0].id)),
        )


async def _check_whole(tx: Transaction, case: Case) -> None:
    """Raise `Refused` where the way back takes back everything, and only a part took effect."""
    steps = await steps_of(tx, case.request.id, case.version.version)
    done = {name for name, step in steps.items() if step.state == StepState.DONE}
    if case.version.plan.back is not None and case.version.plan.way_back(done) is None:
        raise Refused(
            text(
                "Only a part of R-{number} took effect, so it cannot be undone as a whole.", number=str(case.request.id)
            ),
            next=text("Undo what took effect by its name: the card says which it is."),
        )


def _then(services: Services, case: Case, going: GoingBack, done: Done) -> Done:
    async def ended(tx: Transaction) -> None:
        await _stop_and_tell(tx, services, case, going)
        await done(tx)

    return ended
