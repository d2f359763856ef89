"""Does what is left of a plan still stand, when a part of it has taken effect? Looked at, not planned anew.

A plan that is drawn again would leave out what is done already, so it cannot be compared. What remains is held to its
own words: the facts it relied on and the preconditions of the calls that come now, read at this moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import pairwise

from bot.clock import Clock
from bot.execution.calls import read_target
from bot.execution.envelope import same, violated
from bot.execution.waits import look_once
from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import ObjectNotFound
from bot.operations.json import Object, resolve
from bot.operations.patches import reached
from bot.operations.plan import Call, Fact, Plan, Wait
from bot.requests.engine.moves import SETTLED, StepState
from bot.text import Code, Text, text


async def moved_since(
    client: Client, plan: Plan, states: Mapping[str, StepState], group: int, *, watcher: Client, clock: Clock
) -> list[Text]:
    """What is no longer as the vote had it, one sentence each. Raises `Refused` and `Unavailable`.

    Facts about objects that the plan itself has changed by now are left out; so are calls of later groups, which may
    rely on what this one makes. What a later call has waited for is looked at once more, by `watcher`: that the wait
    has ended stands in a row only, and it may have been long ago.
    """
    if (ended := await _no_longer(plan, group, watcher, clock)) is not None:
        return [ended]
    done = {call.target.path for call in plan.calls if states.get(call.id) in SETTLED}
    facts = [fact for fact in plan.facts if fact.target.path not in done]
    calls = [call for call in plan.calls if call.group == group and states.get(call.id) not in SETTLED]
    found = await asyncio.gather(
        *(_fact_moved(client, fact) for fact in facts), *(_call_moved(client, call) for call in calls)
    )
    return list(dict.fromkeys(each for each in found if each is not None))


async def _no_longer(plan: Plan, group: int, watcher: Client, clock: Clock) -> Text | None:
    """Why what the later call of this group has waited for does not hold now; `None` if it does, or none has waited."""
    waits = [
        before
        for before, step in pairwise(plan.steps)
        if isinstance(before, Wait) and isinstance(step, Call) and step.later and step.group == group
    ]
    for wait in waits:
        progress = await look_once(watcher, wait, clock=clock)
        if not progress.done:
            return progress.failed or progress.stuck or progress.message
    return None


async def _fact_moved(client: Client, fact: Fact) -> Text | None:
    try:
        observed: Object = await client.get(fact.target.kind, fact.target.name, fact.target.namespace, Object)
    except ObjectNotFound:
        observed = {}
    if (not fact.uid or resolve(observed, "/metadata/uid") == fact.uid) and same(
        resolve(observed, fact.pointer), fact.value
    ):
        return None
    return text("{field} of {target} changed", field=Code(fact.pointer), target=Code(fact.target.title))


async def _call_moved(client: Client, call: Call) -> Text | None:
    observed = await read_target(client, call)
    if observed is None:
        return None if call.verb in ("create", "delete") else text("{target} is gone", target=Code(call.target.title))
    if call.verb == "create" or not (fields := violated(call, observed)):
        return None
    done = call.verb == "patch" and not call.later and "/metadata/uid" not in fields
    if done and reached(call.body, call.content_type, observed):
        return None
    return text("{field} of {target} changed", field=Code(fields[0]), target=Code(call.target.title))
