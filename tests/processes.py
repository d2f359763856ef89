"""Processes that a test starts and waits for: they hear Ctrl-C as at a terminal, and none is waited for without end.

A job of `nohup`, or of `&` in a script, has SIGINT ignored and hands that on to what it starts; the program keeps to it
as every program does. A test run may be such a job, so what a test interrupts is started with SIGINT as it usually is.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

import pytest

PATIENCE: Final = 60.0
"""Seconds for what takes one on an idle machine."""


@contextmanager
def interruptible() -> Iterator[None]:
    """What is started inside is ended by SIGINT, whatever this process does with it: a new program forgets handlers."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


@asynccontextmanager
async def started(*command: str, patience: float = PATIENCE, **how: Any) -> AsyncIterator[Process]:
    """A process group of its own. All of it that is left after `patience` is killed, and the test fails and says so."""
    with interruptible():
        process = await asyncio.create_subprocess_exec(*command, start_new_session=True, **how)
    late = asyncio.get_running_loop().call_later(patience, _kill, process)
    try:
        yield process
    finally:
        late.cancel()
        _kill(process)
        if late.when() <= asyncio.get_running_loop().time():
            pytest.fail(f"{' '.join(command)} had not ended after {patience:.0f} seconds, so it was killed.")


def _kill(group: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group.pid, signal.SIGKILL)
