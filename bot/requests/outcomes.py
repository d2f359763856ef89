"""What has come of a request so far, beside its state: kept encrypted in its row, shown on its card."""

from __future__ import annotations

import msgspec

from bot.charts.progress import Sample
from bot.operations.progress import Progress
from bot.text import Text


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """`progress` is the last that was seen of its wait; `problem` why it ended otherwise than wished, or stands still.

    `tries` counts the times that the cluster could not be asked in a row; `samples` is how far it came over time.
    """

    progress: Progress | None = None
    problem: Text | None = None
    tries: int = 0
    samples: tuple[Sample, ...] = ()


def encode_outcome(outcome: Outcome) -> bytes:
    """As it is stored."""
    return msgspec.json.encode(outcome)


def decode_outcome(stored: bytes | None) -> Outcome:
    """The inverse; nothing stored is an empty outcome."""
    return Outcome() if stored is None else msgspec.json.decode(stored, type=Outcome)
