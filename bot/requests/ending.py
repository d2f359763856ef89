"""How a request ends before anything is sent: cancelled by its requester, or expired."""

from __future__ import annotations

from bot.audit.records import Event
from bot.errors import Refused, Unavailable
from bot.identity.person import Person
from bot.requests.mailing import ping, publish_home, refresh_card
from bot.requests.marks import Mark, check_mark
from bot.requests.notices import PingEvent
from bot.requests.outcomes import Outcome, encode_outcome
from bot.requests.records import END_EVENTS, record
from bot.requests.rights import NotAllowed
from bot.requests.services import Done, Services
from bot.requests.states import State, check_transition
from bot.store.database import Transaction
from bot.store.requests import Head, Request, ask_cancel, compare_and_set, due_for_expiry, load
from bot.text import Text, text


async def cancel(services: Services, person: Person, mark: Mark, done: Done) -> None:
    """Take a request back, or ask the one who executes it to stop. Only its requester may.

    Raises `Stale`, `NotAllowed`, or `Refused` if it has ended.
    """
    async with services.database.transaction() as tx:
        request = check_mark(mark, await load(tx, mark.number))
        if request.requester_slack != person.slack_user:
            raise NotAllowed(
                text("Only {person} can cancel R-{number}.", person=request.requester_name, number=str(request.id)),
                next=text("If it must not happen, reject it."),
            )
        if request.state in (State.WAITING, State.APPROVED) and request.owner is None:
            reason = text("{person} cancelled it.", person=person.mention)
            if not await end(tx, services, request, State.CANCELLED, reason, actor=person.user):
                raise _busy(request)
        elif request.state in (State.APPROVED, State.EXECUTING):
            await ask_to_stop(tx, services, request, person)
        else:
            raise Refused(
                text("R-{number} cannot be cancelled any more.", number=str(request.id)),
                next=text("Its card says how it stands and what can be done."),
            )
        await done(tx)


async def ask_to_stop(tx: Transaction, services: Services, request: Request, person: Person) -> None:
    """Tell the attempt that runs to stop at the next point where that leaves a clear state."""
    await ask_cancel(tx, request.id)
    await record(tx, services, request.id, Event.CANCEL_ASKED, actor=person.user)
    await refresh_card(tx, services, request.id, request.channel)


async def end(
    tx: Transaction, services: Services, request: Request | Head, state: State, reason: Text, *, actor: str
) -> bool:
    """End a request nobody executes; False if somebody changed it meanwhile.

    A lease that has run out is taken away with it: whoever held it may still be at work, and must write nothing more.
    """
    check_transition(State(request.state), state)
    ended = {
        "state": state,
        "ended_at": services.clock.now(),
        "outcome": encode_outcome(Outcome(problem=reason)),
        "owner": None,
        "lease_until": None,
    }
    if not await compare_and_set(tx, request.id, request.version, **ended):
        return False
    await record(tx, services, request.id, END_EVENTS[state], actor=actor)
    await refresh_card(tx, services, request.id, request.channel)
    await ping(tx, services, request.id, request.channel, PingEvent.END, state)
    await publish_home(tx, services, request.requester_slack)
    return True


async def expire_due(services: Services) -> int:
    """End what has waited, or been approved and not started, past its time. Returns how many."""
    count = 0
    async with services.database.transaction() as tx:
        for request in await due_for_expiry(tx):
            if request.state == State.WAITING:
                reason = text("It was not decided in time; nothing was sent.")
            else:
                reason = text("It was approved and could not be started in time; nothing was sent.")
            count += await end(tx, services, request, State.EXPIRED, reason, actor="kajitori")
    return count


def _busy(request: Request) -> Unavailable:
    return Unavailable(
        text("R-{number} is changing right now.", number=str(request.id)), next=text("Try again in a moment.")
    )
