"""`top`: what pods and nodes use now, from the metrics API, with whose memory nears its limit said first.

Columns and order are those of kubectl v1.36 `pkg/metricsutil`: containers beside each other, in their pods' order.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from bot.errors import NotUnderstood, Refused
from bot.operations.arguments import Arguments, Flag, Words
from bot.operations.json import Object, resolve
from bot.operations.kinds import NODE, POD, Kind
from bot.operations.operation import Family, Right
from bot.operations.printers.tables import CELL, ROWS, plain_table
from bot.operations.queries import label_query
from bot.operations.reader import Reader
from bot.operations.targets import read_targets
from bot.operations.untrusted import one_line
from bot.operations.usage import (
    NODE_METRICS,
    POD_METRICS,
    Metrics,
    Use,
    measured_use,
    milli,
    near_limits,
    share_cells,
    total_use,
    use_cells,
    without_metrics,
)
from bot.operations.view import File, Table, View
from bot.text import Code, Text, text

top = Family("top", text("See what pods and nodes use now"))


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
    metrics, pods = await measured_use(
        cluster, POD_METRICS, _listed(cluster, POD, namespace, labels), namespace=namespace, labels=labels
    )
    wanted = [each for each in metrics if not names or each.metadata.name in names]
    title = text("What pods use in {namespace}", namespace=Code(namespace)) if namespace else text("What pods use")
    silent = without_metrics(names, pods, wanted, cluster.now)
    if not wanted:
        return View(title=title, lines=tuple(silent) or (text("No resources found."),))
    rows = _sorted([(each, "", total_use(of.usage for of in each.containers)) for each in wanted], arguments.sort_by)
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
            *use_cells(use),
        )
        for each, part, use in rows
    ]
    return _view(title, columns, cells, [*near_limits(wanted, pods), *silent])


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
    metrics, nodes = await measured_use(
        cluster, NODE_METRICS, cluster.list(NODE, "", Object, labels=labels), namespace="", labels=labels
    )
    allocatable = {str(resolve(each, "/metadata/name")): resolve(each, "/status/allocatable") for each in nodes}
    rows = [(each, "", total_use([each.usage])) for each in metrics if not names or each.metadata.name in names]
    cells: list[tuple[str, ...]] = [
        (each.metadata.name, *share_cells(use, allocatable.get(each.metadata.name)))
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


def _sorted(rows: list[tuple[Metrics, str, Use]], by: str) -> list[tuple[Metrics, str, Use]]:
    """By name as kubectl has it, or what uses most first; what uses the same in whole millicores is by name as well."""
    named = sorted(rows, key=lambda row: (row[0].metadata.namespace, row[0].metadata.name, row[1]))
    return sorted(named, key=lambda row: milli(row[2].get(by, Decimal(0))), reverse=True) if by else named


def _parts(pod: Metrics, by: str) -> list[tuple[Metrics, str, Use]]:
    """Its containers: the server gives them in any order."""
    return _sorted([(pod, each.name, total_use([each.usage])) for each in pod.containers], by)


def _view(title: Text, columns: tuple[str, ...], cells: Sequence[tuple[str, ...]], lines: list[Text]) -> View:
    every = Table(columns=columns, rows=tuple(tuple(one_line(cell) for cell in row) for row in cells))
    shown = tuple(tuple(one_line(cell, CELL) for cell in row) for row in every.rows[:ROWS])
    file = None
    if shown != every.rows:
        lines = [*lines, text("Here are {shown}; the file has all.", shown=len(shown))]
        file = File(name="top.txt", title=title, content=plain_table(every).encode())
    return View(title=title, lines=tuple(lines), table=Table(columns=columns, rows=shown), file=file)
