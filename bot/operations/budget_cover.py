"""What a disruption budget covers: its pods, how many are wanted of them, and how many may go under a limit.

The arithmetic is the disruption controller's (k8s.io/kubernetes v1.36 `pkg/controller/disruption/disruption.go`): a
share, and all that is said as unavailable, is of the replicas that the pods' controllers want; a plain number stands
for itself. Pods without a controller are not counted then, and for those of a controller that has no scale (DaemonSet,
Job) it lets none go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.errors import NotFound, Refused
from bot.operations.budget_limits import Limit
from bot.operations.disruption import overlaps
from bot.operations.kinds import DEPLOYMENT, PDB, POD, REPLICASET, STATEFULSET, Kind, Target
from bot.operations.models import Budget, BudgetSpec, Meta, Owner, Pod, Selector, Workload
from bot.operations.reader import Reader
from bot.operations.selectors import selector_of

SCALED: Final = {kind.kind: kind for kind in (REPLICASET, STATEFULSET)}
UNSCALED: Final = frozenset({"DaemonSet", "Job", "Node"})
"""Controllers of pods that have no replicas; all others that are not known here may have a scale of their own."""


MANY: Final = 2**31
"""More pods than any limit that is a number says."""


@dataclass(frozen=True, kw_only=True)
class Cover:
    """The pods of a budget. `wanted`: their controllers' replicas, `None` where that cannot be told. `unscaled` is the
    kind of a controller that has none. `others`: the other budgets of the namespace, `None`: not to be listed.
    """

    pods: tuple[Pod, ...]
    wanted: int | None
    unscaled: str = ""
    others: tuple[Budget, ...] | None = ()

    @property
    def healthy(self) -> int:
        return sum(each.ready and not each.metadata.terminating for each in self.pods)

    @property
    def whole(self) -> int:
        """How many pods there are to be: what is wanted of them, where it is known; else those that are there."""
        return len(self.pods) if self.wanted is None else self.wanted

    def allowed(self, limit: Limit) -> int | None:
        """How many may go at once now, were that the limit; `None` where it cannot be told."""
        if limit.of_replicas and self.unscaled:
            return 0
        if limit.of_replicas and self.wanted is None:
            return None
        expected = self.whole if limit.of_replicas else len(self.pods)
        return max(0, self.healthy - limit.needs(expected)) if expected else 0

    def never(self, limit: Limit) -> bool:
        """Whether no pod may ever go, however healthy all are."""
        return bool(self.pods) and limit.needs(self.whole) >= self.whole

    def holds_nothing(self, limit: Limit) -> bool:
        """Whether all pods may go at once; of a budget without pods, whether any number of them might."""
        return limit.needs(self.whole or MANY) == 0

    @property
    def doubled(self) -> tuple[tuple[Pod, ...], tuple[Budget, ...]]:
        """Its pods that are under another budget too, and those budgets: the API server evicts none of these pods."""
        own = Budget(metadata=_own(self.pods), spec=BudgetSpec(selector=Selector()))
        found = overlaps(self.pods, (own, *(self.others or ())))
        budgets = {each.metadata.name: each for _, over in found for each in over if each is not own}
        return tuple(pod for pod, _ in found), tuple(budgets.values())


def _own(pods: Sequence[Pod]) -> Meta:
    return Meta(namespace=pods[0].metadata.namespace if pods else "")


async def read_cover(cluster: Reader, target: Target, selector: Selector | None) -> Cover:
    """Look at the pods of a budget; without a selector it has none. Raises `Refused` for pods, `Unavailable`."""
    pods, others = await asyncio.gather(_pods(cluster, target, selector), _others(cluster, target))
    owners = dict.fromkeys(owner for each in pods if (owner := each.metadata.controller) is not None)
    unscaled = next((each.kind for each in owners if each.kind in UNSCALED), "")
    found = await asyncio.gather(*(_replicas(cluster, each, target.namespace) for each in owners))
    counts = dict(each for each in found if each is not None)
    known = not unscaled and None not in found
    return Cover(pods=tuple(pods), wanted=sum(counts.values()) if known else None, unscaled=unscaled, others=others)


async def _pods(cluster: Reader, target: Target, selector: Selector | None) -> list[Pod]:
    if selector is None:
        return []
    return await cluster.list(POD, target.namespace, Pod, labels=selector_of(selector))


async def _others(cluster: Reader, target: Target) -> tuple[Budget, ...] | None:
    try:
        found = await cluster.list(PDB, target.namespace, Budget)
    except Refused as refused:
        return () if isinstance(refused, NotFound) else None
    return tuple(each for each in found if each.metadata.name != target.name)


async def _replicas(cluster: Reader, owner: Owner, namespace: str) -> tuple[str, int] | None:
    """The uid of what sets the number of an owner's pods, and that number; `None` where it cannot be told."""
    kind = SCALED.get(owner.kind)
    live = await _live(cluster, kind, owner, namespace) if kind is not None else None
    above = live.metadata.controller if live is not None and kind == REPLICASET else None
    if above is not None and above.kind == DEPLOYMENT.kind:
        live = await _live(cluster, DEPLOYMENT, above, namespace)
    if live is None:
        return None
    return live.metadata.uid, 1 if live.spec.replicas is None else live.spec.replicas


async def _live(cluster: Reader, kind: Kind, owner: Owner, namespace: str) -> Workload | None:
    """The very one that is the owner, if the person may read it."""
    try:
        found = await cluster.get(kind, owner.name, namespace, Workload)
    except Refused:
        return None
    return found if found.metadata.uid == owner.uid else None
