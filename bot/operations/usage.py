"""What pods and nodes use, from the metrics API, as kubectl prints it.

Rounding is that of kubectl v1.36 `pkg/metricsutil`: millicores up, memory in Mi down, per cent of what a node can give
down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Iterable, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Final

import msgspec

from bot.errors import NotFound, NotServed, Refused, Unavailable
from bot.operations.ages import human_duration
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import Kind
from bot.operations.models import Lean, Meta
from bot.operations.quantities import amount
from bot.operations.reader import Reader
from bot.text import Bold, Code, Text, text

METRICS: Final = "metrics.k8s.io"
SERVER: Final = "metrics-server"
POD_METRICS: Final = Kind(kind="PodMetrics", plural="pods", group=METRICS, version="v1beta1")
NODE_METRICS: Final = Kind(kind="NodeMetrics", plural="nodes", group=METRICS, version="v1beta1", namespaced=False)
MEBI: Final = 2**20
NEAR: Final = 90
"""Per cent of a memory limit at which a container is near to being killed for it."""
DELAY: Final = 120
"""Seconds after which a pod should have metrics. From kubectl v1.36 `pkg/cmd/top/top_pod.go`."""
NAMED: Final = 5

Use = dict[str, Decimal]
"""Cores of `cpu` and bytes of `memory`."""


class _Container(Lean, frozen=True, kw_only=True):
    name: str = ""
    usage: dict[str, str] = msgspec.field(default_factory=dict)


class Metrics(Lean, frozen=True, kw_only=True):
    """PodMetrics has containers, NodeMetrics a usage."""

    metadata: Meta = Meta()
    containers: tuple[_Container, ...] = ()
    usage: dict[str, str] = msgspec.field(default_factory=dict)


class _Phase(Lean, frozen=True, kw_only=True):
    phase: str = ""


class _Pod(Lean, frozen=True, kw_only=True):
    """Of a pod, what says whether it should have metrics."""

    metadata: Meta = Meta()
    status: _Phase = _Phase()

    @property
    def ended(self) -> bool:
        return self.status.phase in ("Succeeded", "Failed")


async def measured_use(
    cluster: Reader, kind: Kind, listing: Awaitable[list[Object]], *, namespace: str, labels: str
) -> tuple[list[Metrics], list[Object]]:
    """What is used, and the objects themselves. Raises `Refused` and `Unavailable`.

    The metrics API is a server beside the API server: where that answers and this does not, that is what is wrong.
    """
    metrics, objects = await asyncio.gather(
        cluster.list(kind, namespace, Metrics, labels=labels), listing, return_exceptions=True
    )
    if isinstance(objects, BaseException):
        raise objects
    if isinstance(metrics, NotFound | NotServed):
        raise Refused(
            text("Metrics API not available"),
            why=text("No metrics-server is installed in this cluster."),
            next=text("EKS has it as an add-on: {name}.", name=Code(SERVER)),
        )
    if isinstance(metrics, Unavailable):
        where = Code(cluster.cluster)
        raise Unavailable(
            text("Metrics API not available"),
            why=text(
                "It is registered in {cluster}, but its server does not answer; all else there does.", cluster=where
            ),
            next=text("Ask whoever runs {cluster} to look at {name}.", cluster=where, name=Code(SERVER)),
        ) from metrics
    if isinstance(metrics, BaseException):
        raise metrics
    return metrics, objects


def total_use(usages: Iterable[dict[str, str]]) -> Use:
    """The sum of what the metrics API says (`{"cpu": "40m", "memory": "64Mi"}`), without a resource that none has."""
    used: Use = {}
    for usage in usages:
        for resource in ("cpu", "memory"):
            if resource in usage:
                used[resource] = used.get(resource, Decimal(0)) + amount(usage[resource])
    return used


def use_cells(use: Use) -> tuple[str, str]:
    """Millicores and Mi."""
    return _cpu(use), _memory(use)


def _cpu(use: Use) -> str:
    return f"{milli(use.get('cpu', Decimal(0)))}m"


def milli(value: Decimal) -> int:
    """In thousandths, rounded up, as Kubernetes has it (`Quantity.MilliValue`)."""
    return int((value * 1000).to_integral_value(rounding=ROUND_CEILING))


def _memory(use: Use) -> str:
    return f"{int(use.get('memory', Decimal(0)) // MEBI)}Mi"


def share_cells(use: Use, allocatable: object) -> tuple[str, str, str, str]:
    """The same, each with its share of what a node can give (its `status.allocatable`)."""
    given = total_use([allocatable]) if isinstance(allocatable, dict) else {}

    def share(resource: str) -> str:
        most = milli(given.get(resource, Decimal(0)))
        # kubectl reckons in floating point, and cuts: 0.29 of it is 28 %.
        return f"{int(milli(use.get(resource, Decimal(0))) / most * 100)}%" if most else "<unknown>"

    return _cpu(use), share("cpu"), _memory(use), share("memory")


def near_limits(metrics: Sequence[Metrics], pods: Sequence[Object]) -> list[Text]:
    """Containers that use most of the memory that they may, the worst first."""
    limits = {
        (resolve(pod, "/metadata/namespace"), resolve(pod, "/metadata/name"), resolve(each, "/name")): resolve(
            each, "/resources/limits/memory"
        )
        for pod in pods
        for each in _containers(pod)
    }
    found = []
    for each in metrics:
        for container in each.containers:
            limit = limits.get((each.metadata.namespace, each.metadata.name, container.name))
            used = total_use([container.usage]).get("memory", Decimal(0))
            if isinstance(limit, str) and (most := amount(limit)) and 100 * used >= NEAR * most:
                found.append((int(100 * used / most), each.metadata.name, container.name))
    return [
        text(
            "{container} of {pod} uses {share} % of the memory that it may.",
            container=Code(container),
            pod=Code(pod),
            share=Bold(str(share)),
        )
        for share, pod, container in sorted(found, reverse=True)[:5]
    ]


def _containers(pod: Object) -> list[JSON]:
    found = resolve(pod, "/spec/containers")
    return found if isinstance(found, list) else []


def without_metrics(
    names: frozenset[str], pods: Sequence[Object], metrics: Sequence[Metrics], now: datetime
) -> list[Text]:
    """Who of those that were asked about has no metrics: pods that ended have none, and young ones not yet."""
    measured = {(each.metadata.namespace, each.metadata.name) for each in metrics}
    lines: list[Text] = []
    young: list[str] = []
    for pod in (msgspec.convert(each, _Pod) for each in pods):
        name = pod.metadata.name
        if (pod.metadata.namespace, name) in measured or (names and name not in names) or pod.ended:
            continue
        since = pod.metadata.creation_timestamp
        seconds = 0.0 if since is None else (now - since).total_seconds()
        if seconds <= DELAY:
            young.append(name)
            continue
        lines.append(
            text(
                "Metrics not available for pod {pod}, age: {age}",
                pod=Code(f"{pod.metadata.namespace}/{name}"),
                age=human_duration(seconds),
            )
        )
    gone = names - {str(resolve(each, "/metadata/name")) for each in pods} - {each.metadata.name for each in metrics}
    if young:
        lines.append(text("There are no metrics of {names} yet.", names=Code(_few(young))))
    if gone:
        lines.append(text("{names} not found", names=Code(_few(gone))))
    return lines if len(lines) <= NAMED else [*lines[:NAMED], text("and {count} more", count=len(lines) - NAMED)]


def _few(names: Collection[str]) -> str:
    shown = ", ".join(sorted(names)[:NAMED])
    return shown if len(names) <= NAMED else f"{shown}, …"
