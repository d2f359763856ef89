"""`python -m playground.bound`: becomes `kajitori run`, and ends with the playground that started it.

Its standard input is a pipe that nobody writes to. It ends when the playground does, however that dies, so that no bot
is left behind with the data folder in its hands.
"""

from __future__ import annotations

import os
import signal
import sys
from threading import Thread

from bot.cli import run


def main() -> None:
    Thread(target=_watch, name="playground", daemon=True).start()
    sys.exit(run(["run"]))


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
