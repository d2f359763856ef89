"""A bot that stands still past its lease, or is cut off: another takes over, and nothing stale has any effect."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from tests.chaos.conftest import Ground
from tests.installation.process import process

pytestmark = pytest.mark.chaos


async def test_a_stalled_bot_is_taken_over_and_writes_nothing_when_it_wakes(replicas: Ground) -> None:
    ground = replicas
    await ground.app.set_image("app:held-3")
    async with process(ground.slack, ground.data, database=ground.database) as stalled:
        await ground.bot.command("alice", "set image deploy/app app=app:held-4")
        await ground.bot.approve("bob", await ground.bot.card(1))
        await ground.bot.card(1, "⏳", "sent once")
        os.kill(stalled.pid, signal.SIGSTOP)
        try:
            async with process(ground.slack, ground.data, database=ground.database):
                await until_taken_over(ground)
                await ground.app.release()
                while "✅" not in str(await ground.bot.card(1)):
                    await ground.app.release()
                    await asyncio.sleep(0.2)
                await ground.bot.ended(1, "✅")
                os.kill(stalled.pid, signal.SIGCONT)
                await ground.bot.command("alice", "scale deploy/app --replicas=3")
                await ground.bot.approve("bob", await ground.bot.card(2))
                await ground.app.until(lambda found: found["spec"]["replicas"] == 3)
        finally:
            os.kill(stalled.pid, signal.SIGCONT)
    assert ground.sent().count("kajitori:alice patch deployments/app") == 1
    assert len(ground.sent()) == 2
    await ground.verified()


async def until_taken_over(ground: Ground) -> None:
    """A lease runs out by itself; the rest waits for what people see."""
    del ground
    await asyncio.sleep(6)


async def test_a_bot_whose_sockets_are_cut_hears_of_what_follows(ground: Ground) -> None:
    async with process(ground.slack, ground.data, database=ground.database):
        card = await ground.ask()
        await ground.slack.drop_sockets()
        await ground.slack.wait_for(lambda: ground.slack.connections >= 1, timeout=30)
        await ground.bot.approve("bob", card)
        await ground.bot.ended(1, "✅", "2/2 ready")
    assert ground.sent() == ["kajitori:alice patch deployments/app"]


async def test_an_api_server_that_goes_away_in_the_middle_is_waited_for(ground: Ground) -> None:
    async with process(ground.slack, ground.data, database=ground.database):
        await ground.bot.command("alice", "set image deploy/app app=app:held-3")
        await ground.bot.approve("bob", await ground.bot.card(1))
        await ground.bot.card(1, "⏳", "sent once")
        await asyncio.to_thread(_restart, ground)
        while "✅" not in str(await ground.bot.card(1)):
            await ground.app.release()
            await asyncio.sleep(0.2)
        await ground.bot.ended(1, "✅")
    assert ground.sent() == ["kajitori:alice patch deployments/app"]
    await ground.verified()


def _restart(ground: Ground) -> None:
    with ground.shop.control_plane.down():
        pass
