"""The printer of every kind, and a list of objects as a table: kubectl's columns, the ill ones first when it is cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from bot.operations import kinds
from bot.operations.kinds import Kind
from bot.operations.printers import around, listed, pods, surroundings, workloads
from bot.operations.untrusted import one_line
from bot.operations.view import Table

T = TypeVar("T", bound=listed.Listed)
ROWS: Final = 50
"""Rows of a table in a message. Slack takes 100, a thumb does not."""
CELL: Final = 120
"""Characters of a cell in a message; the file has all of it."""


def _always(_: Any) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Printer(Generic[T]):
    """`columns` in order, those of `-o wide` marked by a leading `+`. `well` decides what a cut table shows first."""

    model: type[T]
    columns: tuple[str, ...]
    cells: Callable[[T, datetime], tuple[str, ...]]
    well: Callable[[T], bool] = _always

    def titles(self, *, wide: bool) -> tuple[str, ...]:
        """Column titles, with or without those of `-o wide`."""
        return tuple(column.removeprefix("+") for column in self.columns if wide or not column.startswith("+"))

    def row(self, found: T, now: datetime, *, wide: bool) -> tuple[str, ...]:
        """An object's cells, one line each."""
        every = zip(self.columns, self.cells(found, now), strict=True)
        return tuple(one_line(cell) for column, cell in every if wide or not column.startswith("+"))


TEMPLATE: Final = ("+CONTAINERS", "+IMAGES", "+SELECTOR")
PRINTERS: Final[dict[Kind, Printer[Any]]] = {
    kinds.POD: Printer(
        model=listed.Pod,
        columns=("NAME", "READY", "STATUS", "RESTARTS", "AGE", "+IP", "+NODE", "+NOMINATED NODE", "+READINESS GATES"),
        cells=pods.cells,
        well=lambda pod: pods.summarize(pod).well,
    ),
    kinds.DEPLOYMENT: Printer(
        model=listed.Workload,
        columns=("NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", *TEMPLATE),
        cells=workloads.deployment_cells,
        well=workloads.replicas_well,
    ),
    kinds.REPLICASET: Printer(
        model=listed.Workload,
        columns=("NAME", "DESIRED", "CURRENT", "READY", "AGE", *TEMPLATE),
        cells=workloads.replica_set_cells,
        well=workloads.replicas_well,
    ),
    kinds.STATEFULSET: Printer(
        model=listed.Workload,
        columns=("NAME", "READY", "AGE", "+CONTAINERS", "+IMAGES"),
        cells=workloads.stateful_set_cells,
        well=workloads.replicas_well,
    ),
    kinds.DAEMONSET: Printer(
        model=listed.Workload,
        columns=(
            *("NAME", "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR", "AGE"),
            *TEMPLATE,
        ),
        cells=workloads.daemon_set_cells,
        well=workloads.daemon_set_well,
    ),
    kinds.SERVICE: Printer(
        model=around.Service,
        columns=("NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE", "+SELECTOR"),
        cells=surroundings.service_cells,
    ),
    kinds.CONFIG_MAP: Printer(
        model=around.ConfigMap, columns=("NAME", "DATA", "AGE"), cells=surroundings.config_map_cells
    ),
    kinds.NODE: Printer(
        model=around.Node,
        columns=(
            *("NAME", "STATUS", "ROLES", "AGE", "VERSION"),
            *("+INTERNAL-IP", "+EXTERNAL-IP", "+OS-IMAGE", "+KERNEL-VERSION", "+CONTAINER-RUNTIME"),
        ),
        cells=surroundings.node_cells,
        well=surroundings.node_well,
    ),
    kinds.NAMESPACE: Printer(
        model=around.Namespace,
        columns=("NAME", "STATUS", "AGE"),
        cells=surroundings.namespace_cells,
        well=surroundings.namespace_well,
    ),
    kinds.EVENT: Printer(
        model=around.Event,
        columns=(
            *("LAST SEEN", "TYPE", "REASON", "OBJECT", "+SUBOBJECT", "+SOURCE", "MESSAGE"),
            *("+FIRST SEEN", "+COUNT", "+NAME"),
        ),
        cells=surroundings.event_cells,
        well=surroundings.event_well,
    ),
    kinds.QUOTA: Printer(
        model=around.Quota, columns=("NAME", "REQUEST", "LIMIT", "AGE"), cells=surroundings.quota_cells
    ),
    kinds.VOLUME_CLAIM: Printer(
        model=around.Claim,
        columns=(
            *("NAME", "STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS", "VOLUMEATTRIBUTESCLASS", "AGE"),
            "+VOLUMEMODE",
        ),
        cells=surroundings.claim_cells,
        well=surroundings.claim_well,
    ),
    kinds.HPA: Printer(
        model=around.Autoscaler,
        columns=("NAME", "REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE"),
        cells=workloads.autoscaler_cells,
    ),
    kinds.PDB: Printer(
        model=around.Budget,
        columns=("NAME", "MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS", "AGE"),
        cells=workloads.budget_cells,
        well=workloads.budget_well,
    ),
    kinds.ENDPOINT_SLICE: Printer(
        model=around.EndpointSlice,
        columns=("NAME", "ADDRESSTYPE", "PORTS", "ENDPOINTS", "AGE"),
        cells=surroundings.endpoint_slice_cells,
    ),
    kinds.INGRESS: Printer(
        model=around.Ingress,
        columns=("NAME", "CLASS", "HOSTS", "ADDRESS", "PORTS", "AGE"),
        cells=surroundings.ingress_cells,
    ),
    kinds.JOB: Printer(
        model=around.Job,
        columns=("NAME", "STATUS", "COMPLETIONS", "DURATION", "AGE", *TEMPLATE),
        cells=workloads.job_cells,
        well=workloads.job_well,
    ),
    kinds.CRON_JOB: Printer(
        model=around.CronJob,
        columns=("NAME", "SCHEDULE", "TIMEZONE", "SUSPEND", "ACTIVE", "LAST SCHEDULE", "AGE", *TEMPLATE),
        cells=workloads.cron_job_cells,
    ),
    kinds.CONTROLLER_REVISION: Printer(
        model=around.Revision,
        columns=("NAME", "CONTROLLER", "REVISION", "AGE"),
        cells=workloads.revision_cells,
    ),
}

