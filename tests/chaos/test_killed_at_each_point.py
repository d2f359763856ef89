"""`kill -9` at each labelled point, on both databases: the API server logged one write, and the record is whole."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.chaos.conftest import Ground
from tests.installation.bot import PATIENCE
from tests.installation.process import process

pytestmark = [pytest.mark.chaos, pytest.mark.cluster]

POINTS = ("claimed", "executing", "before-intent", "intent-stored", "sent", "outcome-stored", "followed")
ROUNDS = int(os.environ.get("KAJITORI_CHAOS_ROUNDS", "1"))
"""How often each point is died at, one death after another, before the work is let be done."""


@pytest.mark.parametrize("point", POINTS)
async def test_one_write_however_it_dies(ground: Ground, point: str) -> None:
    async with process(ground.slack, ground.data, point, database=ground.database) as doomed:
        await ground.bot.approve("bob", await ground.ask())
        await died(doomed)
    for _ in range(ROUNDS - 1):  # one that comes to that point again dies there again
        async with process(ground.slack, ground.data, point, database=ground.database) as doomed:
            ended = asyncio.create_task(ground.bot.card(1, "✅"))
            dead = asyncio.create_task(doomed.wait())
            await asyncio.wait({ended, dead}, return_when=asyncio.FIRST_COMPLETED)
            for task in (ended, dead):
                task.cancel()
            await asyncio.gather(ended, dead, return_exceptions=True)
    async with process(ground.slack, ground.data, database=ground.database):
        await ground.bot.ended(1, "✅", "2/2 ready")
    assert await ground.app.image() == "app:v1"
    assert ground.sent() == ["kajitori:alice patch deployments/app"]
    await ground.verified()


async def test_dying_while_looking_whether_it_was_done_changes_nothing(ground: Ground) -> None:
    async with process(ground.slack, ground.data, "sent", database=ground.database) as doomed:
        await ground.bot.approve("bob", await ground.ask())
        await died(doomed)
    async with process(ground.slack, ground.data, "read-back", database=ground.database) as doomed:
        await died(doomed)
    async with process(ground.slack, ground.data, database=ground.database):
        await ground.bot.ended(1, "✅", "2/2 ready")
    assert ground.sent() == ["kajitori:alice patch deployments/app"]
    await ground.verified()


@pytest.mark.parametrize("nth", [1, 2, 3])
async def test_no_message_is_posted_twice_by_whoever_dies_after_posting_it(ground: Ground, nth: int) -> None:
    """The first posts of a request are its card, its ask in the thread and its direct messages."""
    async with process(ground.slack, ground.data, "posted", nth=nth, database=ground.database) as doomed:
        await ground.bot.command("alice", "rollout undo deploy/app")
        await died(doomed)
    async with process(ground.slack, ground.data, database=ground.database):
        card = await ground.bot.card(1)
        await ground.bot.said("waits for approval", thread_ts=card["ts"])
        for person in ("bob", "carol"):
            await ground.bot.said("R-1", person=person, channel=ground.bot.direct(person))
        await ground.bot.approve("bob", card)
        await ground.bot.ended(1, "✅", "2/2 ready")
    assert len(ground.bot.cards()) == 1
    thread = [each["text"] for each in ground.slack.messages("payments-prod", "carol", card["ts"])]
    assert [sum(word in each for each in thread[1:]) for word in ("waits for approval", "done")] == [1, 1]
    for person in ("bob", "carol"):
        assert len(ground.slack.messages(ground.bot.direct(person), person)) == 1
    assert ground.sent() == ["kajitori:alice patch deployments/app"]


async def died(doomed: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE):
        assert await doomed.wait() == -9
