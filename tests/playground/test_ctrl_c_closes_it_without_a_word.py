"""Ctrl-C is how a playground is left, so it is no failure: nothing is said, nothing is left running."""

from __future__ import annotations

import os
import select
import signal
from pathlib import Path

import pytest

from playground.keeping.folder import WORLD
from tests.playground.conftest import Open

pytestmark = pytest.mark.long


def processes(of: Path) -> list[int]:
    """Those that have the folder in their environment: the bot that the playground started."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if f"KAJITORI_DATA={of}".encode() in (each / "environ").read_bytes().split(b"\0"):
                found.append(int(each.name))
        except OSError:
            continue
    return found


def test_when_it_is_open(tmp_path: Path, open_playground: Open) -> None:
    playground = open_playground(tmp_path / "data")
    playground.until_open()
    assert len(processes(tmp_path / "data")) == 1
    assert playground.interrupted() == (0, "")
    assert processes(tmp_path / "data") == []
    assert (tmp_path / "data" / WORLD).stat().st_mode & 0o777 == 0o600


def test_while_it_opens_and_then_it_can_be_opened_again(tmp_path: Path, open_playground: Open) -> None:
    playground = open_playground(tmp_path / "data")
    playground.until((tmp_path / "data" / "bot.log").exists)
    assert playground.interrupted() == (0, "")
    assert processes(tmp_path / "data") == []
    again = open_playground(tmp_path / "data")
    again.until_open()
    assert again.interrupted() == (0, "")


def test_no_bot_is_left_behind_when_the_playground_is_killed(tmp_path: Path, open_playground: Open) -> None:
    playground = open_playground(tmp_path / "data")
    playground.until_open()
    (bot,) = processes(tmp_path / "data")
    watched = os.pidfd_open(bot)
    os.kill(playground.process.pid, signal.SIGKILL)
    assert select.select([watched], [], [], 60)[0]
    os.close(watched)


def test_a_folder_that_is_taken_away_while_it_is_open_ends_it_with_a_sentence(
    tmp_path: Path, open_playground: Open
) -> None:
    playground = open_playground(tmp_path / "data")
    playground.until_open()
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    code, said = playground.interrupted()
    assert code == 1
    assert f"The folder {tmp_path / 'data'} cannot be used" in said
    assert "Traceback" not in said
