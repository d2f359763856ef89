"""Child processes with a log file each, which end with the test run however that ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import final

BOUND = Path(__file__).parent / "bound.py"
LOOPBACK = "127.0.0.1"


@final
class StartFailed(Exception):
    """A process of the control plane ended or did not become ready; carries the ends of the logs."""


@final
class Process:
    """One child. It must be started by a thread that lives on, because Linux ends it with that thread."""

    def __init__(self, name: str, command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str]) -> None:
        self.name, self.log = name, log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                [sys.executable, "-I", "-S", BOUND, str(os.getpid()), *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,  # Ctrl-C is for the tests; the order of the end is `stop`'s
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    def ask_to_end(self) -> None:
        if self.running:
            self._child.terminate()

    def stop(self, *, seconds: float = 10) -> None:
        """Waits for its end, and kills it when it takes too long."""
        self.ask_to_end()
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stopped in its tracks: connections stay open and nothing answers."""
        self._child.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._child.send_signal(signal.SIGCONT)

    def last_words(self, lines: int = 25) -> str:
        text = self.log.read_text(errors="replace").splitlines()[-lines:]
        state = "still running" if self.running else f"ended with {self._child.returncode}"
        return "\n".join([f"--- {self.name} ({state}), the end of {self.log}", *text])


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now, below those the system gives to outgoing connections.

    Programs that take a port by number bind it a second later; from the usual range another test could get it before.
    """
    held: list[socket.socket] = []
    try:
        for port in range(20_000 + os.getpid() * 7 % 10_000, 32_700):
            candidate = socket.socket()
            try:
                candidate.bind((LOOPBACK, port))
            except OSError:
                candidate.close()
                continue
            held.append(candidate)
            if len(held) == count:
                return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()
    raise StartFailed("No free port between 20000 and 32700.")
