"""What holds pods up that were asked to go: one line a budget, with its numbers, since when, and why it does not give.

The API server says that a budget holds a pod; which one, and how it stands, is read, for numbers are not taken out of
sentences. Whoever may not list budgets is told the API server's own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import NotFound, Refused, Unavailable
from bot.execution.evictions import Standing
from bot.kubernetes.cluster import Client
from bot.operations.disruption import budgets_of
from bot.operations.draining import NAMED, pods
from bot.operations.kinds import PDB, POD
from bot.operations.models import Budget, Pod
from bot.operations.pods import stuck_reason
from bot.operations.selectors import selector_of
from bot.text import Code, Text, When, text


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A budget that holds pods now; `why` its pods are not all healthy, where they say it."""

    budget: Budget
    why: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """What holds `titles` (pods by namespace and name) since `since`; `details` are a line each."""

    sentence: Text
    details: tuple[Text, ...]
    titles: tuple[str, ...]


async def read_budgets(client: Client, held: Sequence[Pod]) -> tuple[Seen, ...]:
    """The budgets over these pods, as far as this identity may look."""
    try:
        found = await client.list(PDB, "", Budget)
    except (NotFound, Refused, Unavailable):
        return ()
    over = {each.metadata.uid: each for pod in held for each in budgets_of(pod, found)}
    return tuple([Seen(budget=each, why=await _why_unhealthy(client, each)) for each in over.values()])


async def _why_unhealthy(client: Client, budget: Budget) -> Text | None:
    if budget.spec.selector is None or budget.status.current_healthy >= budget.status.expected_pods:
        return None
    try:
        found = await client.list(POD, budget.metadata.namespace, Pod, labels=selector_of(budget.spec.selector))
    except (NotFound, Refused, Unavailable):
        return None
    return stuck_reason(found)


def blockers(held: Sequence[Standing], there: Mapping[str, Pod], seen: Sequence[Seen]) -> tuple[Blocker, ...]:
    """What holds these members, in their order."""
    budgets = [each.budget for each in seen]
    groups: dict[str, list[Standing]] = {}
    over: dict[str, Seen] = {}
    for each in held:
        pod = there[each.member.uid]
        found = budgets_of(pod, budgets)
        key = found[0].metadata.uid if len(found) == 1 else f"{each.member.namespace} {each.why}"
        groups.setdefault(key, []).append(each)
        if len(found) == 1:
            over[key] = next(one for one in seen if one.budget is found[0])
    return tuple(_blocker(group, over.get(key)) for key, group in groups.items())


def _blocker(group: Sequence[Standing], seen: Seen | None) -> Blocker:
    titles = tuple(each.title for each in group)
    since = min((each.held_at for each in group if each.held_at is not None), default=None)
    if seen is None:
        return Blocker(sentence=_in_its_words(group[0].why, since), details=_named(titles), titles=titles)
    status = seen.budget.status
    numbers = {"needs": status.desired_healthy, "has": status.current_healthy, "all": status.expected_pods}
    budget, held = Code(f"pdb/{seen.budget.metadata.name}"), pods(len(group))
    if since is None:
        said = text(
            "{pdb} holds {pods}: it needs {needs} healthy, {has} of {all} are", pdb=budget, pods=held, **numbers
        )
    else:
        said = text(
            "{pdb} holds {pods} since {when}: it needs {needs} healthy, {has} of {all} are",
            pdb=budget,
            pods=held,
            when=When(since),
            **numbers,
        )
    why = () if seen.why is None else (seen.why,)
    return Blocker(sentence=said, details=(*why, *_named(titles)), titles=titles)


def _in_its_words(why: Text | None, since: datetime | None) -> Text:
    said = why or text("waits for its budget")
    return said if since is None else text("{what}, since {when}", what=said, when=When(since))


def _named(titles: Sequence[str]) -> tuple[Text, ...]:
    """A line each: names of pods are as long as a phone is wide."""
    left = len(titles) - NAMED
    more = (text("and {count} more", count=left),) if left > 0 else ()
    return (*(text("{pod}", pod=Code(each)) for each in titles[:NAMED]), *more)
