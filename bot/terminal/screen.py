"""What the terminal shows, in the language and time zone of whoever sits there, and cleanly through a pipe.

Standard output carries the answer, standard error everything about it. Without a terminal there are no colours, no
control characters and no wrapping, so that `| grep` and `| jq` see what was meant.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final, final

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text as RichText

from bot.clock import SystemClock
from bot.locales.catalogue import language
from bot.locales.rendering import plain
from bot.operations.untrusted import one_line, visible
from bot.text import Text

LANGUAGE_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
UNWRAPPED: Final = 10_000
"""Columns of a pipe: a line is as long as it is."""

Rows = tuple[tuple[str, ...], ...]


def language_of(environment: Mapping[str, str]) -> str:
    """`en` or `ja`, by the first of POSIX' variables that is set (POSIX.1-2017, 8.2)."""
    chosen = next((environment[name] for name in LANGUAGE_VARIABLES if environment.get(name)), "")
    return language(chosen)


@final
class Screen:
    """Both streams. `interactive`: someone sits there who sees the answer and can type."""

    def __init__(self, *, locale: str, zone: tzinfo | None = None) -> None:
        self.locale = locale
        self.zone = zone or SystemClock().now().astimezone().tzinfo
        self._out = _console(sys.stdout)
        self._err = _console(sys.stderr)

    @property
    def interactive(self) -> bool:
        return sys.stdin.isatty() and self._out.is_terminal and self._err.is_terminal

    @property
    def live(self) -> bool:
        """Whether a line can be written over."""
        return self._out.is_terminal

    def sentence(self, text: Text) -> str:
        """A sentence in the reader's language; values that came from outside are made visible, in one line."""
        return one_line(plain(text, self.locale, self.zone))

    def say(self, text: Text, *, style: str = "", indent: int = 0) -> None:
        """A sentence of the answer."""
        self.line(" " * indent + self.sentence(text), style=style)

    def line(self, shown: str, *, style: str = "") -> None:
        """A line of the answer, as it is."""
        self._out.print(RichText(shown, style=style), soft_wrap=True, highlight=False)

    def aside(self, text: Text, *, style: str = "", indent: int = 0) -> None:
        """A sentence about the answer, to standard error."""
        self.aside_line(" " * indent + self.sentence(text), style=style)

    def aside_line(self, shown: str, *, style: str = "") -> None:
        self._err.print(RichText(shown, style=style), soft_wrap=True, highlight=False)

    def foreign(self, written: str) -> None:
        """Text that a cluster wrote: made visible on a terminal, which it could otherwise command; as is in a pipe."""
        shown = visible(written) if self._out.is_terminal else written
        self._out.file.write(shown if shown.endswith("\n") or not shown else shown + "\n")
        self._out.file.flush()

    def over(self, shown: str) -> None:
        """Write a line over the last one (only where `live`)."""
        room = max(20, self._out.width - 1)
        self._out.file.write(f"\r\x1b[2K{set_cell_size(shown, min(cell_len(shown), room))}")
        self._out.file.flush()

    def end_over(self) -> None:
        """Leave the line that was written over where it stands."""
        self._out.file.write("\n")
        self._out.file.flush()

    def table(self, columns: tuple[str, ...], rows: Rows) -> None:
        """Cells are untrusted: each is one visible line."""
        cells = tuple(tuple(one_line(cell) for cell in row) for row in rows)
        if not self._out.is_terminal:
            for line in aligned((columns, *cells)):
                self.line(line)
            return
        table = RichTable(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
        for column in columns:
            table.add_column(RichText(column), overflow="fold")
        for row in cells:
            table.add_row(*(RichText(cell) for cell in row))
        self._out.print(table)

    def json(self, value: Any) -> None:
        """One JSON document, for machines: two spaces, keys in the order given, all of Unicode as it is."""
        self._out.file.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
        self._out.file.flush()


def aligned(rows: Rows) -> list[str]:
    """Rows as lines whose columns stand under each other, three spaces apart as kubectl; wide letters count two."""
    widths = [
        max((cell_len(row[index]) for row in rows if index < len(row)), default=0) for index in range(len(rows[0]))
    ]
    return [
        "   ".join(
            cell + " " * (widths[index] - cell_len(cell)) if index < len(row) - 1 else cell
            for index, cell in enumerate(row)
        )
        for row in rows
    ]


def bar(ready: int, total: int, width: int = 10) -> str:
    """`▓▓▓▓▓▓▓░░░ 7/10`; empty without a total."""
    if total <= 0:
        return ""
    full = min(width, width * ready // total)
    return "▓" * full + "░" * (width - full) + f" {ready}/{total}"


def _console(stream: Any) -> Console:
    terminal = stream.isatty()
    return Console(
        file=stream,
        force_terminal=terminal,
        no_color=None if terminal else True,
        width=None if terminal else UNWRAPPED,
        markup=False,
        highlight=False,
        emoji=False,
    )
