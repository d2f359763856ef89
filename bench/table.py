"""Results as one table for people and as one JSON document for machines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from bench.figures import Result, Side, Target

HEAD: Final = ("measure", "side", "n", "p50 ms", "p99 ms", "per s", "MB", "cores")


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when it was measured. `load` is the load average (1 min) before and after: above 0 others worked."""

    at: str
    commit: str
    python: str
    cpu: str
    cores: int
    system: str
    load_before: float
    load_after: float
    quick: bool


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run; `broken` are measures that did not come to an end, with why."""

    machine: Machine
    results: tuple[Result, ...]
    broken: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def missed(self) -> tuple[tuple[str, Target], ...]:
        return tuple((each.name, target) for each in self.results for target in each.targets if not target.met)


def table(report: Report) -> str:
    """The whole run as text."""
    machine = report.machine
    head = (
        f"{machine.at}  {machine.commit}  Python {machine.python}  {machine.cores} cores  {machine.cpu}  "
        f"load {machine.load_before:.1f} → {machine.load_after:.1f}" + ("  QUICK: few samples" if machine.quick else "")
    )
    rows = [row for result in report.results for row in _rows(result)]
    lines = [head, "", *_columns([HEAD, *rows]), ""]
    for result in report.results:
        lines += [_verdict(result.name, target) for target in result.targets]
    for result in report.results:
        lines += ["", f"{result.name}: {result.how}", *(f"  {note}" for note in result.notes)]
    lines += ["", *(f"BROKEN  {name}: {why}" for name, why in report.broken.items())] if report.broken else []
    return "\n".join(lines)


def document(report: Report) -> bytes:
    """The whole run as JSON, with whether each target was met."""
    found = msgspec.to_builtins(report)
    for result, shown in zip(report.results, found["results"], strict=True):
        for target, each in zip(result.targets, shown["targets"], strict=True):
            each["met"] = target.met
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def _rows(result: Result) -> list[tuple[str, ...]]:
    return [_row(result.name if number == 0 else "", each) for number, each in enumerate(result.sides)]


def _row(name: str, side: Side) -> tuple[str, ...]:
    numbers = (side.p50, side.p99, side.per_second, side.memory, side.cpu)
    return (name, side.name, str(side.count or ""), *("" if each is None else figure(each) for each in numbers))


def figure(value: float) -> str:
    """Three figures that mean something: 0.35, 12.3, 1,234."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        words = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        words += [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        lines.append("  ".join(words).rstrip())
    return lines


def _verdict(name: str, target: Target) -> str:
    word = "met   " if target.met else "MISSED"
    return f"{word}  {name}: {target.what}: {figure(target.measured)}{_unit(target)}, wanted {target.bound} " + (
        f"{figure(target.wanted)}{_unit(target)}"
    )


def _unit(target: Target) -> str:
    return target.unit if target.unit.startswith("/") else f" {target.unit}" if target.unit else ""
