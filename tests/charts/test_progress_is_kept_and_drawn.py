"""Samples keep the shape of what happened within a bound, and are drawn as a PNG that a phone shows."""

from __future__ import annotations

import asyncio
import math
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.drawing_counts import draw_counts
from bot.charts.progress import MOST, Drawing, Sample, add_sample, as_numbers, draw
from bot.errors import Unavailable

COUNTS = st.integers(0, 9)
SAMPLES = st.builds(Sample, seconds=st.floats(0, 1e6), ready=COUNTS, total=COUNTS, old=COUNTS)


def rolling(count: int = 12) -> tuple[Sample, ...]:
    return tuple(Sample(seconds=3.0 * n, ready=n, total=count, old=count - n, weight=n) for n in range(count + 1))


@given(st.lists(SAMPLES, min_size=1, max_size=3 * MOST))
def test_they_are_bounded_and_the_first_and_the_last_are_kept(given_samples: list[Sample]) -> None:
    kept: tuple[Sample, ...] = ()
    for each in given_samples:
        kept = add_sample(kept, each)
    assert len(kept) <= MOST + 1
    assert kept[0] == given_samples[0]
    assert kept[-1] == given_samples[-1]


def test_what_stands_still_takes_two_samples() -> None:
    kept: tuple[Sample, ...] = ()
    for second in range(1000):
        kept = add_sample(kept, Sample(seconds=float(second), ready=3, total=10))
    assert [each.seconds for each in kept] == [0.0, 999.0]


@pytest.mark.long
@pytest.mark.parametrize("samples", [rolling(), (), rolling(1)[:1]], ids=["a roll-out", "nothing", "one moment"])
async def test_the_picture_is_a_png_of_a_size_that_is_shown_whole(samples: tuple[Sample, ...]) -> None:
    picture = await draw(Drawing(samples=samples, ended="failed"))
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (1200, 510)
    assert len(picture) < 150_000


async def test_what_cannot_be_drawn_is_said_and_its_numbers_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Unavailable, match="could not be drawn"):
        await draw(Drawing(samples=rolling()))
    assert as_numbers(Drawing(samples=rolling(2))).decode().splitlines() == [
        "seconds,ready,total,old,weight",
        "0.0,0,2,2,0",
        "3.0,1,2,1,1",
        "6.0,2,2,0,2",
    ]


HELD = (
    Sample(seconds=0, ready=1, total=5, weight=20),
    Sample(seconds=8, ready=3, total=5, weight=60),
    Sample(seconds=9, ready=3, total=5),
    Sample(seconds=10),
    Sample(seconds=11, ready=4, total=5, weight=60),
    Sample(seconds=12),
)


def drawn(axes: int) -> list[float | None]:
    """The heights of a line in the picture, `None` for a gap."""
    line = draw_counts(Drawing(samples=HELD, ended="failed")).axes[axes].lines[0]
    return [None if math.isnan(each) else each for each in line.get_ydata()]


def test_what_is_not_known_is_never_drawn_as_nothing() -> None:
    assert drawn(0) == [1, 3, 3, None, 4, 4], "no count is not 0 of 5, and it ends as it was"
    assert drawn(1) == [20, 60, None, None, 60, None], "no weight is not 0 %"
    (mark,) = draw_counts(Drawing(samples=HELD)).axes[0].texts
    assert mark.get_text() == "4/5"
    assert as_numbers(Drawing(samples=HELD)).decode().splitlines()[3] == "9.0,3,5,0,"


async def test_a_reader_that_gives_up_leaves_no_process_behind() -> None:
    drawing = asyncio.create_task(draw(Drawing(samples=rolling())))
    await asyncio.sleep(0)
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing
