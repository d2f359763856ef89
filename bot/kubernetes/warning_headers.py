"""`Warning:` headers, in which the API server says what a person should know about a request that it accepted.

Their form is RFC 7234 §5.5: `299 - "text"`, the text with escaped quotes, several after commas, each perhaps
with a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from bot.kubernetes.statuses import clean

VALUE: Final = re.compile(r'\s*(\d{3}) +(\S+) +"((?:[^"\\]|\\.)*)"(?: +"[^"]*")?\s*(?:,|$)')
ESCAPED: Final = re.compile(r"\\(.)")
MOST: Final = 50


def parse_warnings(headers: Iterable[str]) -> tuple[str, ...]:
    """The texts in order, each once, as one line of at most 500 characters; what is not of that form is left out."""
    found: dict[str, None] = {}
    for header in headers:
        at = 0
        while match := VALUE.match(header, at):
            at = match.end()
            shown = clean(ESCAPED.sub(r"\1", match.group(3)))
            if match.group(1) == "299" and shown:
                found[shown] = None
            if at >= len(header):
                break
    return tuple(found)[:MOST]
