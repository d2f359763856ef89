"""From an operation and its arguments to a plan that was rehearsed as the person, before anyone is asked."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from bot.errors import Bug, Refused
from bot.operations.arguments import Arguments
from bot.operations.intent import plan_digest
from bot.operations.operation import Operation
from bot.operations.patches import Change
from bot.operations.plan import Nothing, Plan
from bot.policy.untouchable import check_untouchable
from bot.requests.clusters import Acting
from bot.requests.rehearsal import Moved, Rehearsal, rehearse, rehearse_evictions
from bot.requests.rights import check_rights
from bot.text import Code, text

ROUNDS = 3


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with what its rehearsal showed. `digest` is what votes bind to."""

    plan: Plan
    digest: str
    rehearsals: tuple[Rehearsal, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """The API server's own warnings, once each, in order."""
        return tuple(dict.fromkeys(each for rehearsal in self.rehearsals for each in rehearsal.warnings))

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for rehearsal in self.rehearsals for change in rehearsal.changes)


async def plan_change(acting: Acting, operation: Operation, arguments: Arguments, *, timeout: int) -> Planned | Nothing:
    """Plan, ask the person's rights over every call, rehearse every call. `timeout` in seconds a call.

    Raises `Refused` (a precondition, a right, admission) or `Unavailable`; then nothing was changed.
    """
    for _ in range(ROUNDS):
        outcome = await draw(acting, operation, arguments)
        if isinstance(outcome, Nothing):
            return outcome
        check_untouchable(outcome.requests, acting.own, touches=outcome.touches)
        check_served(acting, outcome)
        await check_rights(acting, outcome.requests)
        try:
            rehearsals = await _rehearsed(acting, outcome, timeout)
        except Moved:
            continue
        return Planned(
            plan=outcome,
            digest=digest_of(outcome, acting.name, operation, arguments),
            rehearsals=rehearsals,
        )
    raise Moved(
        text("{operation} cannot be planned: its objects change too fast.", operation=Code(operation.name)),
        next=text("Try again in a moment."),
    )


def check_served(acting: Acting, plan: Plan) -> None:
    """Raise `Refused` for a plan by which a namespace would change that the bot does not serve."""
    if acting.served and "" in plan.touches:
        raise Refused(
            text("I do not serve the whole of {cluster}, and this concerns all of it.", cluster=Code(acting.name)),
            why=text("It would bring back objects without a namespace."),
            next=text("There I serve {names}.", names=Code(", ".join(acting.served))),
        )
    outside = sorted(set(plan.namespaces) - set(acting.served) - {""}) if acting.served else []
    if outside:
        raise Refused(
            text("I do not serve {namespace} in {cluster}.", namespace=Code(outside[0]), cluster=Code(acting.name)),
            next=text("There I serve {names}.", names=Code(", ".join(acting.served))),
        )


async def _rehearsed(acting: Acting, plan: Plan, timeout: int) -> tuple[Rehearsal, ...]:
    """Every call by itself, and the evictions of each step together. Raises what `rehearse` raises."""
    calls = asyncio.gather(*(rehearse(acting, call, timeout=timeout) for call in plan.calls))
    evictions = asyncio.gather(*(rehearse_evictions(acting, step, timeout=timeout) for step in plan.evictions))
    found = await asyncio.gather(calls, evictions)
    return (*found[0], *found[1])


async def draw(acting: Acting, operation: Operation, arguments: Arguments) -> Plan | Nothing:
    """Run the operation's function, with the person's eyes."""
    if operation.run is None:
        raise Bug(text("{operation} has no function.", operation=Code(operation.name)))
    outcome = await operation.run(acting.reader(), arguments)
    if not isinstance(outcome, Plan | Nothing):
        raise Bug(text("{operation} is a change and returned no plan.", operation=Code(operation.name)))
    return outcome


def digest_of(plan: Plan, cluster: str, operation: Operation, arguments: Arguments) -> str:
    return plan_digest(plan, cluster=cluster, namespace=arguments.namespace, operation=operation.name)


def pinned_arguments(operation: Operation, plan: Plan) -> Arguments:
    """The plan's pinned arguments as the operation's own model."""
    values: dict[str, Any] = dict(plan.pinned)
    return operation.arguments.model_validate(values)
