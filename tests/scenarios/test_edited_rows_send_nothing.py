"""Somebody who can write to the database edits what is stored: nothing is sent, and everybody is told."""

from __future__ import annotations

import pytest

from tests.installation.bot import Bot, Json
from tests.installation.world import World
from tests.scenarios.lines import UNDO

EDITS = {
    "the plan's digest": "UPDATE plans SET digest = 'f00d' WHERE request_id = 1",
    "the decision": "UPDATE plans SET decision = CAST(replace(CAST(decision AS TEXT), 'two', 'one') AS BLOB)",
    "whose request it is": "UPDATE requests SET requester_user = 'kajitori:carol' WHERE id = 1",
    "where it acts": "UPDATE requests SET namespace = 'kube-system' WHERE id = 1",
    "what it does": "UPDATE requests SET operation = 'scale' WHERE id = 1",
}
TWO = "rules: [{name: two, decision: {approvals: 2}}]\n"


async def half_approved(bot: Bot) -> Json:
    """alice's request of which one of two votes was given."""
    await bot.command("alice", UNDO)
    await bot.approve("bob", await bot.card(1))
    return await bot.card(1, "approved by bob", "needs 1")


@pytest.mark.parametrize("edit", EDITS)
async def test_a_request_that_was_edited_is_halted_loudly(world: World, edit: str) -> None:
    app = await world.app()
    async with world.bot(policy=TWO, verified=False) as bot:
        await half_approved(bot)
        await bot.sql(EDITS[edit])
        await bot.sql("UPDATE requests SET state = 'approved', wake_at = NULL WHERE id = 1")
        await bot.said("changed by someone else")
        assert await app.image() == "app:v2"
        assert "request.succeeded" not in await bot.events(1)
    assert world.sent() == []


async def test_a_state_that_was_edited_to_approved_counts_the_votes_and_asks_for_the_missing(world: World) -> None:
    app = await world.app()
    async with world.bot(policy=TWO, verified=False) as bot:
        await half_approved(bot)
        await bot.sql("UPDATE requests SET state = 'approved', wake_at = NULL WHERE id = 1")
        await bot.card(1, "needs 2")
        assert await app.image() == "app:v2"
    assert world.sent() == []


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE votes SET voter_key = 'user:carol', voter_user = 'kajitori:carol', voter_slack = 'U0CAROL'",
        "UPDATE votes SET verdict = 'reject'",
        "INSERT INTO votes SELECT id + 1, request_id, plan_version, digest, 'U0CAROL', 'kajitori:carol', 'user:carol',"
        " verdict, reason, mac, created_at FROM votes",
    ],
)
async def test_a_vote_that_was_edited_or_added_does_not_count(world: World, edit: str) -> None:
    app = await world.app()
    async with world.bot(policy=TWO, verified=False) as bot:
        card = await half_approved(bot)
        await bot.sql(edit)
        await bot.sql("UPDATE requests SET state = 'approved', wake_at = NULL WHERE id = 1")
        await bot.until_kept(1, "attempt.started")
        await bot.card(1, "needs 2")
        assert card
        assert await app.image() == "app:v2"
    assert world.sent() == []
