"""Names short enough to stand beside a picture, cut where one sees that something is missing, and never two alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LONGEST: Final = 24
"""Characters of a name beside a picture of which a phone shows 390 points."""


def shortened(names: Sequence[str]) -> list[str]:
    """Names of pods (`namespace/name`), in their order. A namespace that all share is left away; of a long name the
    middle is, for its beginning says whose it is and its end which one. Those that would look alike stay whole.
    """
    spaces = {each.partition("/")[0] for each in names}
    plain = [each.partition("/")[2] for each in names] if len(spaces) == 1 else list(names)
    cut = [_cut(each) for each in plain]
    return [short if cut.count(short) == 1 else whole for whole, short in zip(plain, cut, strict=True)]


def _cut(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    end = LONGEST // 2
    return f"{name[: LONGEST - end - 1]}…{name[-end:]}"
