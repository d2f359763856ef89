"""Deliveries on their way into the store, with everyone in this process who waits for the same one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final, final

from bot.errors import KajitoriError
from bot.store.errors import not_storable, too_large

MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes of one delivery. Slack's are below 1 MiB; an alert storm's page is cut by its sender."""


class Stage(Enum):
    """How far an arrival is. Whether a row exists while it is `WRITING` is known only after the commit."""

    QUEUED = "queued"
    WRITING = "writing"
    STORED = "stored"


@final
@dataclass(kw_only=True, eq=False)
class Arrival:
    """One delivery. `open` counts the callers who have neither taken their answer nor given up."""

    key: str
    kind: str
    lane: str
    body: bytes
    received_at: datetime
    stage: Stage = Stage.QUEUED
    open: int = 0
    answers: list[asyncio.Future[bool]] = field(default_factory=list)

    def join(self) -> asyncio.Future[bool]:
        """Wait for the answer; once the row is stored, later callers know it already."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.open += 1
        self.answers.append(answer)
        if self.stage is Stage.STORED:
            answer.set_result(False)
        return answer

    def answer(self, new: bool) -> None:
        """True to one caller at most, so that a delivery which two connections brought counts once."""
        for answer in self.answers:
            if not answer.done():
                answer.set_result(new)
                new = False

    def fail(self, error: KajitoriError) -> None:
        """The same error to everyone who waits."""
        for answer in self.answers:
            if not answer.done():
                answer.set_exception(error)


def check_storable(key: str, kind: str, body: bytes) -> None:
    """Refuse what one of the databases cannot hold, so that both refuse the same. Raises `NotStorable`."""
    if len(body) > MAX_BODY:
        raise too_large()
    for name in (key, kind):
        if "\x00" in name or not _encodable(name):
            raise not_storable()


def _encodable(name: str) -> bool:
    """JSON can carry half of a surrogate pair, UTF-8 cannot."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
