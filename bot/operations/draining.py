"""Which pods of a node a drain takes, leaves or refuses, by kubectl's filters, each pod with every reason it has.

Filters, their order and words are those of kubectl v1.36 `pkg/drain/filters.go`. kubectl keeps the last word it has on
a pod; here all of them are kept, so that a person learns at once of every flag that is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.operations.evict import Evict, Holder, Member, Rule
from bot.operations.models import Pod
from bot.text import Code, Text, text

MIRROR: Final = "kubernetes.io/config.mirror"
NAMED: Final = 5
"""Pods named in one sentence; the others are counted."""


class Reason(StrEnum):
    """Why a pod is refused; with the flag that lets it go, it is what is warned of."""

    DAEMON_SET = "daemon_set"
    ORPHAN = "orphan"
    LOCAL = "local"
    UNMANAGED = "unmanaged"


FLAGS: Final = {
    Reason.DAEMON_SET: "--ignore-daemonsets",
    Reason.ORPHAN: "--force",
    Reason.LOCAL: "--delete-emptydir-data",
    Reason.UNMANAGED: "--force",
}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One pod. `left` is not evicted; `refused` stop the drain; `lost` are reasons that a flag has overruled."""

    pod: Pod
    left: bool = False
    refused: tuple[Reason, ...] = ()
    lost: tuple[Reason, ...] = ()

    @property
    def taken(self) -> bool:
        return not self.left and not self.refused

    @property
    def evicted(self) -> bool:
        """A pod that is terminating is waited for, and nobody has to take it away: it counts in no bound."""
        return self.taken and not self.pod.metadata.terminating


def judge_pod(pod: Pod, rule: Rule, orphans: frozenset[str] = frozenset()) -> Judged:
    """What becomes of one pod. `orphans` are the uids of DaemonSets that are gone while their pods are still here."""
    owner = pod.metadata.controller
    of_daemon_set = owner is not None and owner.kind == "DaemonSet" and not pod.finished
    if of_daemon_set and owner is not None and owner.uid not in orphans:
        if rule.ignore_daemonsets:
            return Judged(pod=pod, left=True)
        return Judged(pod=pod, refused=(Reason.DAEMON_SET,))
    if MIRROR in (pod.metadata.annotations or {}):
        return Judged(pod=pod, left=True)
    found: list[Reason] = [Reason.ORPHAN] if of_daemon_set else []
    if not pod.finished:
        found += [Reason.LOCAL] if any(each.empty_dir is not None for each in pod.spec.volumes) else []
        found += [Reason.UNMANAGED] if owner is None else []
    allowed = {
        Reason.DAEMON_SET: rule.ignore_daemonsets,
        Reason.ORPHAN: rule.force,
        Reason.LOCAL: rule.delete_emptydir_data,
        Reason.UNMANAGED: rule.force,
    }
    refused = tuple(each for each in found if not allowed[each])
    return Judged(pod=pod, refused=refused, lost=tuple(each for each in found if allowed[each]))


def daemon_sets_of(pods: Iterable[Pod]) -> dict[str, tuple[str, str]]:
    """Namespace and name, by uid, of the DaemonSets whose pods these are: whether they exist decides."""
    owners = ((each.metadata.namespace, each.metadata.controller) for each in pods if not each.finished)
    return {
        owner.uid: (namespace, owner.name)
        for namespace, owner in owners
        if owner is not None and owner.kind == "DaemonSet"
    }


def holder_of(pod: Pod) -> Holder:
    """Whose pod it is: its controller's, or its own."""
    meta, owner = pod.metadata, pod.metadata.controller
    if owner is None:
        return Holder(namespace=meta.namespace, kind="Pod", name=meta.name, uid=meta.uid)
    return Holder(namespace=meta.namespace, kind=owner.kind, name=owner.name, uid=owner.uid)


def member_of(pod: Pod) -> Member:
    return Member(
        namespace=pod.metadata.namespace, name=pod.metadata.name, uid=pod.metadata.uid, holder=holder_of(pod).uid
    )


def in_order(pods: Iterable[Pod]) -> list[Pod]:
    """By namespace and name, so that the same world gives the same plan."""
    return sorted(pods, key=lambda each: (each.metadata.namespace, each.metadata.name))


def title_of(pod: Pod) -> str:
    return f"{pod.metadata.namespace}/{pod.metadata.name}"


def pods(count: int) -> Text:
    """So many pods."""
    return text("1 pod") if count == 1 else text("{count} pods", count=count)


def some(titles: Sequence[str]) -> Text:
    """A few names, and how many more there are."""
    named = Code(", ".join(titles[:NAMED]))
    left = len(titles) - NAMED
    return text("{names} and {count} more", names=named, count=left) if left > 0 else text("{names}", names=named)


def refusal(reason: Reason, titles: Sequence[str]) -> Text:
    """kubectl's sentence for the pods that are refused for one reason."""
    named = some(titles)
    match reason:
        case Reason.DAEMON_SET:
            return text(
                "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): {pods}",
                pods=named,
            )
        case Reason.ORPHAN:
            return text("cannot delete Pods whose DaemonSet is gone (use --force to override): {pods}", pods=named)
        case Reason.LOCAL:
            return text(
                "cannot delete Pods with local storage (use --delete-emptydir-data to override): {pods}", pods=named
            )
        case Reason.UNMANAGED:
            return text("cannot delete Pods that declare no controller (use --force to override): {pods}", pods=named)


def by_reason(judged: Iterable[Judged], *, refused: bool) -> dict[Reason, list[str]]:
    """The pods' names for each reason, those that are refused or those that are let go in spite of it."""
    found: dict[Reason, list[str]] = {}
    for each in judged:
        for reason in each.refused if refused else each.lost:
            found.setdefault(reason, []).append(title_of(each.pod))
    return {reason: found[reason] for reason in Reason if reason in found}


def choose_members(step: Evict, found: Sequence[Pod]) -> tuple[tuple[Member, ...], Text | None]:
    """The members among the pods that are there after the cordon, or why it may not go on: one is outside the bound.

    Terminating ones are members too, so that they are waited for; none of them is asked to go.
    """
    ours = frozenset(each.uid for each in step.holders)
    judged = [judge_pod(each, step.rule, ours) for each in in_order(found)]
    for each in judged:
        why = _outside(step, each)
        if why is not None:
            return (), why
    evicted = sum(each.evicted for each in judged)
    if evicted > step.most:
        return (), text("{pods} on it now; voted on: {most} at most", pods=pods(evicted), most=step.most)
    return tuple(member_of(each.pod) for each in judged if each.taken), None


def outside(step: Evict, pod: Pod) -> Text | None:
    """Why one pod, as it is now, is not what was voted on; `None` if it is."""
    title = Code(title_of(pod))
    if pod.spec.node_name != step.target.name:
        return text("{pod} is not on {node}", pod=title, node=Code(step.target.name))
    judged = judge_pod(pod, step.rule, frozenset(each.uid for each in step.holders))
    if judged.left:
        return text("{pod} is not among the pods that this drain takes", pod=title)
    return _outside(step, judged)


def _outside(step: Evict, judged: Judged) -> Text | None:
    if judged.left:
        return None
    if judged.refused:
        return refusal(judged.refused[0], [title_of(judged.pod)])
    holder = holder_of(judged.pod)
    if holder.uid in {each.uid for each in step.holders if each.namespace == holder.namespace}:
        return None
    return text(
        "{pod} belongs to {holder}, and nobody voted on that",
        pod=Code(title_of(judged.pod)),
        holder=Code(f"{holder.kind.lower()}/{holder.name}"),
    )
