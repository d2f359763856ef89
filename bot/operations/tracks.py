"""The way of one pod out of a node, moment by moment: what is kept of it, and what is drawn of it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Track(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """When (aware, UTC) an eviction was first asked for, a budget first held it, it began to go, it was gone; `None`:
    not so far. `pod` is `namespace/name`. `stays`: it is not asked for any more.
    """

    pod: str
    asked: datetime | None = None
    held: datetime | None = None
    going: datetime | None = None
    gone: datetime | None = None
    stays: bool = False
