"""What an API server answers with where it does what it was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer that is a success. `warnings` are the API server's own words to a person, untrusted text."""

    status: int
    body: bytes
    warnings: tuple[str, ...] = ()
    headers: CIMultiDictProxy[str] = field(default_factory=lambda: CIMultiDictProxy(CIMultiDict()))


def hang_up(answer: aiohttp.ClientResponse) -> None:
    """Cut the connection of one that was not read to its end: a TLS goodbye that nobody waits for leaves it open."""
    unread = answer.connection
    if unread is not None and unread.transport is not None:
        unread.transport.abort()
