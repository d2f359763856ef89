"""`needs_attention` has an owner and three answers: look again, it happened, it did not (messages.md rule 13)."""

from __future__ import annotations

from enum import StrEnum

from bot.audit.records import Event
from bot.errors import Refused, Unavailable
from bot.identity.person import Person, same_human
from bot.requests.engine.moves import StepState
from bot.requests.mailing import refresh_card
from bot.requests.marks import Mark
from bot.requests.records import record
from bot.requests.rights import NotAllowed, check_rights
from bot.requests.services import Done, Services
from bot.requests.states import State
from bot.requests.voting import load_case
from bot.store.leases import claim_request, release
from bot.store.steps import reopen, settle, steps_of
from bot.text import text


class Answer(StrEnum):
    """What a person found."""

    CHECK_AGAIN = "check_again"
    HAPPENED = "happened"
    DID_NOT_HAPPEN = "not_happened"


async def answer(services: Services, person: Person, mark: Mark, found: Answer, done: Done) -> None:
    """Go on with what a person found out. Their own rights must cover the plan, as a vote's would.

    Raises `Stale`, `NotAllowed`, `Refused` or `Unavailable`.
    """
    case = await load_case(services, mark)
    request = case.request
    if request.state != State.NEEDS_ATTENTION:
        raise Refused(
            text("R-{number} needs nobody's attention.", number=str(request.id)),
            next=text("Its card says how it stands and what can be done."),
        )
    if not same_human(person, case.requester) and not case.version.decision.admits(person):
        raise NotAllowed(text("The policy lets only other people decide this."), next=text("Nothing was done."))
    await check_rights(case.cluster.as_(person), case.version.plan.requests)
    async with services.database.transaction() as tx:
        lease = await claim_request(tx, request.id, services.owner, services.lease_ttl, state=request.state)
        if lease is None:
            raise Unavailable(
                text("Somebody else is answering for R-{number}.", number=str(request.id)),
                next=text("Look at its card in a moment; if it still asks, answer again."),
            )
        version = case.version.version
        for name, step in (await steps_of(tx, request.id, version)).items():
            if step.state != StepState.UNKNOWN:
                continue
            if found is Answer.CHECK_AGAIN:
                await reopen(tx, lease, version, name)
            else:
                state = StepState.DONE if found is Answer.HAPPENED else StepState.FAILED
                await settle(tx, lease, version, name, state)
        await record(tx, services, request.id, Event.ATTENTION_ANSWERED, actor=person.user, found=found)
        await release(tx, lease, found, state=State.EXECUTING, wake_at=services.clock.now())
        await refresh_card(tx, services, request.id, request.channel)
        await done(tx)
