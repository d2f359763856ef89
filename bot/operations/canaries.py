"""Two Deployments behind the same Services: which they are, and how the traffic is shared."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from bot.errors import NotFound, Refused
from bot.operations.json import Object, pointer, resolve
from bot.operations.kinds import DEPLOYMENT, HPA, SERVICE, Target
from bot.operations.models import Autoscaler
from bot.operations.plan import Fact
from bot.operations.reader import Reader
from bot.operations.services import Service, matches
from bot.operations.templates import GROUPS, containers, images
from bot.operations.workloads import Seen, read_workload
from bot.text import Code, Text, text

TRACK: Final = "track"
CANARY: Final = "canary"
"""The label that tells the canary's pods apart, as in Kubernetes' own description of canary deployments."""
OF: Final = "kajitori.dev/canary-of"
"""Annotation of a canary that was made here: the name of its stable Deployment."""
TOTAL: Final = "kajitori.dev/canary-total"
"""Annotation: the pods of both together when it was started."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The stable Deployment, its canary if there is one, and the Services that send to the stable one's pods."""

    stable: Seen
    canary_target: Target
    canary: Seen | None
    services: tuple[Service, ...]
    autoscalers: tuple[Autoscaler, ...]

    @property
    def pods(self) -> int:
        """Pods that are wanted of the canary."""
        return self.canary.replicas if self.canary is not None else 0

    @property
    def total(self) -> int:
        """Pods that are wanted of both now."""
        return self.stable.replicas + self.pods

    @property
    def kept(self) -> int:
        """Pods that both shall have. Between two steps there are more: then as many as when it was started."""
        if self.canary is None:
            return self.total
        said = (self.canary.live.metadata.annotations or {}).get(TOTAL, "")
        started = int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0
        return started if self.stable.replicas <= started < self.total else self.total

    @property
    def both(self) -> tuple[Seen, ...]:
        return (self.stable, *((self.canary,) if self.canary is not None else ()))

    @property
    def running(self) -> Seen:
        """The canary. Raises `NotFound` where there is none."""
        if self.canary is not None:
            return self.canary
        example = Code(f"canary start {self.stable.target.reference} CONTAINER=IMAGE --weight=10")
        raise NotFound(
            text("{stable} has no canary.", stable=Code(self.stable.target.reference)),
            target=self.stable.target.title,
            why=text("There is no {canary}.", canary=Code(self.canary_target.reference)),
            next=text("Start one: {command}.", command=example),
        )

    def with_numbers(self, stable: int, canary: int) -> Pair:
        """The same pair with so many pods wanted of each."""
        other = with_replicas(self.canary, canary) if self.canary is not None else None
        return replace(self, stable=with_replicas(self.stable, stable), canary=other)

    def facts(self) -> tuple[Fact, ...]:
        """The images of both and where the Services send: what a share of the traffic was agreed on."""
        found = [
            Fact(target=each.target, pointer=at, value=resolve(each.whole, at), uid=each.uid)
            for each in self.both
            for at in image_pointers(each)
        ]
        for each in self.services:
            target = Target(kind=SERVICE, name=each.metadata.name, namespace=self.stable.target.namespace)
            found.append(
                Fact(target=target, pointer="/spec/selector", value=dict(each.selector), uid=each.metadata.uid)
            )
        return tuple(found)


async def read_pair(cluster: Reader, target: Target, canary: str) -> Pair:
    """The pair of a stable Deployment; `canary` empty means the one called `NAME-canary`.

    Raises `NotFound`, `Refused` (also where the person may not see autoscalers or Services: they would go unnoticed).
    """
    name = canary or f"{target.name}-{CANARY}"
    if name == target.name:
        raise Refused(
            text("{name} cannot be its own canary.", name=Code(target.reference)),
            target=target.title,
            next=text("Name another Deployment with {flag}, or leave that out.", flag=Code("--canary")),
        )
    other = Target(kind=DEPLOYMENT, name=name, namespace=target.namespace)
    stable, found, services, autoscalers = await asyncio.gather(
        read_workload(cluster, target),
        _if_there(cluster, other),
        cluster.list(SERVICE, target.namespace, Service),
        cluster.list(HPA, target.namespace, Autoscaler),
    )
    names = {target.name, name}
    return Pair(
        stable=stable,
        canary_target=other,
        canary=found,
        services=tuple(each for each in services if matches(each.selector, template_labels(stable))),
        autoscalers=tuple(each for each in autoscalers if _aim(each) in names),
    )


