"""What keeps the objects of a plan as git has them: it is said with the plan, and held still first where that is asked.

For changes of any object; those of pod templates look at more at once (`bot.operations.template_changes`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from bot.operations.plan import Plan
from bot.operations.reader import Reader
from bot.operations.surroundings import Surroundings, facts_of, look_at_keeper, owner_warnings
from bot.operations.sync_pauses import pausing_first
from bot.operations.workloads import Seen
from bot.text import Text

T = TypeVar("T")


async def against_keepers(cluster: Reader, plan: Plan, changed: Sequence[Seen], *, pause_sync: bool) -> Plan:
    """The plan, knowing who would put these objects back; `pause_sync`: with their syncs paused before all else.

    Raises `Refused` where pausing was asked for and a keeper cannot be seen; `Unavailable`.
    """
    around = await asyncio.gather(*(look_at_keeper(cluster, each) for each in changed))
    kept = list(zip(changed, around, strict=True))
    said = _once(warning for each, near in kept for warning in keeper_warnings(each, near, pause_sync=pause_sync))
    facts = _once(fact for each, near in kept for fact in facts_of(each, near))
    known = msgspec.structs.replace(plan, warnings=(*plan.warnings, *said), facts=(*plan.facts, *facts))
    return pausing_first(known, around) if pause_sync else known


def keeper_warnings(seen: Seen, around: Surroundings, *, pause_sync: bool) -> tuple[Text, ...]:
    """What becomes of a change by hand; nothing where the sync that would undo it is paused first."""
    if pause_sync and around.sync is not None and around.sync.on:
        return ()
    return owner_warnings(seen, around, flag=True)


def _once(found: Iterable[T]) -> list[T]:
    """Objects of one plan have one keeper mostly. What is compared may be a mapping, which has no hash."""
    kept: list[T] = []
    for each in found:
        if each not in kept:
            kept.append(each)
    return kept
