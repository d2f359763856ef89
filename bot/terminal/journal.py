"""The journal of changes made from this terminal: one line an event, on the disk before anything is sent.

It is nobody's proof (whoever sits here can edit it); it tells the one who sits here what was sent, also after a crash.
Bodies are not in it: they may hold secrets, and the digest says which plan it was.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import final

import msgspec

from bot.clock import Clock
from bot.errors import Unavailable
from bot.operations.json import JSON
from bot.operations.plan import Call
from bot.text import Code, text

FILE = "local-changes.jsonl"


@final
class Journal:
    """Appends to one file, which is made for its owner's eyes only. Each line is on the disk when `write` returns."""

    def __init__(self, folder: Path, *, run: str, clock: Clock) -> None:
        self.path = folder / FILE
        self._run, self._clock = run, clock

    def write(self, event: str, **pairs: JSON) -> None:
        """Raises `Unavailable` if it cannot be written: then nothing may be sent."""
        at = self._clock.now().isoformat(timespec="milliseconds")
        line: Mapping[str, JSON] = {"at": at, "run": self._run, "event": event, **pairs}
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self.path, flags, 0o600)
            try:
                os.write(descriptor, msgspec.json.encode(line) + b"\n")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise Unavailable(
                text("The journal {path} cannot be written, so nothing is sent.", path=Code(str(self.path))),
                why=text("The system says: {reason}.", reason=error.strerror or "unknown"),
                next=text("Give {variable} a folder of your own.", variable=Code("KAJITORI_DATA")),
            ) from error


@final
class JournalLedger:
    """`bot.execution.calls.Ledger` on the journal: the intent is on the disk before the call leaves."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def intend(self, call: Call, *, audit_id: str, version: str, deadline: float) -> None:
        self._journal.write(
            "intent",
            step=call.id,
            method=call.method,
            path=call.path,
            version=version,
            auditId=audit_id,
            seconds=deadline,
        )

    def guard(self) -> None:
        """There is no lease: one person at one terminal."""
