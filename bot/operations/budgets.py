"""Disruption budgets as plans: another limit, what a person should know first, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from bot.operations.arguments import Arguments
from bot.operations.budget_cover import Cover, read_cover
from bot.operations.budget_limits import Limit, holding, limit_of, limits_body
from bot.operations.conditions import declare_condition
from bot.operations.conditions.budgets import budget_observed
from bot.operations.json import JSON
from bot.operations.keepers import keeper_warnings
from bot.operations.kinds import DEPLOYMENT, PDB, POD, REPLICASET, STATEFULSET, Target
from bot.operations.models import Budget, Selector
from bot.operations.operation import Right
from bot.operations.plan import Back, Call, ContentType, Nothing, Plan, Precondition, Wait
from bot.operations.progress import Condition
from bot.operations.reader import Reader
from bot.operations.selectors import selector_of
from bot.operations.surroundings import Surroundings, facts_of, look_at_keeper, unchecked
from bot.operations.sync_pauses import pausing_first
from bot.operations.workloads import Seen, command_line, read_workload
from bot.text import Bold, Code, Text, text

OBSERVED: Final = declare_condition(Condition(name="budget-observed", evaluate=budget_observed, pods=None))
COVER: Final = (
    *(Right("get", kind) for kind in (REPLICASET, DEPLOYMENT, STATEFULSET)),
    *(Right("list", kind) for kind in (POD, PDB)),
)
DEADLINE: Final = 120
"""Seconds for the disruption controller to look at it; it needs one or two."""
HELD: Final = ("/spec/minAvailable", "/spec/maxUnavailable", "/spec/selector", "/spec/unhealthyPodEvictionPolicy")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A budget as it was read, its pods, and who keeps it."""

    seen: Seen
    live: Budget
    cover: Cover
    around: Surroundings

    @property
    def target(self) -> Target:
        return self.seen.target

    @property
    def limit(self) -> Limit | None:
        return limit_of(self.live.spec)


async def read_budget(cluster: Reader, target: Target) -> Found:
    """Raises `NotFound`, `Refused`, `Unavailable`."""
    seen = await read_workload(cluster, target)
    live = msgspec.convert(seen.whole, Budget)
    cover = await read_cover(cluster, target, live.spec.selector)
    return Found(seen=seen, live=live, cover=cover, around=await look_at_keeper(cluster, seen))


@dataclass(frozen=True, kw_only=True)
class Change:
    """Another limit of a budget, and the patch that sets it, as it was pasted or as we write it."""

    found: Found
    limit: Limit
    body: JSON
    content_type: ContentType = ContentType.STRATEGIC


def change_of(found: Found, limit: Limit) -> Change:
    return Change(found=found, limit=limit, body=limits_body(limit, found.limit))


def plan_limit(change: Change, arguments: Arguments, pinned: dict[str, Any], *, pause_sync: bool) -> Plan | Nothing:
    """The plan of another limit. Raises `Refused` where its keeper's sync is to be paused and cannot be."""
    found, limit = change.found, change.limit
    if limit == found.limit:
        said = text("{pdb} has {limit} already.", pdb=Code(found.target.reference), limit=Code(str(limit)))
        return Nothing(target=found.target, message=said)
    allowed = found.cover.allowed(limit)
    plan = Plan(
        summary=text("Set the budget {pdb}", pdb=Code(found.target.title)),
        steps=(limit_call(change), observed_wait(found.target, limit)),
        pinned=pinned,
        before=standing(found),
        after=shown(limit, allowed),
        note=covered(found.cover, found.live.spec.selector),
        facts=facts_of(found.seen, found.around),
        warnings=(
            *waiting_warnings(found, allowed),
            *limit_warnings(limit, found.cover),
            *kept(found, pause_sync=pause_sync),
        ),
        back=_back(found, limit, arguments),
        destructive=found.cover.holds_nothing(limit),
        look=look_of(found.target),
    )
    return pausing_first(plan, (found.around,)) if pause_sync else plan


def look_of(target: Target) -> str:
    """A budget has no logs: what one looks at is how many may go."""
    return f"get pdb {target.name}"


def limit_call(change: Change) -> Call:
    """The patch, on condition of all that the budget asks for and whom it covers."""
    return Call(
        id="step-1",
        verb="patch",
        target=change.found.target,
        content_type=change.content_type,
        body=change.body,
        uid=change.found.seen.uid,
        preconditions=change.found.seen.holds(*HELD),
    )