_DECLARED: Final[dict[Kind, Printer[Any]]] = {}
_UNKNOWN: Final = Printer(model=listed.Listed, columns=("NAME", "AGE"), cells=workloads.head_cells)


def declare_printer(kind: Kind, printer: Printer[Any]) -> None:
    """How `get` shows a kind that a family declared. Without it, its name and age, as kubectl shows what it knows no
    better.
    """
    _DECLARED[kind] = printer


def printer_of(kind: Kind) -> Printer[Any]:
    """The printer of a kind."""
    return PRINTERS.get(kind) or _DECLARED.get(kind, _UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`wide` as `-o wide`, `namespaces` as `-A`, `labels` as `--show-labels`, `prefix`: the kind before each name."""

    wide: bool = False
    namespaces: bool = False
    labels: bool = False
    prefix: bool = False


PLAIN: Final = Layout()


def print_table(kind: Kind, found: Sequence[Any], now: datetime, layout: Layout = PLAIN) -> Table:
    """All rows in the given order."""
    printer = printer_of(kind)
    titles = printer.titles(wide=layout.wide)
    before = f"{kind.singular}.{kind.group}/" if kind.group else f"{kind.singular}/"
    name = titles.index("NAME") if layout.prefix and "NAME" in titles else -1
    rows = []
    for each in found:
        row = list(printer.row(each, now, wide=layout.wide))
        if name >= 0:
            row[name] = before + row[name]
        if layout.labels:
            row.append(one_line(workloads.labels_words(each.metadata.labels)))
        rows.append((each.metadata.namespace, *row) if layout.namespaces else tuple(row))
    columns = (*titles, "LABELS") if layout.labels else titles
    return Table(columns=("NAMESPACE", *columns) if layout.namespaces else columns, rows=tuple(rows))


def cut(kind: Kind, found: Sequence[Any], table: Table, *, rows: int = ROWS) -> Table:
    """What a message shows of a table: if rows must go, those that are not well come first; cells are cut too."""
    order = list(range(len(table.rows)))
    if len(table.rows) > rows:
        well = printer_of(kind).well
        order = sorted(order, key=lambda index: well(found[index]))[:rows]
    kept = (tuple(one_line(cell, CELL) for cell in table.rows[index]) for index in order)
    return Table(columns=table.columns, rows=tuple(kept))


def plain_table(table: Table, gap: int = 3) -> str:
    """The table as kubectl prints it: padded columns, `gap` spaces between."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(table.columns))]
    return "\n".join((" " * gap).join(map(str.ljust, line, widths)).rstrip() for line in lines)
