"""Checkpoints: the last seal noted outside the database, so that cutting off the end of the record is noticed too."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final, final

import msgspec

from bot.audit.seals import Seal
from bot.clock import Clock
from bot.errors import Refused
from bot.store.columns import to_micros
from bot.text import Code, text

INTERVAL: Final = 60.0
"""Seconds between two checkpoints: the record of a longer time cannot be cut off unseen. 60 MB a year."""


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file. `hash`, `signature`: the seal's, in hex; `at`: microseconds since 1970."""

    seal: int
    hash: str
    signature: str
    key: str
    at: int


@final
class Checkpoints:
    """Appends to the file what is new, at most once in `INTERVAL`; without a file it does nothing."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._noted = 0
        self._next = clock.monotonic()

    async def note(self, seal: Seal | None) -> None:
        """Append a checkpoint of the newest seal. Raises `OSError` if the file takes none."""
        if self._path is None or seal is None or seal.id == self._noted or self._clock.monotonic() < self._next:
            return
        line = Checkpoint(
            seal=seal.id,
            hash=seal.hash.hex(),
            signature=seal.signature.hex(),
            key=seal.key_id,
            at=to_micros(seal.at),
        )
        await asyncio.to_thread(_append, self._path, msgspec.json.encode(line) + b"\n")
        self._noted = seal.id
        self._next = self._clock.monotonic() + INTERVAL


def read_checkpoints(path: Path) -> tuple[Checkpoint, ...]:
    """All checkpoints of a file. Raises `Refused` for a file or a line that cannot be read."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise Refused(
            text("The checkpoint file {path} cannot be read.", path=Code(str(path))),
            why=text("The system says: {reason}.", reason=error.strerror or "unknown"),
            next=text("Check the path and the rights of the file."),
        ) from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(msgspec.json.decode(line, type=Checkpoint))
        except msgspec.MsgspecError as error:
            raise Refused(
                text("Line {line} of the checkpoint file {path} was altered.", line=number, path=Code(str(path))),
                next=text("Compare it with another copy, and ask who could write to this one."),
            ) from error
    return tuple(found)


def _append(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
