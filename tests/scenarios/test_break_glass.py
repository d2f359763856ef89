"""Nobody is left helpless at night: the requester goes ahead alone, with a reason that everybody reads."""

from __future__ import annotations

from tests.installation.bot import CHANNEL, buttons, everything
from tests.installation.world import World
from tests.scenarios.lines import ASKED, PATCHED, UNDO


async def test_the_requester_goes_ahead_with_a_reason_and_everybody_is_told(world: World) -> None:
    await world.app()
    async with world.bot(cluster={"approval_channel": "C0PLATFORM"}) as bot:
        await bot.command("alice", UNDO)
        await bot.click("alice", await bot.card(1), "break_glass")
        assert await bot.try_submit("alice") == {"reason": "Please complete this required field."}
        assert await bot.life(1) == ASKED

        await bot.submit("alice", reason="checkout is down, nobody answers")
        done = await bot.ended(1, "✅", "checkout is down, nobody answers")
        assert "goes ahead without votes" in everything(done)
        for channel in ("payments-prod", "platform"):
            await bot.said("🚨", "alice", "R-1", "checkout is down", person="carol", channel=channel)
        assert await bot.life(1) == [*ASKED, "break_glass alice", "request.approved", "request.succeeded"]
        broken = next(each for each in await bot.records(1) if each.event.value == "break_glass")
        assert broken.detail["reason"] == "checkout is down, nobody answers"
    assert world.sent() == [PATCHED]


async def test_nobody_breaks_the_glass_for_somebody_else(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.click("bob", await bot.card(1), "break_glass")
        await bot.refused("bob", "Only alice", "R-1")
        assert await bot.life(1) == ASKED
    assert world.sent() == []


async def test_the_policy_switches_it_off(world: World) -> None:
    await world.app()
    async with world.bot(policy="breakGlass: {enabled: false}\n") as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        await bot.click("alice", card, "break_glass")
        await bot.submit("alice", reason="checkout is down, nobody answers")
        await bot.refused("alice", "policy")
        assert await bot.life(1) == ASKED
        assert "approve" in buttons(await bot.card(1))
    assert world.sent() == []


FROZEN = """
freezes:
  - {name: year-end, reason: the books are closed, timezone: Asia/Tokyo, exceptRecovery: false,
     between: {from: 2020-01-01T00:00:00, until: 2099-01-01T00:00:00}}
"""


async def test_in_a_freeze_the_refusal_leads_to_the_glass_and_no_vote_does(world: World) -> None:
    await world.app()
    async with world.bot(policy=FROZEN) as bot:
        await bot.command("alice", UNDO)
        refused = await bot.refused("alice", "the books are closed", "R-1 · recorded")
        await bot.click("alice", refused, "glass")
        card = await bot.card(2, "the books are closed", "only alice")
        assert buttons(card).keys() >= {"cancel", "break_glass"}
        assert buttons(card).keys().isdisjoint({"approve", "confirm"})
        mark = buttons(card)["break_glass"]["value"]
        for person, action in (("bob", "approve"), ("alice", "confirm")):
            await bot.workspace.click(person, CHANNEL, card["ts"], action, value=mark, forged=True)
            await bot.refused(person, "the books are closed")
        await bot.click("alice", refused, "glass")
        await bot.refused("alice", "R-2 waits for that already")
        assert await bot.life(2) == ASKED
        assert world.sent() == []

        await bot.click("alice", card, "break_glass")
        await bot.submit("alice", reason="checkout is down, nobody answers")
        await bot.ended(2, "✅")
        assert await bot.life(2) == [
            "request.planned alice",
            "request.waiting",
            "break_glass alice",
            "request.approved",
            "request.succeeded",
        ]
    assert world.sent() == [PATCHED]


async def test_in_a_freeze_nobody_is_led_to_glass_that_the_policy_switched_off(world: World) -> None:
    await world.app()
    async with world.bot(policy=FROZEN + "breakGlass: {enabled: false}\n") as bot:
        await bot.command("alice", UNDO)
        refused = await bot.refused("alice", "the books are closed")
        assert "glass" not in buttons(refused)
        await bot.workspace.click("alice", CHANNEL, refused["ts"], "glass", value=UNDO, forged=True)
        await bot.refused("alice", "the books are closed", "R-2 · recorded")
        assert bot.cards() == []
    assert world.sent() == []


async def test_whoever_approves_their_own_is_led_to_the_glass(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.click("alice", await bot.card(1), "approve")
        refused = await bot.refused("alice", "Nobody approves their own request")
        await bot.click("alice", refused, "break_glass")
        await bot.submit("alice", reason="checkout is down, nobody answers")
        await bot.ended(1, "✅")
    assert world.sent() == [PATCHED]
