"""Processes under measurement: started, looked at from outside (CPU, memory), stopped; only those started here."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

PATIENCE: Final = 60.0
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
TICK: Final = 1 / os.sysconf("SC_CLK_TCK")


@final
@dataclass(frozen=True, kw_only=True)
class Child:
    """One process. Figures come from `/proc` (Linux)."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def cpu(self) -> float:
        """Seconds of processor time used so far, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK

    def memory(self) -> float:
        """MB resident."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE / 1e6

    async def line(self) -> str:
        """The next line that it writes. Raises `RuntimeError` with its last words if it ended, or says nothing."""
        stdout = self.process.stdout
        if stdout is None:
            raise RuntimeError("its output is not read here")
        async with asyncio.timeout(PATIENCE):
            said = await stdout.readline()
        if not said:
            raise RuntimeError(f"it ended: {self.last_words()}")
        return said.decode().strip()

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]


@asynccontextmanager
async def child(log: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Child]:
    """`python ARGUMENTS` for as long as it is entered; its errors go to `log`."""
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**_clean(), **(environment or {})},
        )
    try:
        yield Child(process=process, log=log)
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(30):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _clean() -> dict[str, str]:
    """Our environment without proxies and without settings of a bot that this machine may have."""
    mine = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() not in mine and not name.startswith(("KAJITORI_", "SLACK_", "KUBECONFIG"))
    }


async def cores(process: Child, seconds: float) -> float:
    """How many cores it keeps busy over that time."""
    before, began = process.cpu(), time.monotonic()
    await asyncio.sleep(seconds)
    return (process.cpu() - before) / (time.monotonic() - began)
