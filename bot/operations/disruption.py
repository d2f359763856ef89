"""What disruption budgets say to evicting a set of pods: arithmetic over the whole set, which no dry run does.

Rules of the eviction subresource (k8s.io/kubernetes v1.36 `pkg/registry/core/pod/storage/eviction.go`): pending,
finished and terminating pods ask no budget; a pod under more than one budget cannot be evicted at all (500); an unready
pod may go if its budget says `AlwaysAllow`, or has as many healthy pods as it wants. A budget without a selector holds
no pod.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.operations.draining import some, title_of
from bot.operations.models import Budget, Pod
from bot.operations.selectors import selects
from bot.text import Code, Text, text

ALWAYS: Final = "AlwaysAllow"


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A budget that does not let all of these pods go at once."""

    budget: Budget
    pods: tuple[Pod, ...]

    @property
    def allowed(self) -> int:
        return max(0, self.budget.status.disruptions_allowed)

    @property
    def name(self) -> str:
        return f"pdb/{self.budget.metadata.name}"

    @property
    def sentence(self) -> Text:
        """Which pods wait for it, and for what."""
        values: dict[str, Any] = {
            "pdb": Code(self.name),
            "needs": self.budget.status.desired_healthy,
            "has": self.budget.status.current_healthy,
            "pods": some([title_of(each) for each in self.pods]),
        }
        if self.allowed == 0:
            return text("{pdb} lets none go now: needs {needs}, has {has}. It holds {pods}.", **values)
        return text(
            "{pdb} lets {allowed} go at a time: needs {needs}, has {has}. It holds {pods}.",
            allowed=self.allowed,
            **values,
        )


def budgets_of(pod: Pod, budgets: Sequence[Budget]) -> tuple[Budget, ...]:
    """Those that an eviction of this pod would ask."""
    if pod.finished or pod.status.phase == "Pending" or pod.metadata.terminating:
        return ()
    return tuple(
        each
        for each in budgets
        if each.metadata.namespace == pod.metadata.namespace
        and each.spec.selector is not None
        and selects(each.spec.selector, pod.metadata.labels)
    )


def counts(pod: Pod, budget: Budget) -> bool:
    """Whether the eviction of this pod takes one of those that its budget allows."""
    if pod.ready:
        return True
    healthy = budget.status.current_healthy >= budget.status.desired_healthy > 0
    return not (budget.spec.unhealthy_pod_eviction_policy == ALWAYS or healthy)


def holds(pods: Sequence[Pod], budgets: Sequence[Budget]) -> tuple[Hold, ...]:
    """The budgets that let fewer of these pods go at once than there are, in the budgets' order."""
    found = []
    for budget in budgets:
        asking = tuple(each for each in pods if budgets_of(each, [budget]) and counts(each, budget))
        if len(asking) > max(0, budget.status.disruptions_allowed):
            found.append(Hold(budget=budget, pods=asking))
    return tuple(found)


def overlaps(pods: Sequence[Pod], budgets: Sequence[Budget]) -> tuple[tuple[Pod, tuple[Budget, ...]], ...]:
    """The pods under more than one budget, which nobody can evict."""
    found = ((each, budgets_of(each, budgets)) for each in pods)
    return tuple((pod, over) for pod, over in found if len(over) > 1)
