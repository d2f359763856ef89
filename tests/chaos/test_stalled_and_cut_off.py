"""A bot that stands still past its lease, or is cut off: another takes over, and nothing stale has any effect."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from tests.chaos.conftest import Ground
from tests.installation.bot import CHANNEL
from tests.installation.process import PATIENCE, process

pytestmark = [pytest.mark.chaos, pytest.mark.cluster]

HANGS = 12.0
"""Seconds that an API server answers nothing: longer than the bot waits for an answer to a read."""


async def test_a_stalled_bot_is_taken_over_and_writes_nothing_when_it_wakes(replicas: Ground) -> None:
    ground = replicas
    async with process(ground.slack, ground.data, database=ground.database) as stalled:
        await ground.bot.command("alice", "set image deploy/app app=app:held-4")
        await ground.bot.approve("bob", await ground.bot.card(1))
        await ground.bot.card(1, "⏳", "sent once")
        os.kill(stalled.pid, signal.SIGSTOP)
        try:
            async with process(ground.slack, ground.data, database=ground.database):
                await released(ground)
                await ground.bot.ended(1, "✅")
                await ground.app.merge({"spec": {"paused": True}})
                os.kill(stalled.pid, signal.SIGCONT)
                await ground.slack.wait_for(lambda: ground.slack.connections == 4, timeout=60)
        finally:
            os.kill(stalled.pid, signal.SIGCONT)
    assert ground.sent() == ["kajitori:alice patch deployments/app"]
    assert (await ground.app.get())["spec"]["paused"] is True
    await ground.verified()


async def test_a_bot_whose_sockets_are_cut_hears_of_what_follows(ground: Ground) -> None:
    async with process(ground.slack, ground.data, database=ground.database):
        card = await ground.ask()
        await ground.slack.drop_sockets()
        heard = False
        while not heard:  # what went into a connection that was just cut is lost, and Slack tells the person so
            heard = (await ground.slack.click("bob", CHANNEL, card["ts"], "approve")).acknowledged
        await ground.bot.submit("bob")
        await ground.bot.ended(1, "✅", "2/2 ready")
    assert ground.sent() == ["kajitori:alice patch deployments/app"]


async def test_an_api_server_that_hangs_in_the_middle_is_waited_for(ground: Ground) -> None:
    async with process(ground.slack, ground.data, database=ground.database):
        await ground.bot.command("alice", "set image deploy/app app=app:held-3")
        await ground.bot.approve("bob", await ground.bot.card(1))
        await ground.bot.card(1, "⏳", "sent once")
        with ground.shop.control_plane.frozen():
            await asyncio.sleep(HANGS)
        await released(ground)
        await ground.bot.ended(1, "✅")
    assert ground.sent() == ["kajitori:alice patch deployments/app"]
    await ground.verified()


async def released(ground: Ground) -> None:
    """Let pods become ready until the roll-out is through."""
    async with asyncio.timeout(PATIENCE):
        while "✅" not in str(await ground.bot.card(1)):
            await ground.app.release()
