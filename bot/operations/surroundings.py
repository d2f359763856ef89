"""What else has a hand in a workload: autoscalers, disruption budgets, GitOps; warnings that kubectl does not give."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import msgspec

from bot.errors import NotFound, Refused
from bot.operations.argo.sharing import Sharing
from bot.operations.gitops import HEALS_WITHIN, Keeper, Sync, keeper_of, keeping_warnings
from bot.operations.json import pointer
from bot.operations.kinds import HPA, PDB, Kind, Target
from bot.operations.models import Autoscaler, Budget
from bot.operations.plan import Fact
from bot.operations.reader import Reader
from bot.operations.rollouts import Speed, rolls_by_itself, speed
from bot.operations.selectors import selects
from bot.operations.syncers import read_sync
from bot.operations.workloads import Seen
from bot.text import Code, Text, text

T = TypeVar("T")
LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Of one workload. `unseen` are kinds that the person may not list, so that silence is not taken for absence."""

    budgets: tuple[Budget, ...]
    autoscaler: Autoscaler | None = None
    keeper: Keeper | None = None
    sync: Sync | None = None
    unseen: tuple[Kind, ...] = ()
    sharing: Sharing = field(default_factory=Sharing)


async def look_around(cluster: Reader, seen: Seen) -> Surroundings:
    """Read what else has a hand in how many pods it has. Raises `Unavailable`."""
    autoscalers, around = await asyncio.gather(
        _list(cluster, HPA, seen.target.namespace, Autoscaler), look_at_budgets(cluster, seen)
    )
    return replace(
        around,
        autoscaler=next((each for each in autoscalers or () if _scales(each, seen.target)), None),
        unseen=(*(() if autoscalers is not None else (HPA,)), *around.unseen),
    )


async def look_at_budgets(cluster: Reader, seen: Seen) -> Surroundings:
    """Read what else has a hand in which pods it has: an autoscaler has not. Raises `Unavailable`."""
    budgets, around = await asyncio.gather(
        _list(cluster, PDB, seen.target.namespace, Budget), look_at_keeper(cluster, seen)
    )
    labels = _labels(seen)
    return replace(
        around,
        budgets=tuple(
            each for each in budgets or () if each.spec.selector is not None and selects(each.spec.selector, labels)
        ),
        unseen=() if budgets is not None else (PDB,),
    )


async def look_at_keeper(cluster: Reader, seen: Seen) -> Surroundings:
    """Read who keeps an object as git or a chart has it, and nothing else. Raises `Unavailable`."""
    keeper = keeper_of(seen.target, seen.whole)
    sync = await read_sync(cluster, keeper, seen.target) if keeper is not None else None
    return Surroundings(budgets=(), keeper=keeper, sync=sync)


def marked(seen: Seen) -> Surroundings:
    """What an object's own marks say of who keeps it, with nothing looked up."""
    return Surroundings(budgets=(), keeper=keeper_of(seen.target, seen.whole))


async def _list(cluster: Reader, kind: Kind, namespace: str, model: type[T]) -> list[T] | None:
    try:
        return await cluster.list(kind, namespace, model)
    except NotFound:
        return []
    except Refused:
        return None


def facts_of(seen: Seen, around: Surroundings) -> tuple[Fact, ...]:
    """What the warnings relied on outside the calls' own preconditions: an autoscaler's limits, how it is kept."""
    found: list[Fact] = []
    if around.autoscaler is not None:
        meta, spec = around.autoscaler.metadata, around.autoscaler.spec
        target = Target(kind=HPA, name=meta.name, namespace=seen.target.namespace)
        found += [
            Fact(target=target, pointer="/spec/minReplicas", value=spec.min_replicas, uid=meta.uid),
            Fact(target=target, pointer="/spec/maxReplicas", value=spec.max_replicas, uid=meta.uid),
        ]
    if around.keeper is not None and around.keeper.mark is not None:
        field, key, value = around.keeper.mark
        found.append(Fact(target=seen.target, pointer=pointer("metadata", field, key), value=value, uid=seen.uid))
    if around.sync is not None:
        found.append(around.sync.fact)
    return (*found, *around.sharing.facts)


def roll_out_warnings(seen: Seen, around: Surroundings, *, against_git: bool) -> tuple[Text, ...]:
    """What a person should know before the pods of this workload are replaced.

    An autoscaler is none of it: it changes how many pods there are, not which. Nor is what keeps it, where what changes
    is nothing that git says.
    """
    pace = speed(seen)
    found = [
        *_strategy_warnings(seen, pace, around.sharing),
        *(owner_warnings(seen, around, flag=True) if against_git else ()),
    ]
    if rolls_by_itself(seen):
        found += [
            text(
                "{pdb} allows {allowed} pods down now; a roll-out does not ask it.",
                pdb=Code(f"pdb/{each.metadata.name}"),
                allowed=each.status.disruptions_allowed,
            )
            for each in around.budgets
            if each.status.disruptions_allowed < pace.unavailable
        ]
    return (*found, *unseen_warnings(around))


def _strategy_warnings(seen: Seen, pace: Speed, sharing: Sharing) -> list[Text]:
    if seen.live.spec.paused and sharing.takers:
        return [text("While {target} is paused, no pod of its own changes.", target=Code(seen.target.reference))]
    if seen.live.spec.paused:
        return [text("While {target} is paused, no pod changes.", target=Code(seen.target.reference))]
    if seen.strategy == "OnDelete":
        return [text("The strategy is OnDelete: no pod changes until someone deletes it.")]
    if seen.replicas and pace.unavailable >= seen.replicas:
        return [text("All pods may be down at once.")]
    if seen.replicas == 0:
        return [text("It has no pods of its own now.") if sharing.takers else text("It has no pods now.")]
    return []


def watched_for(around: Surroundings) -> int:
    """Seconds that it must stay as it was changed to before it counts as done: its keeper may put it back at once."""
    return HEALS_WITHIN if around.sync is not None and around.sync.listed and around.sync.heals_at_once else 0


def owner_warnings(seen: Seen, around: Surroundings, *, flag: bool = False) -> tuple[Text, ...]:
    """That what is changed by hand will be reverted, or surprise the next `apply`.

    `flag`: whether the command line takes `--pause-sync`.
    """
    if around.keeper is not None:
        return keeping_warnings(around.keeper, around.sync, flag=flag)
    if LAST_APPLIED in (seen.live.metadata.annotations or {}):
        return (
            text("It was made with {apply}: the next one brings its own version back.", apply=Code("kubectl apply")),
        )
    return ()


def unseen_warnings(around: Surroundings) -> tuple[Text, ...]:
    """That something could not be looked at with the person's rights."""
    return (unchecked(*around.unseen),) if around.unseen else ()


def unchecked(*kinds: Kind) -> Text:
    """That the person may not list these, so that silence about them is no all-clear."""
    names = Code(", ".join(each.plural for each in kinds))
    return text("You may not list {kinds}, so these were not checked.", kinds=names)


def _scales(autoscaler: Autoscaler, target: Target) -> bool:
    wanted = autoscaler.spec.scale_target_ref
    return (
        wanted.name == target.name
        and wanted.kind == target.kind.kind
        and wanted.api_version.partition("/")[0] == target.kind.group
    )


def _labels(seen: Seen) -> dict[str, str]:
    metadata = seen.template.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return msgspec.convert(labels or {}, dict[str, str])
