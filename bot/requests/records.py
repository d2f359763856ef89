"""What is recorded: one line in an audit chain, in the transaction of the change that it tells of."""

from __future__ import annotations

from typing import Final

from bot.audit.chain import append, delivery_chain, refused_chain, request_chain
from bot.audit.records import Event, Record
from bot.identity.person import Person
from bot.operations.arguments import Arguments
from bot.operations.json import JSON
from bot.requests.services import Services
from bot.requests.states import State
from bot.store.database import Transaction

END_EVENTS: Final = {
    State.SUCCEEDED: Event.REQUEST_SUCCEEDED,
    State.FAILED: Event.REQUEST_FAILED,
    State.PARTLY_DONE: Event.REQUEST_PARTLY_DONE,
    State.NEEDS_ATTENTION: Event.REQUEST_NEEDS_ATTENTION,
    State.REJECTED: Event.REQUEST_REJECTED,
    State.EXPIRED: Event.REQUEST_EXPIRED,
    State.CANCELLED: Event.REQUEST_CANCELLED,
    State.HALTED: Event.REQUEST_HALTED,
}
"""The record of each way a request can end, or come to need a person."""

MACHINE = "kajitori"
"""The actor of what nobody did by hand."""


async def record(
    tx: Transaction, services: Services, number: int, event: Event, *, actor: str = MACHINE, **detail: JSON
) -> None:
    """Add to a request's chain. `actor` is a Kubernetes user as the bot impersonates it, or the bot itself."""
    at = services.clock.now()
    await append(tx, request_chain(number), Record(event=event, at=at, actor=actor, request=number, detail=detail))


async def record_refused(
    tx: Transaction, services: Services, key: str, event: Event, *, actor: str, **detail: JSON
) -> None:
    """Somebody tried something that made no request. `key` is the delivery's."""
    await append(tx, refused_chain(key), Record(event=event, at=services.clock.now(), actor=actor, detail=detail))


async def record_delivery(
    tx: Transaction, services: Services, key: str, event: Event, *, actor: str, **detail: JSON
) -> None:
    """A delivery did something that is no request, such as setting a channel's context."""
    await append(tx, delivery_chain(key), Record(event=event, at=services.clock.now(), actor=actor, detail=detail))


async def record_probe(services: Services, key: str, person: Person, line: str, arguments: Arguments) -> None:
    """Before anything is tried in a cluster that leaves a trace there, or that only whoever may change may try."""
    async with services.database.transaction() as tx:
        await record_delivery(
            tx,
            services,
            key,
            Event.PROBE_ASKED,
            actor=person.user,
            command=line,
            cluster=arguments.context,
            namespace=arguments.namespace,
        )
