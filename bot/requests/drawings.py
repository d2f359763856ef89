"""What the picture of a request shows: counts over time, or where pods leave a node each of them, and its caption."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from bot.charts.progress import TELLING, Bar, Drawing
from bot.operations.tracks import Track
from bot.requests.outcomes import Outcome
from bot.requests.shown import Shown
from bot.requests.states import ENDED, State
from bot.text import Text, text

MOST: Final = 24
"""Pods with a bar of their own: more rows are not read on a phone. Those that took longest are drawn."""
COUNTS: Final = text("Green: new and ready. Grey: old. Blue: traffic.")
PODS: Final = text("A line a pod. Blue: asked. Yellow: held by a budget. Grey: terminating. Dot: gone. Cross: stays.")


def drawable(found: Shown | Outcome) -> bool:
    """Whether a picture tells more than a sentence."""
    return len(found.samples) >= TELLING or bool(_begun(found))


def drawing_of(shown: Shown, now: datetime) -> tuple[Drawing, Text] | None:
    """The picture and its caption; `None` where there is too little to see. `now` is aware, UTC."""
    if not drawable(shown):
        return None
    ended: Literal["", "done", "failed"] = ""
    if shown.state in ENDED:
        ended = "done" if shown.state is State.SUCCEEDED else "failed"
    tracks = _begun(shown)
    if not tracks:
        return Drawing(samples=shown.samples, ended=ended), COUNTS
    bars = _bars(tracks, shown.ended_at or now)
    more = len(bars) - MOST
    if more <= 0:
        return Drawing(bars=bars, ended=ended), PODS
    longest = sorted(bars, key=lambda each: (each.gone, _begins(each) - each.until))[:MOST]
    kept = tuple(each for each in bars if each in longest)
    caption = text("{legend} The longest {shown} of {total} are drawn.", legend=PODS, shown=MOST, total=len(bars))
    return Drawing(bars=kept, ended=ended, more=more), caption


def _begun(found: Shown | Outcome) -> tuple[Track, ...]:
    tracks = () if found.progress is None else found.progress.tracks
    return tuple(each for each in tracks if _first(each) is not None)


def _first(track: Track) -> datetime | None:
    moments = [each for each in (track.asked, track.held, track.going) if each is not None]
    return min(moments, default=None)


def _bars(tracks: Sequence[Track], end: datetime) -> tuple[Bar, ...]:
    zero = min(first for each in tracks if (first := _first(each)) is not None)

    def seconds(moment: datetime | None) -> float:
        return -1 if moment is None else max(0.0, (moment - zero).total_seconds())

    bars = [
        Bar(
            pod=each.pod,
            until=seconds(each.gone or end),
            asked=seconds(each.asked),
            held=seconds(each.held),
            going=seconds(each.going),
            gone=each.gone is not None,
            stays=each.stays,
        )
        for each in tracks
    ]
    return tuple(sorted(bars, key=lambda each: (_begins(each), each.pod)))


def _begins(bar: Bar) -> float:
    return min(each for each in (bar.asked, bar.held, bar.going) if each >= 0)
