"""Rights, members and the configuration are asked at the moment of sending, not only when it was asked for."""

from __future__ import annotations

import copy

from tests.installation.bot import Bot
from tests.installation.configuration import PEOPLE
from tests.installation.world import World
from tests.scenarios.lines import ASKED, UNDO

TEAMS = {"developers": {}, "sre": {}, "readers": {}, "interns": {}}


def with_interns(*users: str) -> dict[str, object]:
    """The configuration in which these have their rights by a team of their own."""
    people = copy.deepcopy(PEOPLE)
    for user in users:
        people[user]["teams"] = ["readers", "interns"]
    return {"people": people, "teams": TEAMS}


async def view_open(bot: Bot) -> None:
    """alice has asked, and bob has the view before him in which he votes."""
    await bot.command("alice", UNDO)
    await bot.click("bob", await bot.card(1), "approve")
    await bot.modal("bob")


async def test_a_requester_who_lost_their_rights_sends_nothing(world: World) -> None:
    app = await world.app()
    async with world.bot(**with_interns("U0ALICE")) as bot:
        await view_open(bot)
        await world.take_rights("interns", user="alice")
        await bot.submit("bob")
        await bot.ended(1, "🛑", "alice may no longer do this", "Nothing was sent")
        assert await bot.life(1) == [*ASKED, "vote.approve bob", "request.approved", "request.halted"]
        assert await app.image() == "app:v2"
    assert world.sent() == []


async def test_a_voter_who_lost_their_rights_before_voting_is_refused(world: World) -> None:
    await world.app()
    async with world.bot(**with_interns("U0BOB")) as bot:
        await view_open(bot)
        await world.take_rights("interns", user="bob")
        await bot.submit("bob")
        await bot.refused("bob", "patch")
        assert await bot.life(1) == ASKED
    assert world.sent() == []


async def test_a_vote_of_somebody_who_lost_their_rights_afterwards_counts_no_more(world: World) -> None:
    app = await world.app()
    async with world.bot(policy="rules: [{name: two, decision: {approvals: 2}}]\n", **with_interns("U0BOB")) as bot:
        await view_open(bot)
        await bot.submit("bob")
        half = await bot.card(1, "approved by bob", "needs 1")
        await world.take_rights("interns", user="bob")
        await bot.approve("carol", half)
        await bot.until_kept(1, "vote.approve carol")
        assert await app.image() == "app:v2"
        assert "request.succeeded" not in await bot.events(1)
    assert world.sent() == []


async def test_a_requester_whom_the_configuration_no_longer_names_sends_nothing(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.card(1)
    people = copy.deepcopy(PEOPLE)
    del people["U0ALICE"], people["U0ALICE2"]
    async with world.bot(people=people) as bot:
        await bot.approve("bob", await bot.card(1, person="bob"))
        await bot.card(1, "🛑", "Nothing was sent", person="bob")
        assert (await bot.life(1))[-1] == "request.halted"
    assert world.sent() == []


async def test_a_voter_whom_the_configuration_no_longer_names_counts_no_more(world: World) -> None:
    await world.app()
    two = "rules: [{name: two, decision: {approvals: 2}}]\n"
    async with world.bot(policy=two) as bot:
        await bot.command("alice", UNDO)
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "approved by bob", "needs 1")
    people = copy.deepcopy(PEOPLE)
    del people["U0BOB"]
    async with world.bot(people=people) as bot:
        await bot.approve("carol", await bot.card(1))
        await bot.until_kept(1, "vote.approve carol")
        assert "request.succeeded" not in await bot.events(1)
    assert world.sent() == []
