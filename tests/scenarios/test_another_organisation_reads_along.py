"""A channel that is shared with another organisation (Slack Connect): nothing is posted there unless that is wanted."""

from __future__ import annotations

from tests.installation.bot import CHANNEL, everything
from tests.installation.world import World
from tests.scenarios.lines import ASKED, DONE, PATCHED, UNDO

UNWANTED = {"C0PAYMENTS": {"bound": True, "namespaces": ["shop"]}}


async def test_cards_and_pings_come_to_the_requester_and_the_voters_alone(simulated_world: World) -> None:
    world = simulated_world
    await world.app()
    async with world.bot(channels=UNWANTED) as bot:
        alice, bob = bot.direct("alice"), bot.direct("bob")
        await bot.command("alice", UNDO)
        card = await bot.card(1, "shared with another organisation", "outsiders: true", channel=alice)
        asked = await bot.said("R-1", person="bob", channel=bob)
        assert await bot.life(1) == ASKED
        await bot.approve("bob", asked, bob)
        await bot.card(1, "✅", channel=alice)
        assert await bot.life(1) == DONE
        assert card
        assert bot.cards() == []
        assert [each for each in bot.workspace.messages(CHANNEL, "erin") if each.get("bot_id")] == []
    assert world.sent() == [PATCHED]


async def test_what_is_looked_at_or_shared_stays_with_its_reader(simulated_world: World) -> None:
    world = simulated_world
    await world.app()
    async with world.bot(channels=UNWANTED) as bot:
        await bot.command("alice", "get deploy")
        await bot.said("app", "2/2", channel=bot.direct("alice"))
        await bot.command("alice", "rollout status deploy/app")
        await bot.said("rolled out", channel=bot.direct("alice"))
        assert bot.cards() == []
        assert [each for each in bot.workspace.messages(CHANNEL, "erin") if each.get("bot_id")] == []
    assert world.sent() == []


async def test_an_alarm_reaches_whoever_is_on_call(simulated_world: World) -> None:
    world = simulated_world
    await world.app()
    async with world.bot(channels=UNWANTED, verified=False) as bot:
        await bot.command("alice", UNDO)
        await bot.card(1, channel=bot.direct("alice"))
        await bot.sql("UPDATE requests SET namespace = 'kube-system', state = 'approved', wake_at = NULL")
        await bot.said("changed by someone else", person="carol", channel=bot.direct("carol"))
        assert bot.cards() == []
    assert world.sent() == []


async def test_a_stranger_who_asks_or_presses_there_is_refused(simulated_world: World) -> None:
    world = simulated_world
    await world.app()
    async with world.bot() as bot:
        await bot.command("erin", UNDO)
        await bot.refused("erin")
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        await bot.click("erin", card, "approve")
        await bot.workspace.wait_for(lambda: len(seen_by_erin(bot.workspace)) > 1, timeout=20)
        assert all("🚫" in each for each in seen_by_erin(bot.workspace))
        assert await bot.life(1) == ASKED
        assert await bot.refusals() == ["refused.command U0ERIN", "refused.click U0ERIN"]
    assert world.sent() == []


def seen_by_erin(workspace: object) -> list[str]:
    found = workspace.messages(CHANNEL, "erin")  # type: ignore[attr-defined]
    return [everything(each) for each in found if each.get("is_ephemeral")]
