"""What stands on nodes, as a drain and its forecast look at it: pods by what becomes of them, and what holds them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import NotFound, Refused
from bot.operations.disruption import Hold, holds, overlaps
from bot.operations.draining import Judged, Reason, by_reason, daemon_sets_of, in_order, judge_pod, some, title_of
from bot.operations.evict import Rule
from bot.operations.kinds import DAEMONSET, PDB, POD
from bot.operations.models import Budget, Head, Pod
from bot.operations.reader import Reader
from bot.operations.surroundings import unchecked
from bot.text import Code, Text, text


@dataclass(frozen=True, kw_only=True)
class Surveyed:
    """The pods of one node, judged; `budgets` None: the person may not list them."""

    judged: tuple[Judged, ...]
    budgets: tuple[Budget, ...] | None

    @property
    def taken(self) -> tuple[Pod, ...]:
        return tuple(each.pod for each in self.judged if each.taken)

    @property
    def evicted(self) -> tuple[Pod, ...]:
        """Those that are taken and not going by themselves."""
        return tuple(each.pod for each in self.judged if each.evicted)

    @property
    def left(self) -> tuple[Pod, ...]:
        return tuple(each.pod for each in self.judged if each.left)

    @property
    def refused(self) -> dict[Reason, list[str]]:
        return by_reason(self.judged, refused=True)

    @property
    def lost(self) -> dict[Reason, list[str]]:
        return by_reason(self.judged, refused=False)

    @property
    def going(self) -> tuple[Pod, ...]:
        """All that go, whether the flags are there yet or not: what a budget would be asked for."""
        return tuple(each.pod for each in self.judged if not each.left and Reason.DAEMON_SET not in each.refused)

    @property
    def holds(self) -> tuple[Hold, ...]:
        return holds(self.going, self.budgets or ())

    @property
    def impossible(self) -> tuple[Text, ...]:
        """Pods that the API server evicts for nobody."""
        return tuple(
            text(
                "{pod} is under more than one budget ({budgets}), which the API server does not evict.",
                pod=Code(title_of(pod)),
                budgets=Code(", ".join(f"pdb/{each.metadata.name}" for each in over)),
            )
            for pod, over in overlaps(self.going, self.budgets or ())
        )

    def warnings(self, grace: int) -> tuple[Text, ...]:
        """What a person should know before these pods are evicted. `grace` seconds, -1 is the pods' own."""
        found = [each.sentence for each in self.holds]
        lost = self.lost
        gone = [*lost.get(Reason.UNMANAGED, ()), *lost.get(Reason.ORPHAN, ())]
        if gone:
            found.append(text("Nothing makes {pods} anew: they are gone for good.", pods=some(gone)))
        if Reason.LOCAL in lost:
            found.append(text("What {pods} keep in local volumes is deleted.", pods=some(lost[Reason.LOCAL])))
        if grace == 0:
            found.append(text("They are killed at once: none is given time to stop."))
        if self.budgets is None:
            found.append(unchecked(PDB))
        return tuple(found)


async def survey(cluster: Reader, node: str, rule: Rule) -> Surveyed:
    """Look at one node. Raises `Refused` where the person may not list pods everywhere; `Unavailable`."""
    pods, budgets = await asyncio.gather(
        cluster.list(POD, "", Pod, labels=rule.pod_selector, fields=f"spec.nodeName={node}"), list_budgets(cluster)
    )
    return judged_pods(pods, budgets, rule, await orphans_of(cluster, pods))


def judged_pods(pods: Sequence[Pod], budgets: Sequence[Budget] | None, rule: Rule, orphans: frozenset[str]) -> Surveyed:
    return Surveyed(
        judged=tuple(judge_pod(each, rule, orphans) for each in in_order(pods)),
        budgets=None if budgets is None else tuple(budgets),
    )


async def list_budgets(cluster: Reader) -> list[Budget] | None:
    """All budgets; `None` if the person may not list them."""
    try:
        return await cluster.list(PDB, "", Budget)
    except NotFound:
        return []
    except Refused:
        return None


async def orphans_of(cluster: Reader, pods: Sequence[Pod]) -> frozenset[str]:
    """The uids of the DaemonSets that are gone while their pods are here. Raises `Refused` where one cannot be read."""
    named = daemon_sets_of(pods)
    found = await asyncio.gather(*(_is_gone(cluster, uid, *where) for uid, where in named.items()))
    return frozenset(uid for uid, gone in zip(named, found, strict=True) if gone)


async def _is_gone(cluster: Reader, uid: str, namespace: str, name: str) -> bool:
    """One of the same name and another uid is not the pod's owner."""
    try:
        found = await cluster.get(DAEMONSET, name, namespace, Head)
    except NotFound:
        return True
    return found.metadata.uid != uid
