"""The playground as people start it: as a process, with its words and exit codes; and what is read in a message."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, final

import pytest

from playground.stage import Stage
from tests.processes import PATIENCE, interruptible

KAJITORI = Path(sys.executable).with_name("kajitori")
CHANNEL = "payments-prod"


@final
@dataclass(frozen=True, kw_only=True)
class Playground:
    """`kajitori playground` as a process group of its own, as a terminal starts it."""

    process: subprocess.Popen[str]

    def until_open(self) -> str:
        """The address that it prints; fails with its words if it ends instead."""
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], "It opens nothing and says nothing."
        line = self.process.stdout.readline()
        assert "open: http://127.0.0.1:" in line, line + self.process.communicate(timeout=PATIENCE)[1]
        assert self.process.stdout.readline().endswith("/tour\n")
        return line.split("open: ")[1].split("/  ")[0]

    def until(self, met: Callable[[], bool]) -> None:
        """Returns once this is so; fails with its words if it ends before."""
        late = monotonic() + PATIENCE
        while not met():
            assert self.process.poll() is None, self.ended()
            assert monotonic() < late, "What was waited for has not come, and it has not ended."
            os.sched_yield()

    def interrupted(self) -> tuple[int, str]:
        """Ctrl-C; the exit code, and all that it then says."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        said, complained = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said + complained


Open = Callable[..., Playground]


@pytest.fixture
def open_playground() -> Iterator[Open]:
    started: list[Playground] = []

    def begin(data: Path, *, port: int = 0, **how: Any) -> Playground:
        command = [str(KAJITORI), "playground", "--port", str(port), "--data", str(data)]
        with interruptible():
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **how
            )
        started.append(Playground(process=process))
        return started[-1]

    yield begin
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate(timeout=PATIENCE)


def words(value: Any) -> str:
    """All that a person reads in a message."""
    if isinstance(value, list):
        return "".join(words(each) for each in value)
    if not isinstance(value, dict):
        return ""
    own = value["text"] if isinstance(value.get("text"), str) else ""
    return own + "".join(words(each) for each in value.values() if isinstance(each, dict | list))


async def seen(stage: Stage, said: str, person: str = "alice", channel: str = CHANNEL) -> dict[str, Any]:
    """The newest message with these words, as soon as it is there."""

    def found() -> dict[str, Any] | None:
        messages = stage.workspace.messages(channel, person)
        return next((each for each in reversed(messages) if said in words(each)), None)

    message = await stage.workspace.wait_for(found, timeout=PATIENCE)
    assert message is not None
    return message


async def approve(stage: Stage, card: dict[str, Any], person: str = "bob", channel: str = CHANNEL) -> None:
    """Press the button and vote in the modal that it opens."""
    await stage.workspace.click(person, channel, card["ts"], "approve")
    view = await stage.workspace.wait_for(lambda: stage.workspace.view(person), timeout=20)
    assert view is not None
    assert await stage.workspace.submit(person, view["id"]) is None
