"""Pod by pod, from asked to gone, as a figure: a line each, the time in which a budget held it in another shade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.charts.labels import shortened
from bot.charts.progress import Bar, Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ASKED, HELD, GOING, GONE, STAYS, INK = "#3f51b5", "#f9a825", "#9aa0a6", "#2e7d32", "#c62828", "#3c4043"
WIDTH: Final = 8.0
"""Inches, at 150 dots each: a phone shows it whole."""
ROW, FRAME, LEAST = 0.3, 0.9, 2.2
"""Inches of a row, of what stands around the rows, and of the whole picture at least."""


def draw_bars(drawing: Drawing) -> Figure:
    """The first on top. A dot is a pod that is gone, a cross one that stays; an open end is still on its way."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    bars, more = drawing.bars, drawing.more
    rows = len(bars) + bool(more)
    figure = Figure(figsize=(WIDTH, max(LEAST, FRAME + ROW * rows)), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    end = max(each.until for each in bars)
    unit, length = (60.0, "min") if end > 180 else (1.0, "s")
    for row, each in enumerate(bars):
        _draw_bar(axes, row, each, unit)
    labels = [*shortened([each.pod for each in bars]), *([f"+{more}"] if more else [])]
    axes.set_yticks(range(rows), labels)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlim(0, max(end / unit, 1 / unit) * 1.03)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=(1, 2, 5, 10)))
    axes.set_xlabel(length, color=INK)
    axes.grid(axis="x", color=INK, alpha=0.15, linewidth=0.6)
    axes.tick_params(colors=INK, labelsize=11)
    axes.tick_params(axis="y", length=0)
    for name in ("top", "right", "left"):
        axes.spines[name].set_visible(False)
    return figure


def _draw_bar(axes: Axes, row: int, bar: Bar, unit: float) -> None:
    begins = [(bar.asked, ASKED, ""), (bar.held, HELD, "////"), (bar.going, GOING, "")]
    known = [each for each in begins if each[0] >= 0]
    for number, (since, colour, hatch) in enumerate(known):
        until = known[number + 1][0] if number + 1 < len(known) else bar.until
        axes.barh(
            row, (until - since) / unit, left=since / unit, height=0.55, color=colour, hatch=hatch, edgecolor="white"
        )
    if bar.gone:
        axes.plot([bar.until / unit], [row], marker="o", color=GONE, markersize=7, clip_on=False)
    elif bar.stays:
        axes.plot([bar.until / unit], [row], marker="X", color=STAYS, markersize=9, clip_on=False)
