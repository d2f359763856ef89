"""How many are ready and how many old over time, as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.charts.progress import Drawing, Sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NEW, OLD, WEIGHT, FAILED, INK = "#2e7d32", "#9aa0a6", "#3f51b5", "#c62828", "#3c4043"
UNKNOWN: Final = float("nan")
SIZE: Final = (8.0, 3.4)
"""Inches, at 150 dots each: a phone shows it whole, and its numbers can be read."""


def draw_counts(drawing: Drawing) -> Figure:
    """What is ready and what is old in steps, the weight on a scale of its own. What is not known leaves a gap."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    samples = drawing.samples or (Sample(seconds=0),)
    figure = Figure(figsize=SIZE, dpi=150, layout="constrained")
    axes = figure.add_subplot()
    unit, length = (60.0, "min") if samples[-1].seconds > 180 else (1.0, "s")
    times = [each.seconds / unit for each in samples]
    most = max(each.total for each in samples)

    def counts(sample: Sample) -> bool:
        return sample.total > 0 or most == 0

    last = [each for each in samples if counts(each)][-1]
    counted = [*samples[:-1], last]  # the last one spans no time: where it does not tell, it ends as it was
    ready = [each.ready if counts(each) else UNKNOWN for each in counted]
    axes.step(times, ready, where="post", color=NEW, linewidth=2.5)
    axes.fill_between(times, ready, step="post", color=NEW, alpha=0.15)
    old = [each.old if counts(each) else UNKNOWN for each in counted]
    if any(each.old for each in counted):
        axes.step(times, old, where="post", color=OLD, linewidth=2, linestyle="--")
    axes.axhline(most, color=INK, linewidth=0.8, linestyle=":")
    axes.set_ylim(0, max(1, most, *(max(each.ready, each.old) for each in samples)) * 1.15)
    axes.set_xlim(0, max(times[-1], 1 / unit))
    axes.set_xlabel(length, color=INK)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    _mark_the_end(axes, drawing, times[-1], last.ready, most)
    if any(each.weight >= 0 for each in samples):
        beside = axes.twinx()
        for each in beside.spines.values():
            each.set_visible(False)
        weights = [each.weight if each.weight >= 0 else UNKNOWN for each in samples]
        beside.step(times, weights, where="post", color=WEIGHT, linewidth=2)
        beside.set_ylim(0, 105)
        beside.set_ylabel("%", color=WEIGHT)
        beside.tick_params(colors=WEIGHT)
    axes.tick_params(colors=INK, labelsize=11)
    for name in ("top", "right"):
        axes.spines[name].set_visible(False)
    return figure


def _mark_the_end(axes: Axes, drawing: Drawing, at: float, ready: int, most: int) -> None:
    colour = {"failed": FAILED, "done": NEW}.get(drawing.ended, INK)
    if drawing.ended == "failed":
        axes.axvline(at, color=FAILED, linewidth=2)
    axes.plot([at], [ready], marker="o", color=colour, markersize=7, clip_on=False)
    axes.annotate(
        f"{ready}/{most}",
        (at, ready),
        xytext=(-10, -22 if ready > most / 2 else 10),
        textcoords="offset points",
        ha="right",
        color=colour,
        fontsize=13,
        fontweight="bold",
    )
