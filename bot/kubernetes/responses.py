"""What an API server answers with where it does what it was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from multidict import CIMultiDict, CIMultiDictProxy


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer that is a success. `warnings` are the API server's own words to a person, untrusted text."""

    status: int
    body: bytes
    warnings: tuple[str, ...] = ()
    headers: CIMultiDictProxy[str] = field(default_factory=lambda: CIMultiDictProxy(CIMultiDict()))
