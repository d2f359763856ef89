"""`python -m bot.charts.drawing`: a `Drawing` on standard input, a PNG on standard output.

No words stand in the pictures but names, numbers and units: they are shown to readers of any language.
"""

from __future__ import annotations

import os
import sys
import tempfile
from io import BytesIO

import msgspec

from bot.charts.drawing_bars import draw_bars
from bot.charts.drawing_counts import draw_counts
from bot.charts.progress import Drawing


def drawn(drawing: Drawing) -> bytes:
    """The picture as a PNG: pod by pod where there are bars, else the counts over time."""
    figure = draw_bars(drawing) if drawing.bars else draw_counts(drawing)
    written = BytesIO()
    figure.savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()


def main() -> None:
    """Draw what is asked for. Whatever the library needs to write goes to a place of its own that is always there."""
    os.environ.setdefault("MPLCONFIGDIR", os.path.join(tempfile.gettempdir(), "kajitori-charts"))  # noqa: PTH118
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Drawing)
    sys.stdout.buffer.write(drawn(asked))


if __name__ == "__main__":
    main()
