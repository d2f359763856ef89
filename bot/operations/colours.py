"""Blue and green: the pods that a selector finds, what makes them, and whether they can take a Service's traffic."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.errors import NotFound
from bot.operations.json import pointer
from bot.operations.kinds import DAEMONSET, DEPLOYMENT, POD, REPLICASET, STATEFULSET, Kind, Target
from bot.operations.models import Owner, Selector, Workload
from bot.operations.plan import Fact
from bot.operations.reader import Reader
from bot.operations.selectors import selector_of
from bot.operations.services import Backend, Service, matches
from bot.operations.templates import HASH

MAKERS: Final[Mapping[str, Kind]] = {each.kind: each for each in (REPLICASET, STATEFULSET, DAEMONSET)}
REVISION_HASH: Final = "controller-revision-hash"
USUAL: Final = ("version", "color", "colour", "slot")
"""Labels that usually tell colours apart; another one is looked at only where none of them does."""


@dataclass(frozen=True, kw_only=True)
class Maker:
    """What makes pods of a colour: their owner as read, the template hashes of the pods, and who is above it."""

    target: Target
    uid: str
    hashes: tuple[str, ...]
    live: Workload | None = None

    @property
    def workload(self) -> Target:
        """The Deployment of a ReplicaSet; else the maker itself. A Rollout's ReplicaSet is a Rollout's."""
        above = self.live.metadata.controller if self.live is not None else None
        if above is None or above.kind != DEPLOYMENT.kind:
            return self.target
        return Target(kind=DEPLOYMENT, name=above.name, namespace=self.target.namespace)

    @property
    def rollout(self) -> str:
        """The Rollout above it; empty if there is none."""
        above = self.live.metadata.controller if self.live is not None else None
        return above.name if above is not None and above.kind == "Rollout" else ""

    @property
    def fact(self) -> Fact | None:
        """Its template is still this one: read again before anything is sent (plans.md §2)."""
        if self.live is None:
            return None
        meta = self.live.metadata
        where, value = {
            REPLICASET: (pointer("metadata", "labels", HASH), (meta.labels or {}).get(HASH)),
            STATEFULSET: ("/status/updateRevision", self.live.status.update_revision or None),
        }.get(self.target.kind, ("/metadata/generation", meta.generation))
        return Fact(target=self.target, pointer=where, value=value, uid=self.uid)


@dataclass(frozen=True, kw_only=True)
class Colour:
    """The pods that a selector finds and that are not going away."""

    pods: tuple[Backend, ...]
    makers: tuple[Maker, ...]
    now: datetime

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.metadata.name for each in self.pods)

    @property
    def available(self) -> int:
        """Pods that have been ready for as long as their workload asks for."""
        least = {each.uid: each.live.spec.min_ready_seconds for each in self.makers if each.live is not None}
        return sum(each.available(self.now, least.get(_owner(each).uid, 0)) for each in self.pods)

    @property
    def workloads(self) -> tuple[Target, ...]:
        return tuple(dict.fromkeys(each.workload for each in self.makers))

    @property
    def images(self) -> tuple[str, ...]:
        """The images of its pods' containers."""
        return tuple(dict.fromkeys(container.image for pod in self.pods for container in pod.spec.containers))

    @property
    def rolling(self) -> bool:
        """Whether one workload has pods of more than one template now."""
        hashes: dict[Target, set[str]] = {}
        for each in self.makers:
            hashes.setdefault(each.workload, set()).update(each.hashes)
        return any(len(each) > 1 for each in hashes.values())

    @property
    def rollout(self) -> str:
        """The Rollout that makes pods of it; empty if there is none."""
        return next((each.rollout for each in self.makers if each.rollout), "")

    def facts(self) -> tuple[Fact, ...]:
        return tuple(fact for each in self.makers if (fact := each.fact) is not None)

    def without_port(self, service: Service) -> str:
        """A port that the Service sends to by a name which not every pod of this colour has; empty if there is none."""
        named = [each.target_port for each in service.spec.ports or () if isinstance(each.target_port, str)]
        return next((port for port in named if not all(pod.names(port) for pod in self.pods)), "")


