"""How a step, a plan version and a request end: each with its record, its card and its ping in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from bot.audit.records import Event
from bot.charts.progress import Sample, add_sample
from bot.identity.person import Person
from bot.operations.progress import Progress
from bot.requests.drawings import drawable
from bot.requests.engine.holding import Held
from bot.requests.engine.judging import Again
from bot.requests.engine.moves import StepState
from bot.requests.engine.results import StepResult, decode_result, encode_result
from bot.requests.mailing import ask_voters, draw_graph, ping, publish_home, refresh_card
from bot.requests.notices import PingEvent, Priority
from bot.requests.outcomes import Outcome, decode_outcome, encode_outcome
from bot.requests.records import END_EVENTS, record
from bot.requests.states import ENDED, State, check_transition
from bot.requests.versions import Extras, version_row
from bot.requests.voting import Case
from bot.store.database import Transaction
from bot.store.leases import release, write_as
from bot.store.plans import add_plan
from bot.store.steps import record_step, settle, steps_of
from bot.text import Text

STEP_EVENTS: Final = {
    StepState.DONE: Event.STEP_DONE,
    StepState.ALREADY: Event.STEP_ALREADY,
    StepState.FAILED: Event.STEP_FAILED,
    StepState.UNKNOWN: Event.STEP_UNKNOWN,
}


async def settle_step(
    held: Held, case: Case, step: str, state: StepState, reason: Text | None = None, *, template: str = ""
) -> None:
    """Store how a step ended, whether it was begun or not, and the template that it left."""
    services, version = held.services, case.version.version
    outcome = encode_result(StepResult(reason=reason, template=template))
    async with services.database.transaction() as tx:
        known = (await steps_of(tx, case.request.id, version)).get(step)
        if known is not None and known.state in (StepState.INTENDED, StepState.UNKNOWN):
            await settle(tx, held.lease, version, step, state, outcome=outcome)
        else:
            await record_step(tx, held.lease, version, step, state, outcome=outcome)
        detail = {} if reason is None else {"why": str(reason)}
        await record(tx, services, case.request.id, STEP_EVENTS[state], step=step, plan=version, **detail)
        await refresh_card(tx, services, case.request.id, case.request.channel)


async def show_progress(held: Held, case: Case, progress: Progress) -> None:
    """Store how far it has come, and bring the card up to date when there is nothing more urgent to say."""
    held.samples = _sampled(held, case, progress)
    async with held.services.database.transaction() as tx:
        await write_as(tx, held.lease, outcome=encode_outcome(Outcome(progress=progress, samples=held.samples)))
        priority = Priority.RESULT if progress.stuck is not None else Priority.PROGRESS
        await refresh_card(tx, held.services, case.request.id, case.request.channel, priority=priority)


def _sampled(held: Held, case: Case, progress: Progress) -> tuple[Sample, ...]:
    """The samples of earlier attempts, those of this one, and this moment."""
    known = held.samples or decode_outcome(case.request.outcome).samples
    began = case.request.started_at or held.services.clock.now()
    sample = Sample(
        seconds=max(0.0, (held.services.clock.now() - began).total_seconds()),
        ready=progress.ready,
        total=progress.total,
        old=progress.old,
        weight=progress.weight,
    )
    return add_sample(known, sample)


async def begin(held: Held, case: Case) -> None:
    """From approved to executing: from here on it cannot expire."""
    services, request = held.services, case.request
    if request.state == State.EXECUTING:
        return
    check_transition(State(request.state), State.EXECUTING)
    async with services.database.transaction() as tx:
        await write_as(tx, held.lease, state=State.EXECUTING, started_at=services.clock.now(), outcome=None)
        await record(tx, services, request.id, Event.REQUEST_EXECUTING, plan=case.version.version)
        await refresh_card(tx, services, request.id, request.channel)
        await publish_home(tx, services, request.requester_slack)


async def finish(held: Held, case: Case, state: State, problem: Text | None = None) -> None:
    """End the request, or hand it to a person (`needs_attention`), and give the lease back."""
    services, request = held.services, case.request
    check_transition(State(request.state), state)
    now = services.clock.now()
    async with services.database.transaction() as tx:
        problem = problem or await _why(tx, case, state)
        outcome = msgspec.structs.replace(decode_outcome(request.outcome), problem=problem, tries=0)
        await release(
            tx,
            held.lease,
            state,
            state=state,
            ended_at=now if state in ENDED else None,
            wake_at=None,
            outcome=encode_outcome(outcome),
        )
        detail = {} if problem is None else {"why": str(problem)}
        await record(tx, services, request.id, END_EVENTS[state], **detail)
        await refresh_card(tx, services, request.id, request.channel)
        if state in (State.FAILED, State.PARTLY_DONE) and drawable(outcome):
            await draw_graph(tx, services, request.id, request.channel, str(held.lease.fence))
        event = PingEvent.END if state in ENDED else PingEvent.ATTENTION
        await ping(tx, services, request.id, request.channel, event, f"{state}/{held.lease.fence}")
        await publish_home(tx, services, request.requester_slack)


async def _why(tx: Transaction, case: Case, state: State) -> Text | None:
    """The reason of the last step that did not end well."""
    if state is State.SUCCEEDED:
        return None
    for each in (await steps_of(tx, case.request.id, case.version.version)).values():
        if each.state in (StepState.FAILED, StepState.UNKNOWN):
            return decode_result(each.outcome).reason
    return None


async def postpone(held: Held, case: Case, until: datetime, reason: Text) -> None:
    """Give the lease back until then: the cluster cannot be asked now, or a write may still land."""
    services, request = held.services, case.request
    outcome = decode_outcome(request.outcome)
    later = msgspec.structs.replace(outcome, problem=reason, tries=outcome.tries + 1)
    async with services.database.transaction() as tx:
        await release(tx, held.lease, "postponed", wake_at=until, outcome=encode_outcome(later))
        await refresh_card(tx, services, request.id, request.channel, priority=Priority.PROGRESS)


async def ask_again(held: Held, case: Case, again: Again, voters: tuple[Person, ...]) -> None:
    """A new plan version for the same target, and the votes asked for again (design §1)."""
    services, request = held.services, case.request
    check_transition(State(request.state), State.WAITING)
    version = request.plan_version + 1
    extras = Extras(
        changed=again.changed,
        may_vote=tuple(voter.slack_user for voter in voters),
        policy_version=services.policy().version,
    )
    async with services.database.transaction() as tx:
        await add_plan(tx, version_row(services, request, version, again.planned, again.decision, extras))
        await release(
            tx,
            held.lease,
            "moved",
            state=State.WAITING,
            plan_version=version,
            expires_at=services.clock.now() + again.decision.expires,
            wake_at=None,
            started_at=None,
            outcome=None,
            break_glass=False,
        )
        changed = [str(each) for each in again.changed]
        await record(
            tx,
            services,
            request.id,
            Event.PLAN_VERSION,
            plan=version,
            digest=again.planned.digest,
            changed=list(changed),
        )
        await refresh_card(tx, services, request.id, request.channel, priority=Priority.VOTE)
        people = [voter.slack_user for voter in voters]
        if again.decision.approvals:
            await ask_voters(tx, services, request.id, request.channel, version, people)
        await publish_home(tx, services, request.requester_slack, *people)
