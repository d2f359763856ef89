"""What a policy file changes: who must agree, what is refused, and when nothing may change at all."""

from __future__ import annotations

from tests.installation.bot import buttons, everything
from tests.installation.world import World
from tests.scenarios.lines import ASKED, PATCHED, UNDO

ALONE = """
rules:
  - {name: night, match: {recovery: true}, decision: {approvals: 1, aloneOnCall: true}}
"""
SANDBOX = "rules: [{name: sandbox, decision: {approvals: 0}}]\n"
REFUSES = "rules: [{name: no-undo, match: {operations: ['rollout undo']}, decision: {refuse: ask the database team}}]\n"
FROZEN = """
freezes:
  - {name: year-end, reason: the books are closed, timezone: Asia/Tokyo, exceptRecovery: false,
     between: {from: 2020-01-01T00:00:00, until: 2099-01-01T00:00:00}}
"""
TWO = "rules: [{name: two, decision: {approvals: 2}}]\n"


async def test_whoever_is_on_call_confirms_a_recovery_alone(world: World) -> None:
    app = await world.app()
    await app.set_image("app:crash-3")
    await app.waiting("CrashLoopBackOff")
    async with world.bot(policy=ALONE) as bot:
        await bot.command("carol", UNDO)
        card = await bot.card(1)
        assert "confirm" in buttons(card)
        await bot.click("carol", card, "confirm")
        await bot.submit("carol")
        await bot.ended(1, "✅")
        assert await bot.life(1) == [
            "request.planned carol",
            "request.waiting",
            "vote.approve carol",
            "request.approved",
            "request.succeeded",
        ]
    assert world.sent() == ["kajitori:carol patch deployments/app"]


async def test_whoever_is_not_on_call_still_needs_somebody(world: World) -> None:
    await world.app()
    async with world.bot(policy=ALONE) as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        assert "confirm" not in buttons(card)
        assert "needs 1" in everything(card)
    assert world.sent() == []


async def test_where_no_vote_is_asked_the_requester_confirms_and_nobody_else(world: World) -> None:
    await world.app()
    async with world.bot(policy=SANDBOX) as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        await bot.click("bob", card, "confirm")
        await bot.refused("bob", "alice")
        assert await bot.life(1) == ASKED

        await bot.click("alice", card, "confirm")
        await bot.submit("alice")
        await bot.ended(1, "✅")
    assert world.sent() == [PATCHED]


async def test_a_rule_refuses_with_its_reason_and_name(world: World) -> None:
    await world.app()
    async with world.bot(policy=REFUSES) as bot:
        await bot.command("alice", UNDO)
        await bot.refused("alice", "ask the database team", "no-undo", "R-1 · recorded")
        assert await bot.life(1) == ["refused.command alice", "request.rejected"]
        await bot.command("alice", "scale deploy/app --replicas=3")
        await bot.card(2)
    assert world.sent() == []


async def test_in_a_freeze_nothing_is_asked_of_anybody(world: World) -> None:
    await world.app()
    async with world.bot(policy=FROZEN) as bot:
        await bot.command("alice", UNDO)
        await bot.refused("alice", "the books are closed")
        assert await bot.life(1) == ["refused.command alice", "request.rejected"]
        assert bot.cards() == []
    assert world.sent() == []


async def test_a_policy_that_became_stricter_asks_for_the_missing_vote(world: World) -> None:
    app = await world.app()
    async with world.bot(policy="") as bot:
        assert bot.running is not None
        await bot.command("alice", UNDO)
        before = bot.running.services.policy().version
        card = await bot.card(1)
        world.write_policy(TWO)
        await world.policy_in_force(bot, before)
        await bot.approve("bob", card)
        again = await bot.card(1, "approved by bob", "needs 1")
        assert await app.image() == "app:v2"
        await bot.approve("carol", again)
        await bot.ended(1, "✅")
        assert await bot.life(1) == [
            *ASKED,
            "vote.approve bob",
            "vote.approve carol",
            "request.approved",
            "request.succeeded",
        ]
    assert world.sent() == [PATCHED]


async def test_deleting_a_pod_needs_two_others(world: World) -> None:
    app = await world.app()
    pod = str((await app.pods())[0]["metadata"]["name"])
    async with world.bot() as bot:
        await bot.command("alice", f"delete pod {pod}")
        card = await bot.card(1, "needs 2")
        await bot.approve("bob", card)
        half = await bot.card(1, "needs 1")
        await bot.approve("bob", half)
        await bot.refused("bob", "already")
        assert world.sent() == []
        await bot.approve("carol", half)
        await bot.ended(1, "✅")
        assert [each for each in await bot.life(1) if each.startswith("vote")] == [
            "vote.approve bob",
            "vote.approve carol",
        ]
    assert world.sent() == [f"kajitori:alice delete pods/{pod}"]
