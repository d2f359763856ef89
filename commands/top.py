"""`top`: what pods and nodes use now, from the metrics API, with whose memory nears its limit said first.

Columns, order and rounding are those of kubectl v1.36 `pkg/metricsutil`: millicores rounded up, memory in Mi rounded
down, per cent of what a node can give rounded down; containers beside each other, in the order of their pods.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Iterable, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Final, Literal

import msgspec

from bot.errors import NotFound, NotServed, NotUnderstood, Refused, Unavailable
from bot.operations.ages import human_duration
from bot.operations.arguments import Arguments, Flag, Words
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import NODE, POD, Kind
from bot.operations.models import Lean, Meta
from bot.operations.operation import Family, Right
from bot.operations.printers.tables import CELL, ROWS, plain_table
from bot.operations.quantities import amount
from bot.operations.queries import label_query
from bot.operations.reader import Reader
from bot.operations.targets import read_targets
from bot.operations.untrusted import one_line
from bot.operations.view import File, Table, View
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

top = Family("top", text("See what pods and nodes use now"))
Use = dict[str, Decimal]


class TopArguments(Arguments):
    """As `kubectl top` takes them."""

    names: Annotated[tuple[str, ...], Words("NAME", text("only this one"))] = ()
    selector: Annotated[str, Flag("--selector", "-l", "SELECTOR", text("only with these labels"))] = ""
    sort_by: Annotated[
        Literal["", "cpu", "memory"], Flag("--sort-by", "", "cpu|memory", text("the one that uses most comes first"))
    ] = ""


class TopPodsArguments(TopArguments):
    """Of pods."""

    containers: Annotated[bool, Flag("--containers", "", "", text("each container by itself"))] = False
    all_namespaces: Annotated[bool, Flag("--all-namespaces", "-A", "", text("in all namespaces"))] = False


class _Container(Lean, frozen=True, kw_only=True):
    name: str = ""
    usage: dict[str, str] = msgspec.field(default_factory=dict)


class _Metrics(Lean, frozen=True, kw_only=True):
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


@top.read(
    "pods",
    short=("top pod", "top po"),
    rights=(Right("list", POD_METRICS), Right("list", POD)),
    example="top pods --sort-by=memory",
)
async def top_pods(cluster: Reader, arguments: TopPodsArguments) -> View:
    """Show what pods use of processor and memory now (kubectl top pods).

    A container whose memory is near its limit is named first: the kernel kills it there.
    """
    names = _names(arguments, POD)
    namespace = "" if arguments.all_namespaces else arguments.namespace
    labels = label_query(arguments.selector)
    metrics, pods = await _measured(
        cluster, POD_METRICS, _listed(cluster, POD, namespace, labels), namespace=namespace, labels=labels
    )
    wanted = [each for each in metrics if not names or each.metadata.name in names]
    title = text("What pods use in {namespace}", namespace=Code(namespace)) if namespace else text("What pods use")
    silent = _silent(names, pods, wanted, cluster.now)
    if not wanted:
        return View(title=title, lines=tuple(silent) or (text("No resources found."),))
    rows = _sorted([(each, "", _use(of.usage for of in each.containers)) for each in wanted], arguments.sort_by)
    if arguments.containers:
        rows = [part for each, _, _ in rows for part in _parts(each, arguments.sort_by)]
    columns = (
        *(("NAMESPACE",) if not namespace else ()),
        *(("POD", "NAME") if arguments.containers else ("NAME",)),
        *("CPU(cores)", "MEMORY(bytes)"),
    )
    cells = [
        (
            *((each.metadata.namespace,) if not namespace else ()),
            each.metadata.name,
            *((part,) if arguments.containers else ()),
            *_cells(use),
        )
        for each, part, use in rows
    ]
    return _view(title, columns, cells, [*_near(wanted, pods), *silent])


@top.read(
    "nodes",
    short=("top node", "top no"),
    rights=(Right("list", NODE_METRICS), Right("list", NODE)),
    example="top nodes",
)
async def top_nodes(cluster: Reader, arguments: TopArguments) -> View:
    """Show what nodes use of what they can give (kubectl top nodes)."""
    names = _names(arguments, NODE)
    labels = label_query(arguments.selector)
    metrics, nodes = await _measured(
        cluster, NODE_METRICS, cluster.list(NODE, "", Object, labels=labels), namespace="", labels=labels
    )
    allocatable = {str(resolve(each, "/metadata/name")): resolve(each, "/status/allocatable") for each in nodes}
    rows = [(each, "", _use([each.usage])) for each in metrics if not names or each.metadata.name in names]
    cells: list[tuple[str, ...]] = [
        (each.metadata.name, *_with_share(use, allocatable.get(each.metadata.name)))
        for each, _, use in _sorted(rows, arguments.sort_by)
    ]
    silent = sorted(allocatable.keys() - {each.metadata.name for each in metrics})
    cells += [(name, *["<unknown>"] * 4) for name in silent if not names or name in names]
    title = text("What nodes use")
    if not cells:
        gone = ", ".join(sorted(names))
        return View(
            title=title,
            lines=(text("{names} not found", names=Code(gone)) if names else text("No resources found."),),
        )
    if not metrics:
        return View(title=title, lines=(text("metrics not available yet"),))
    columns = ("NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)")
    return _view(title, columns, cells, [])


async def _measured(
    cluster: Reader, kind: Kind, listing: Awaitable[list[Object]], *, namespace: str, labels: str
) -> tuple[list[_Metrics], list[Object]]:
    """What is used, and the objects themselves. Raises `Refused` and `Unavailable`.

    The metrics API is a server beside the API server: where that answers and this does not, that is what is wrong.
    """
    metrics, objects = await asyncio.gather(
        cluster.list(kind, namespace, _Metrics, labels=labels), listing, return_exceptions=True
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


async def _listed(cluster: Reader, kind: Kind, namespace: str, labels: str) -> list[Object]:
    """The objects themselves, for their limits; none where the person may not list them."""
    try:
        return await cluster.list(kind, namespace, Object, labels=labels)
    except Refused:
        return []


def _names(arguments: TopArguments, kind: Kind) -> frozenset[str]:
    if arguments.names and arguments.selector:
        raise NotUnderstood(
            text("name cannot be provided when a selector is specified"), next=text("Leave out one of the two.")
        )
    words = tuple(word if "/" in word else f"{kind.plural}/{word}" for word in arguments.names)
    return frozenset(each.name for each in read_targets(words, (kind,))) if words else frozenset()


def _use(usages: Iterable[dict[str, str]]) -> Use:
    used: Use = {}
    for usage in usages:
        for resource in ("cpu", "memory"):
            if resource in usage:
                used[resource] = used.get(resource, Decimal(0)) + amount(usage[resource])
    return used


def _sorted(rows: list[tuple[_Metrics, str, Use]], by: str) -> list[tuple[_Metrics, str, Use]]:
    """By name as kubectl has it, or what uses most first."""
    named = sorted(rows, key=lambda row: (row[0].metadata.namespace, row[0].metadata.name, row[1]))
    return sorted(named, key=lambda row: row[2].get(by, Decimal(0)), reverse=True) if by else named


def _parts(pod: _Metrics, by: str) -> list[tuple[_Metrics, str, Use]]:
    """Its containers: the server gives them in any order."""
    return _sorted([(pod, each.name, _use([each.usage])) for each in pod.containers], by)


def _cells(use: Use) -> tuple[str, str]:
    return _cpu(use), _memory(use)


def _cpu(use: Use) -> str:
    return f"{_milli(use.get('cpu', Decimal(0)))}m"


def _milli(value: Decimal) -> int:
    return int((value * 1000).to_integral_value(rounding=ROUND_CEILING))


def _memory(use: Use) -> str:
    return f"{int(use.get('memory', Decimal(0)) // MEBI)}Mi"


def _with_share(use: Use, allocatable: object) -> tuple[str, str, str, str]:
    given = _use([allocatable]) if isinstance(allocatable, dict) else {}

    def share(resource: str) -> str:
        most = _milli(given.get(resource, Decimal(0)))
        # kubectl reckons in floating point, and cuts: 0.29 of it is 28 %.
        return f"{int(_milli(use.get(resource, Decimal(0))) / most * 100)}%" if most else "<unknown>"

    return _cpu(use), share("cpu"), _memory(use), share("memory")


def _near(metrics: Sequence[_Metrics], pods: Sequence[Object]) -> list[Text]:
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
            used = _use([container.usage]).get("memory", Decimal(0))
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


def _silent(names: frozenset[str], pods: Sequence[Object], metrics: Sequence[_Metrics], now: datetime) -> list[Text]:
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


def _view(title: Text, columns: tuple[str, ...], cells: Sequence[tuple[str, ...]], lines: list[Text]) -> View:
    every = Table(columns=columns, rows=tuple(tuple(one_line(cell) for cell in row) for row in cells))
    shown = tuple(tuple(one_line(cell, CELL) for cell in row) for row in every.rows[:ROWS])
    file = None
    if shown != every.rows:
        lines = [*lines, text("Here are {shown}; the file has all.", shown=len(shown))]
        file = File(name="top.txt", title=title, content=plain_table(every).encode())
    return View(title=title, lines=tuple(lines), table=Table(columns=columns, rows=shown), file=file)
