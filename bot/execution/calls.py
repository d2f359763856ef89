"""Send one call: read, compare, store the intent, send once, store the outcome. Every change goes through here.

The order is the safety (durability.md): nothing leaves before its intent is stored; each write is pinned to the
resourceVersion just read, so that of two sendings only one can win; after a timeout nothing is sent again before the
world was read. What to do with an outcome is returned as data; the engine decides.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import msgspec

from bot.errors import KajitoriError, Unavailable
from bot.execution.envelope import manager_of, violated, wrap
from bot.execution.readback import Effect, effect_of, effect_of_sending
from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import Conflict, Invalid, ObjectNotFound, TooMany, Unauthorized
from bot.operations.json import JSON, Object, resolve
from bot.operations.plan import Call
from bot.operations.standing import template_after, template_digest
from bot.text import Code, Text, text

ROUNDS = 5
"""Read-and-compare rounds before giving up on an object that changes all the time (plans.md §2)."""


class Sent(StrEnum):
    """How a call ended. `moved`: a precondition no longer holds and nothing was sent. `unknown`: it may have landed."""

    DONE = "done"
    ALREADY = "already"
    MOVED = "moved"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a call; `reason` for people, `moved` the pointers that differ, `template` what it left."""

    sent: Sent
    reason: Text | None = None
    moved: tuple[str, ...] = ()
    template: str = ""


class Ledger(Protocol):
    """Where the intent is written before sending. Raises if the lease is no longer ours."""

    async def intend(self, call: Call, *, audit_id: str, version: str, deadline: float) -> None: ...

    def guard(self) -> None: ...


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender needs to know about the attempt: ids for the envelope, the write's timeout in seconds."""

    request: int
    audit_id: str
    timeout: int
    plan_version: int = 1


def _never(label: str) -> None:
    """No fault is injected outside the fault tests."""


async def send_call(
    client: Client,
    call: Call,
    sending: Sending,
    ledger: Ledger,
    *,
    point: Callable[[str], None] = _never,
) -> Outcome:
    """Bring one call to an end. `point` names the places where the fault tests kill the process."""
    manager = manager_of(sending.request, call.id, sending.plan_version)
    for _ in range(ROUNDS):
        observed = await read_target(client, call)
        effect = effect_of(call, observed, manager=manager, request_label=str(sending.request))
        if effect is Effect.OURS and call.verb != "delete":
            return Outcome(sent=Sent.DONE, template=_left(call, observed))
        if effect in (Effect.ALREADY, Effect.OURS):
            return Outcome(sent=Sent.ALREADY)
        if effect is Effect.UNKNOWN or (observed is None and call.verb != "create"):
            return moved_outcome(call, observed)
        outcome = await _send_once(client, call, observed, sending, ledger, point)
        if outcome is not None:
            return outcome
    return Outcome(sent=Sent.MOVED, reason=text("{target} changes too fast.", target=Code(call.target.title)))


async def _send_once(
    client: Client,
    call: Call,
    observed: Object | None,
    sending: Sending,
    ledger: Ledger,
    point: Callable[[str], None],
) -> Outcome | None:
    """One sending, pinned to what was just read; `None` when another write came first and nothing of ours landed."""
    envelope = wrap(
        call, observed, manager=manager_of(sending.request, call.id, sending.plan_version), timeout=sending.timeout
    )
    version = str(resolve(observed, "/metadata/resourceVersion") or "") if observed is not None else ""
    point("before-intent")
    await ledger.intend(call, audit_id=sending.audit_id, version=version, deadline=float(sending.timeout))
    point("intent-stored")
    ledger.guard()
    try:
        answer = await client.send(
            call,
            body=envelope.body,
            query=envelope.query,
            audit_id=sending.audit_id,
            timeout=sending.timeout + 5,
        )
    except (Conflict, Invalid) as error:
        fresh = await read_target(client, call)
        if fresh is not None and (observed is None or _version(fresh) != _version(observed)):
            return None
        return Outcome(sent=Sent.REFUSED, reason=error.what)
    except (TooMany, Unauthorized) as error:
        return Outcome(sent=Sent.UNAVAILABLE, reason=error.what)
    except Unavailable as error:
        return Outcome(sent=Sent.UNKNOWN, reason=error.what)
    except KajitoriError as error:
        return Outcome(sent=Sent.REFUSED, reason=error.what)
    point("sent")
    return Outcome(sent=Sent.DONE, template=template_digest(_whole(answer.body)))


async def read_back(client: Client, call: Call, sending: Sending) -> tuple[Effect, str]:
    """What became of a call whose intent is stored and whose outcome is not, and the template as ours left it.

    The caller has waited for its deadline.
    """
    observed = await read_target(client, call)
    effect = effect_of_sending(
        call,
        observed,
        manager=manager_of(sending.request, call.id, sending.plan_version),
        request_label=str(sending.request),
    )
    return effect, _left(call, observed) if effect is Effect.OURS else ""


def _left(call: Call, observed: Object | None) -> str:
    return template_after(call, observed) if observed is not None and not call.subresource else ""


def _whole(body: bytes) -> JSON:
    """The object that a write answers with; nothing where a proxy answered something else."""
    try:
        found: JSON = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    return found


async def read_target(client: Client, call: Call) -> Object | None:
    """The call's object as it is now; `None` if the API server says it does not exist."""
    try:
        return await client.get(call.target.kind, call.target.name, call.target.namespace, Object)
    except ObjectNotFound:
        return None


def moved_outcome(call: Call, observed: Object | None) -> Outcome:
    """Nothing was sent, because the object is no longer what was voted on."""
    if observed is None:
        return Outcome(
            sent=Sent.REFUSED, reason=text("{target} does not exist any more.", target=Code(str(call.target)))
        )
    return Outcome(
        sent=Sent.MOVED,
        moved=tuple(violated(call, observed)),
        reason=text("{target} changed since it was planned.", target=Code(call.target.title)),
    )


def _version(observed: Object) -> str:
    return str(resolve(observed, "/metadata/resourceVersion"))
