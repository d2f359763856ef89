"""How far something came, over time: the samples that are kept, and the picture of them."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import Final, Literal

import msgspec

from bot.errors import Unavailable
from bot.text import text

MOST: Final = 120
"""Samples of one request: beyond that every second one is left out, so that a long roll-out keeps its shape."""
TELLING: Final = 2
"""Samples from which on a picture tells more than a sentence."""

LONGEST: Final = 15.0
"""Seconds to draw, a message's own time and less. The first picture on a machine builds the library's list of fonts."""
LARGEST: Final = 2_000_000


class Sample(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One moment: seconds since the beginning; `ready` of `total`; `old` ones still there; `weight` in per cent, -1 for
    none.
    """

    seconds: float
    ready: int = 0
    total: int = 0
    old: int = 0
    weight: int = -1


class Bar(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One pod that leaves a node, in seconds since the first was asked: when it was asked, held by a budget, began to
    go (-1: it did not), and until when it was seen. `gone` then; `stays`: it will not be asked any more.
    """

    pod: str
    until: float
    asked: float = -1
    held: float = -1
    going: float = -1
    gone: bool = False
    stays: bool = False


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn: bars where there are any, else samples. `more` pods have no bar."""

    samples: tuple[Sample, ...] = ()
    ended: Literal["", "done", "failed"] = ""
    bars: tuple[Bar, ...] = ()
    more: int = 0


def add_sample(samples: tuple[Sample, ...], sample: Sample) -> tuple[Sample, ...]:
    """The samples with one more; one that says the same as the last two moves the last along."""
    if len(samples) >= 2 and _same(samples[-1], sample) and _same(samples[-2], sample):
        return (*samples[:-1], sample)
    kept = samples if len(samples) < MOST else (*samples[:-1:2], samples[-1])
    return (*kept, sample)


def _same(one: Sample, other: Sample) -> bool:
    return msgspec.structs.replace(one, seconds=other.seconds) == other


def as_numbers(drawing: Drawing) -> bytes:
    """The same as comma-separated values, for where it cannot be drawn."""
    if drawing.bars:
        rows = [",".join([each.pod, *map(_moment, _moments(each))]) for each in drawing.bars]
        return "\n".join(["pod,asked,held,going,gone", *rows, ""]).encode()
    rows = [
        f"{each.seconds:.1f},{each.ready},{each.total},{each.old},{'' if each.weight < 0 else each.weight}"
        for each in drawing.samples
    ]
    return "\n".join(["seconds,ready,total,old,weight", *rows, ""]).encode()


def _moments(bar: Bar) -> tuple[float, float, float, float]:
    return bar.asked, bar.held, bar.going, bar.until if bar.gone else -1


def _moment(seconds: float) -> str:
    return "" if seconds < 0 else f"{seconds:.1f}"


async def draw(drawing: Drawing) -> bytes:
    """A PNG. Raises `Unavailable` where it cannot be drawn in time."""
    asked = msgspec.json.encode(drawing)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KAJITORI_", "SLACK_"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.charts.drawing"), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
    )
    try:
        async with asyncio.timeout(LONGEST):
            picture, _ = await process.communicate(asked)
    except TimeoutError:
        raise Unavailable(text("The picture could not be drawn in time.")) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not 0 < len(picture) <= LARGEST:
        raise Unavailable(text("The picture could not be drawn."))
    return picture
