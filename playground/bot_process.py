"""The real bot as a process of its own, as in an installation: it can be killed in the middle and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from pathlib import Path
from typing import Final, final

from bot.errors import Refused
from bot.text import Code, text
from playground.workspace.server import Workspace

START: Final = 60.0
"""Seconds until it listens. It takes two on an idle machine."""

STOP: Final = 1.5
"""Seconds to end by itself. What it had begun is taken up at the next start, as after any crash."""

LOG: Final = "bot.log"


@final
class BotProcess:
    """At most one process at a time. `on_end` is called when it ended and nobody had asked for that."""

    def __init__(self, data: Path, workspace: Workspace, on_end: Callable[[], None]) -> None:
        self._data, self._workspace, self._on_end = data, workspace, on_end
        self._process: Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._from = 0

    @property
    def up(self) -> bool:
        """Whether it runs and listens."""
        return self._process is not None and self._workspace.connections > 0

    @property
    def pid(self) -> int:
        """0 while there is none."""
        return self._process.pid if self._process is not None else 0

    async def start(self) -> None:
        """Returns when it listens. Raises `Refused` with its own words where it does not come up."""
        log = self._data / LOG
        self._from = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "playground.bound"),
                env=self._environment(),
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=out,
                start_new_session=True,
            )
        ended = asyncio.ensure_future(self._process.wait())
        up = asyncio.ensure_future(self._workspace.wait_for(lambda: self._workspace.connections, START))
        await asyncio.wait({ended, up}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        await asyncio.gather(up, return_exceptions=True)
        if ended.done() or up.cancelled() or up.exception() is not None:
            ended.cancel()
            raise await self._failed()
        self._watching = asyncio.create_task(self._watch(ended), name="bot process")

    async def stop(self) -> None:
        """Ask it to end, and see to it that it does."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """`kill -9`: nothing is tidied up."""
        await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        if process is None or process.returncode is not None:
            return
        process.send_signal(how)
        try:
            async with asyncio.timeout(STOP):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _watch(self, ended: asyncio.Future[int]) -> None:
        await ended
        self._process = None
        self._on_end()

    async def _failed(self) -> Refused:
        await self.kill()
        return Refused(
            text("The bot does not run."),
            why=text("It says: {words}", words=self.last_words()),
            next=text("All that it wrote is in {file}.", file=Code(str(self._data / LOG))),
        )

    def last_words(self) -> str:
        """What it said last of itself, in one line."""
        with (self._data / LOG).open("rb") as log:
            log.seek(self._from)
            lines = log.read().decode(errors="replace").splitlines()
        begun = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].startswith("error:")), None)
        said = lines[begun:] if begun is not None else lines[-1:]
        return " ".join(line.strip() for line in said).removeprefix("error: ") or "nothing"

    def _environment(self) -> dict[str, str]:
        foreign = ("KAJITORI_", "SLACK_", "OTEL_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return inherited | {
            "SLACK_BOT_TOKEN": self._workspace.bot_token,
            "SLACK_APP_TOKEN": self._workspace.app_token,
            "SLACK_API_URL": f"{self._workspace.address}/api/",
            "KAJITORI_DATA": str(self._data),
            "KAJITORI_CONFIG": str(self._data / "config.yaml"),
            "KAJITORI_HTTP_PORT": "0",
            "KAJITORI_LOG": os.environ.get("KAJITORI_LOG", "info"),
        }
