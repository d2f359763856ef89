"""Text that a cluster, a container or a stranger wrote, made fit to be shown as plain text.

Nothing is trusted to be harmless: terminal escapes are dropped, other control characters are shown by their pictures
(U+2400…), and characters that reorder or hide text are shown as U+FFFD, so that what is read is what was written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

ESCAPES: Final = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC and other strings: titles, links
    r"|\x1b[ -/]*[0-~]"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
ODD: Final = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(written: str) -> str:
    """The text with everything shown that could hide; newlines stay, tabs become two spaces."""
    return ODD.sub(_picture, ESCAPES.sub("", written.replace("\r\n", "\n")))


def one_line(written: str, longest: int = 0) -> str:
    """The same in one line; cut with `…` at `longest` characters (0: not cut)."""
    line = " ".join(visible(written).split())
    return line if not longest or len(line) <= longest else line[: longest - 1] + "…"


def _picture(found: re.Match[str]) -> str:
    character = found[0]
    if character == "\t":
        return "  "
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "\u2421"
    return "" if unicodedata.category(character) == "Cc" else "\ufffd"
