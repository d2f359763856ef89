"""How far something came, over time: the samples that are kept, and the picture of them."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
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


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn."""

    samples: tuple[Sample, ...]
    ended: Literal["", "done", "failed"] = ""


def add_sample(samples: tuple[Sample, ...], sample: Sample) -> tuple[Sample, ...]:
    """The samples with one more; one that says the same as the last two moves the last along."""
    if len(samples) >= 2 and _same(samples[-1], sample) and _same(samples[-2], sample):
        return (*samples[:-1], sample)
    kept = samples if len(samples) < MOST else (*samples[:-1:2], samples[-1])
    return (*kept, sample)


def _same(one: Sample, other: Sample) -> bool:
    return msgspec.structs.replace(one, seconds=other.seconds) == other


def as_numbers(samples: Sequence[Sample]) -> bytes:
    """The same as comma-separated values, for where it cannot be drawn."""
    rows = [f"{each.seconds:.1f},{each.ready},{each.total},{each.old},{max(0, each.weight)}" for each in samples]
    return "\n".join(["seconds,ready,total,old,weight", *rows, ""]).encode()


async def draw(samples: Sequence[Sample], ended: Literal["", "done", "failed"] = "") -> bytes:
    """A PNG. Raises `Unavailable` where it cannot be drawn in time."""
    asked = msgspec.json.encode(Drawing(samples=tuple(samples), ended=ended))
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
