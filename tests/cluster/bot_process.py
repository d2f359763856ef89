"""The bot as a process that dies where it is told: `python -m tests.cluster.bot_process DATA POINT [NTH]`.

Settings come from the environment, as for `kajitori run`. `kill -9` is what it does to itself, so nothing is tidied up.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from bot.app import Knobs, serving
from bot.settings import load_settings


def killer(wanted: str, nth: int) -> Knobs:
    """Knobs whose labelled point ends the process the n-th time that it is reached; empty: it never ends."""
    reached: Counter[str] = Counter()

    def point(label: str) -> None:
        reached[label] += 1
        if label == wanted and reached[label] == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    return Knobs(point=point, write_timeout=2, settle=0.3, lease_ttl=5.0)


async def main(data: Path, point: str, nth: int) -> None:
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
