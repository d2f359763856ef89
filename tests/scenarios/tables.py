"""Tables as people see them beside what the real kubectl prints in the same moment."""

from __future__ import annotations

import asyncio
import subprocess
from typing import Any

from tests.installation.bot import CHANNEL, PATIENCE, Bot, everything
from tests.installation.world import World

Json = dict[str, Any]


async def kubectl(world: World, words: str) -> subprocess.CompletedProcess[str]:
    """What the real kubectl prints now, as the admin, in the story's namespace."""
    plane = world.shop.control_plane
    command = [plane.kubectl, f"--kubeconfig={plane.kubeconfig}", *words.split(), "-n", world.namespace]
    return await asyncio.to_thread(lambda: subprocess.run(command, capture_output=True, text=True, check=False))


def rows_of(printed: str) -> list[list[str]]:
    """The words of each line that kubectl printed."""
    return [line.split() for line in printed.splitlines()]


def shown_in(message: Json) -> list[list[str]]:
    """The cells of a message's one table, its head first."""
    (table,) = (block for block in message["blocks"] if block["type"] == "table")
    return [[cell["text"] for cell in row] for row in table["rows"]]


async def answer(bot: Bot, line: str, *words: str) -> Json:
    """What alice is told on this, and was not before: it holds these words."""

    def every() -> list[Json]:
        seen = bot.workspace.messages(CHANNEL, "alice")
        return [each for each in seen if all(word in everything(each) for word in words)]

    known = len(every())
    await bot.command("alice", line)
    return (await bot.workspace.wait_for(lambda: every()[known:], timeout=PATIENCE))[-1]
