"""Who may vote: another human, whose own rights cover every call. What is refused leaves the request as it was."""

from __future__ import annotations

import pytest

from tests.installation.bot import everything
from tests.installation.world import World
from tests.scenarios.lines import ASKED, DONE, PATCHED, UNDO

ACTORS = {"frank": "U0FRANK", "erin": "U0ERIN"}
"""Whom the configuration does not name is recorded by their Slack id."""


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ("alice", "Nobody approves their own request"),
        ("alice-two", "second account"),
        ("dave", "dave"),
        ("frank", "U0FRANK"),
        ("erin", "another workspace"),
    ],
)
async def test_whoever_may_not_vote_is_told_why_and_it_still_waits(world: World, person: str, why: str) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        await bot.click(person, card, "approve")
        refused = await bot.refused(person, why)
        assert refused["is_ephemeral"]
        assert await bot.life(1) == ASKED
        assert await bot.refusals() == [f"refused.click {ACTORS.get(person, person)}"]
        assert "needs 1" in everything(await bot.card(1))
    assert world.sent() == []


async def test_a_rejection_ends_it_with_its_reason(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.click("bob", await bot.card(1), "reject")
        await bot.submit("bob", reason="v1 has the leak")
        card = await bot.ended(1, "🚫", "bob", "v1 has the leak", "Nothing was sent")
        assert await bot.life(1) == [*ASKED, "vote.reject bob", "request.rejected bob"]

        await bot.click("carol", card, "details")
        assert "R-1" in str((await bot.modal("carol"))["title"])
    assert world.sent() == []


async def test_the_requester_may_not_reject_but_cancel(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.click("alice", await bot.card(1), "reject")
        await bot.refused("alice", "own request")
        assert await bot.life(1) == ASKED
    assert world.sent() == []


async def test_a_vote_is_given_from_the_direct_message_too(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        direct = bot.direct("bob")
        asked = await bot.said("asks you", person="bob", channel=direct)
        await bot.approve("bob", asked, direct)
        await bot.ended(1, "✅")
        assert await bot.life(1) == DONE
    assert world.sent() == [PATCHED]
