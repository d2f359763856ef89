"""Rows and output as Slack shows them: a table block where it fits, fixed-width text where it does not."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from bot.operations.untrusted import visible
from bot.operations.view import Table, View
from bot.slack.cards.limits import PREFORMATTED, TABLE_COLUMNS, TABLE_ROWS, Block
from bot.slack.cards.quiet import one_line
from bot.slack.cards.rich import preformatted, rich_text

CELL: Final = 300
TABLE_CHARACTERS: Final = 9_000
"""Slack takes 10,000 characters in all cells of a message; the rest is left for its own marks."""

EMPTY: Final = "–"


def table_blocks(table: Table) -> list[Block]:
    """The table as one block."""
    if not table.columns:
        return []
    rows = [_cells(row, len(table.columns)) for row in table.rows]
    if fits(table):
        shown = [_row([one_line(name, CELL) or EMPTY for name in table.columns]), *(_row(row) for row in rows)]
        return [{"type": "table", "rows": shown}]
    return output_blocks(fixed_width(table))


def fits(table: Table) -> bool:
    """Whether Slack takes it as a table."""
    characters = sum(len(cell) for row in (table.columns, *table.rows) for cell in row)
    return len(table.rows) < TABLE_ROWS and len(table.columns) <= TABLE_COLUMNS and characters <= TABLE_CHARACTERS


def output_blocks(output: str) -> list[Block]:
    """Untrusted output, fixed-width: its end where it is too long, because in a log the last lines count."""
    return [rich_text(preformatted(tail(visible(output))))] if output.strip() else []


def tail(output: str, limit: int = PREFORMATTED) -> str:
    """The last whole lines that fit; one longer line is cut."""
    if len(output) <= limit:
        return output
    kept = output[-(limit - 2) :]
    rest = kept.partition("\n")[2]
    return "…\n" + (rest or kept)


def is_cut(view: View) -> bool:
    """Whether not everything of a view fits into its message."""
    long_output = len(view.output) > PREFORMATTED
    return long_output or (view.table is not None and not fits(view.table))


def fixed_width(table: Table) -> str:
    """Columns under each other, as kubectl prints them."""
    rows = [[one_line(name, CELL) for name in table.columns], *(_cells(row, len(table.columns)) for row in table.rows)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(table.columns))]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _cells(row: Sequence[str], columns: int) -> list[str]:
    """A row of exactly as many cells, none empty: Slack refuses both."""
    cells = [one_line(cell, CELL) or EMPTY for cell in row[:columns]]
    return cells + [EMPTY] * (columns - len(cells))


def _row(cells: Sequence[str]) -> list[dict[str, Any]]:
    return [{"type": "raw_text", "text": cell} for cell in cells]


def _width(value: str) -> int:
    """Columns on a screen: East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in ("W", "F") else 1 for each in value)