def _aim(autoscaler: Autoscaler) -> str:
    """The Deployment that it scales; empty if it is something else."""
    aim = autoscaler.spec.scale_target_ref
    return aim.name if (aim.api_version.partition("/")[0], aim.kind) == (DEPLOYMENT.group, DEPLOYMENT.kind) else ""


async def _if_there(cluster: Reader, target: Target) -> Seen | None:
    try:
        return await read_workload(cluster, target)
    except NotFound:
        return None


def pods_for(weight: int, total: int) -> int:
    """The number of pods nearest to a weight in percent: none for 0 only, all for 100 only."""
    if weight in (0, 100):
        return total * weight // 100
    return min(total - 1, max(1, (2 * total * weight + 100) // 200))


def share(pods: int, total: int) -> Text:
    """`3 of 10 pods (30 %)`."""
    percent = round(100 * pods / total) if total else 0
    return text("{pods} of {total} pods ({percent} %)", pods=pods, total=total, percent=percent)


def template_labels(seen: Seen) -> dict[str, str]:
    """The labels that its pods are made with."""
    return msgspec.convert(resolve(seen.template, "/metadata/labels") or {}, dict[str, str])


def canary_labels(stable: Seen) -> dict[str, str]:
    """The labels of a canary's pods: those of the stable ones but for the track."""
    return {**template_labels(stable), TRACK: CANARY}


def canary_selector(stable: Seen) -> Object:
    """The stable one's selector, narrowed to the canary's track."""
    selector: Any = copy.deepcopy(resolve(stable.whole, "/spec/selector") or {})
    selector["matchLabels"] = {**(selector.get("matchLabels") or {}), TRACK: CANARY}
    return dict(selector)


def canary_template(stable: Seen, wanted: dict[str, str]) -> Object:
    """The stable one's template with other images and the canary's labels."""
    template: Any = copy.deepcopy(stable.template)
    template.setdefault("metadata", {})["labels"] = dict(canary_labels(stable))
    for group in GROUPS:
        for each in containers(template, group):
            each["image"] = wanted.get(str(each.get("name")), each.get("image"))
    return dict(template)


def canary_body(stable: Seen, target: Target, wanted: dict[str, str], replicas: int) -> Object:
    """The Deployment that is made: the stable one's spec, another image, another track, and no mark of who owns it.

    Its own labels and annotations are not taken over: a tool that finds its mark on it would delete it as a stranger.
    """
    spec: Any = copy.deepcopy(stable.whole.get("spec") or {})
    spec.pop("paused", None)
    spec |= {"replicas": replicas, "selector": canary_selector(stable), "template": canary_template(stable, wanted)}
    return {
        "apiVersion": "apps/v1",
        "kind": DEPLOYMENT.kind,
        "metadata": {
            "name": target.name,
            "namespace": target.namespace,
            "labels": {TRACK: CANARY},
            "annotations": {OF: stable.target.name, TOTAL: str(stable.replicas)},
        },
        "spec": spec,
    }


def with_replicas(seen: Seen, replicas: int) -> Seen:
    """A workload as it is when so many pods are wanted."""
    spec: Any = seen.whole.get("spec") or {}
    live = msgspec.structs.replace(seen.live, spec=msgspec.structs.replace(seen.live.spec, replicas=replicas))
    return Seen(target=seen.target, whole={**seen.whole, "spec": {**spec, "replicas": replicas}}, live=live)


def image_pointers(seen: Seen) -> tuple[str, ...]:
    """Where the images of its containers stand."""
    return tuple(
        pointer("spec", "template", "spec", group, index, "image")
        for group in GROUPS
        for index, _ in enumerate(containers(seen.template, group))
    )


def shown_images(seen: Seen) -> str:
    """The images of a workload in one cell."""
    return ", ".join(images(seen.template).values())


def claims(seen: Seen) -> tuple[str, ...]:
    """The volume claims that all of its pods share."""
    volumes = resolve(seen.template, "/spec/volumes")
    names = [resolve(each, "/persistentVolumeClaim/claimName") for each in volumes] if isinstance(volumes, list) else []
    return tuple(each for each in names if isinstance(each, str))
