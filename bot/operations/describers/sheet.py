"""A description being written: labels, aligned values, indented parts. Everything put in is taken as untrusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bot.operations.json import JSON, resolve
from bot.operations.printers.tables import plain_table
from bot.operations.untrusted import one_line
from bot.operations.view import Table

NONE: Final = "<none>"
LONGEST: Final = 300
"""Characters of one value."""
STEP: Final = "  "


class Sheet:
    """Lines in order; `part` gives a deeper one that writes into the same lines."""

    def __init__(self, lines: list[str] | None = None, depth: int = 0) -> None:
        self.lines: list[str] = [] if lines is None else lines
        self.depth = depth

    def put(self, label: str, value: object) -> None:
        """`Label:  value`; nothing for a value that is absent."""
        if value is None or value == "":
            return
        self.write(f"{one_line(label)}: {one_line(str(value), LONGEST)}")

    def part(self, label: str) -> Sheet:
        """A label of its own line; what is put into the sheet that is returned stands below it, deeper."""
        self.write(f"{one_line(label, LONGEST)}:")
        return Sheet(self.lines, self.depth + 1)

    def mapping(self, label: str, values: Mapping[str, Any] | None) -> None:
        """One `key=value` a line, sorted, as kubectl writes labels."""
        if not values:
            return
        if len(values) == 1:
            ((key, value),) = values.items()
            self.put(label, f"{key}={value}")
            return
        inner = self.part(label)
        for key, value in sorted(values.items()):
            inner.write(one_line(f"{key}={value}", LONGEST))

    def table(self, label: str, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
        """Rows under a label; `<none>` for none."""
        if not rows:
            self.put(label, NONE)
            return
        inner = self.part(label)
        cells = tuple(tuple(one_line(str(cell), LONGEST) for cell in row) for row in rows)
        for line in plain_table(Table(columns=columns, rows=cells), gap=2).splitlines():
            inner.write(line)

    def items(self, label: str, values: Iterable[object]) -> None:
        """Values in one line, separated by commas; nothing for none."""
        self.put(label, ", ".join(str(value) for value in values))

    def write(self, line: str) -> None:
        """One line as it is; the caller has made it plain."""
        self.lines.append(STEP * self.depth + line)


def at(value: JSON, pointer: str) -> Any:
    """What a pointer points at, whatever its type."""
    return resolve(value, pointer)


def listed(value: JSON, pointer: str) -> list[Any]:
    """The list at a pointer; empty where there is none."""
    found = resolve(value, pointer)
    return found if isinstance(found, list) else []


def mapped(value: JSON, pointer: str) -> dict[str, Any]:
    """The mapping at a pointer; empty where there is none."""
    found = resolve(value, pointer)
    return found if isinstance(found, dict) else {}