def observed_wait(target: Target, limit: Limit) -> Wait:
    """Until the disruption controller has looked at the budget with this limit."""
    return Wait(id="step-2", condition=OBSERVED.name, target=target, deadline=DEADLINE, arguments={**holding(limit)})


def _back(found: Found, limit: Limit, arguments: Arguments) -> Back | None:
    """The limit before; a budget that had none cannot be made by a command line."""
    old = found.limit
    if old is None:
        return None
    left = {f"/spec/{field}": value for field, value in holding(limit).items()}
    call = limit_call(Change(found=found, limit=old, body=limits_body(old, limit)))
    holds = tuple(
        Precondition(pointer=each.pointer, value=left.get(each.pointer, each.value)) for each in call.preconditions
    )
    return Back(
        command_line=command_line(arguments, "set", "pdb", found.target.name, old.flag),
        label=text("Back to {limit}", limit=str(old)),
        calls=(msgspec.structs.replace(call, preconditions=holds),),
    )


def shown(limit: Limit, allowed: int | None) -> Text:
    """A limit, and what it comes to."""
    if allowed is None:
        return text("{limit}", limit=Bold(str(limit)))
    return text("{limit}, {allowed} may go now", limit=Bold(str(limit)), allowed=allowed)


def standing(found: Found) -> Text:
    """The limit as it is, and how many may go by what the disruption controller says."""
    written = Code(str(found.limit)) if found.limit is not None else Code("-")
    if not found.seen.observed:
        return text("{limit}", limit=written)
    return text("{limit}, {allowed} may go now", limit=written, allowed=found.live.status.disruptions_allowed)


def covered(cover: Cover, selector: Selector | None) -> Text:
    """Which pods it is about, and how many these are."""
    written = Code((selector_of(selector) or "-") if selector is not None else "-")
    if not cover.pods:
        return text("its selector {selector} matches no pod", selector=written)
    return text(
        "it covers {count} pods by {selector}, {healthy} of them ready",
        count=len(cover.pods),
        selector=written,
        healthy=cover.healthy,
    )


def kept(found: Found, *, pause_sync: bool) -> tuple[Text, ...]:
    """Who brings it back as it was: git, a chart, an operator."""
    owner = found.live.metadata.controller
    made = () if owner is None else (_made_by(owner.kind, owner.name),)
    return (*keeper_warnings(found.seen, found.around, pause_sync=pause_sync), *made)


def _made_by(kind: str, name: str) -> Text:
    return text("{owner} made it, and may put it back.", owner=Code(f"{kind.lower()}/{name}"))


def waiting_warnings(found: Found, allowed: int | None) -> tuple[Text, ...]:
    """That a drain which is held now goes on by itself. `allowed`: how many may go afterwards."""
    held = found.cover.pods and found.seen.observed and found.live.status.disruptions_allowed == 0
    if not held or allowed == 0:
        return ()
    return (text("It lets no pod go now: a drain that waits for it may go on at once."),)


def limit_warnings(limit: Limit, cover: Cover) -> tuple[Text, ...]:
    """What a limit leads to at night, which kubectl does not say."""
    found: list[Text] = []
    if not cover.pods:
        found.append(text("Its selector matches no pod: it protects nothing until one has these labels."))
    if limit.of_replicas and cover.unscaled:
        found.append(
            text(
                "Pods of a {kind} have no replicas to reckon by: it lets none go. A number after {flag} works there.",
                kind=cover.unscaled,
                flag=Code("--min-available"),
            )
        )
    elif cover.never(limit):
        found.append(
            text(
                "It never lets a pod go: {needs} of {whole} are to stay, so no drain that meets one ends.",
                needs=limit.needs(cover.whole),
                whole=cover.whole,
            )
        )
    elif cover.pods and cover.holds_nothing(limit):
        found.append(text("It holds nothing back: all its pods may go at once."))
    elif cover.pods and cover.allowed(limit) == 0:
        found.append(text("It lets no pod go now: {healthy} are ready.", healthy=cover.healthy))
    return (*found, *double_warnings(cover))


def double_warnings(cover: Cover) -> tuple[Text, ...]:
    """Pods under two budgets, or that those could not be looked at."""
    if cover.others is None:
        return (unchecked(PDB),)
    pods, budgets = cover.doubled
    if not pods:
        return ()
    return (
        text(
            "{count} of its pods are under another budget too ({budgets}): the API server evicts none of these.",
            count=len(pods),
            budgets=Code(", ".join(f"pdb/{each.metadata.name}" for each in budgets)),
        ),
    )
