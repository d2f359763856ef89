"""The bot as a process that dies where it is told: `python -m tests.installation.process DATA POINT [NTH]`.

Settings come from the environment, as for `kajitori run`. `kill -9` is what it does to itself, so nothing is tidied up.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from bot.app import serving
from bot.running import Knobs
from bot.settings import load_settings
from playground.workspace.server import Workspace

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
LEASE = 5.0


def killer(wanted: str, nth: int) -> Knobs:
    """Knobs whose labelled point ends the process the n-th time that it is reached; empty: it never ends."""
    reached: Counter[str] = Counter()

    def point(label: str) -> None:
        reached[label] += 1
        if label == wanted and reached[label] == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    return Knobs(point=point, write_timeout=2, settle=0.3, lease_ttl=LEASE)


@asynccontextmanager
async def process(
    workspace: Workspace, data: Path, point: str = "", *, nth: int = 1, database: str = ""
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot as a process of its own, up; stopped in order afterwards if it still lives."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_API_URL": f"{workspace.address}/api/",
        "KAJITORI_DATABASE_URL": database,
        "PYTHONPATH": str(ROOT),
    }
    log = data / f"bot-{point or 'whole'}.log"
    with log.open("ab") as errors:
        bot = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.installation.process", str(data), point, str(nth)),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert bot.stdout is not None
        async with asyncio.timeout(PATIENCE):
            first = await bot.stdout.readline()
        assert first == b"up\n", log.read_text()[-4000:]
        yield bot
    finally:
        if bot.returncode is None:
            bot.terminate()
        async with asyncio.timeout(PATIENCE):
            await bot.communicate()


async def main(data: Path, point: str, nth: int) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    settings = load_settings(data=data, config=data / "config.yaml", http_port=0)
    async with serving(settings, killer(point, nth)) as running:
        stop = running.stop
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        sys.stdout.write("up\n")
        sys.stdout.flush()
        await stop.wait()
    if running.failure is not None:
        raise running.failure


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1))