async def read_pods(cluster: Reader, namespace: str, labels: Mapping[str, str]) -> list[Backend]:
    """The pods with these labels that are not going away. Raises `Refused`, `Unavailable`."""
    selector = selector_of(Selector(match_labels=dict(labels)))
    return [each for each in await cluster.list(POD, namespace, Backend, labels=selector) if not each.going]


async def read_colour(cluster: Reader, namespace: str, pods: Iterable[Backend]) -> Colour:
    """These pods with what makes them. Raises `Refused`, `Unavailable`."""
    found = tuple(sorted(pods, key=lambda each: each.metadata.name))
    owners = dict.fromkeys(_owner(each) for each in found)
    made = await asyncio.gather(*(_maker(cluster, namespace, each, found) for each in owners if each.uid))
    return Colour(pods=found, makers=tuple(made), now=cluster.now)


async def _maker(cluster: Reader, namespace: str, owner: Owner, pods: Iterable[Backend]) -> Maker:
    kind = MAKERS.get(owner.kind)
    own = [each for each in pods if _owner(each).uid == owner.uid]
    hashes = {each.labels.get(HASH) or each.labels.get(REVISION_HASH) or "" for each in own}
    target = Target(kind=kind or Kind(kind=owner.kind, plural=owner.kind.lower()), name=owner.name, namespace=namespace)
    live = await _live(cluster, target) if kind is not None else None
    return Maker(target=target, uid=owner.uid, hashes=tuple(sorted(hashes)), live=live)


async def _live(cluster: Reader, target: Target) -> Workload | None:
    try:
        return await cluster.get(target.kind, target.name, target.namespace, Workload)
    except NotFound:
        return None


def _owner(pod: Backend) -> Owner:
    return pod.metadata.controller or Owner()


def keys_of(
    selector: Mapping[str, str], pods: Iterable[Backend], *, to: str = "", usual: bool = False
) -> tuple[str, ...]:
    """The keys of a selector that tell colours apart: pods have other values there, and all its other labels.

    `to`: those by which there are pods of this colour. `usual`: those only that are usually meant. A selector of one
    key has none, for without it every pod would be one.
    """
    every = list(pods)
    values = {key: set(by_colour(selector, every, key)) for key in selector} if len(selector) > 1 else {}
    if to:
        return tuple(key for key, found in values.items() if to in found)
    found = tuple(key for key, have in values.items() if have - {selector[key]})
    common = tuple(key for key in found if key in USUAL)
    return common if common or usual else found


def by_colour(selector: Mapping[str, str], pods: Iterable[Backend], key: str) -> dict[str, list[Backend]]:
    """Pods by their value of the key, where all other keys of the selector are as it says."""
    rest = {each: value for each, value in selector.items() if each != key}
    found: dict[str, list[Backend]] = {}
    for pod in pods:
        if key in pod.labels and matches(rest, pod.labels):
            found.setdefault(pod.labels[key], []).append(pod)
    return found


def stale_keys(patched: Iterable[str], selector: Mapping[str, str], pods: Iterable[Backend]) -> dict[str, str | None]:
    """Keys that a patch leaves in the selector though the pods of the new colour have them otherwise; the value that
    these pods have instead, null where they have none or several.

    A merge keeps what it does not name, so that the new selector may select nothing (operations.md §2). Looked at are
    the pods with the patched labels that share most of the rest, at least one label: others are another app's.
    """
    said = set(patched)
    kept = {key: value for key, value in selector.items() if key not in said}
    ranked = [(sum(each.labels.get(key) == value for key, value in kept.items()), each) for each in pods]
    most = max((shared for shared, _ in ranked), default=0)
    near = [each for shared, each in ranked if shared == most > 0]
    found: dict[str, str | None] = {}
    for key, value in kept.items() if near else ():
        have = {each.labels.get(key) for each in near}
        if value not in have:
            found[key] = have.pop() if len(have) == 1 else None
    return found
