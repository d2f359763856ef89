"""Commands, mentions, direct messages, the Home tab: wherever somebody asks, they are answered there."""

from __future__ import annotations

import re

from tests.installation.bot import CHANNEL, Bot, buttons, everything
from tests.installation.world import World
from tests.scenarios.lines import DONE, PATCHED, UNDO


async def test_a_mention_in_a_thread_is_answered_in_the_thread(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        start = await bot.workspace.message("alice", CHANNEL, "5xx since 03:02, who looks?")
        await bot.workspace.message("alice", CHANNEL, "<@U0KAJITORI> rollout status deploy/app", start["ts"])
        await bot.said("Roll-out of", "your messages with me", thread_ts=start["ts"])
        await bot.said("rolled out", channel=bot.direct("alice"))

        await bot.workspace.message("alice", CHANNEL, f"<@U0KAJITORI> {UNDO}", start["ts"])
        card = await bot.said("R-1", "needs 1", thread_ts=start["ts"])
        assert {"approve", "reject"} <= buttons(card).keys()
        await bot.approve("bob", card)
        await bot.said("✅", "R-1", thread_ts=start["ts"])
        assert (await bot.life(1))[:4] == DONE[:4]
    assert world.sent() == [PATCHED]


async def test_a_request_in_a_direct_message_has_its_card_where_approvals_are_given(world: World) -> None:
    await world.app()
    async with world.bot(cluster={"approval_channel": "C0PLATFORM"}) as bot:
        direct = bot.direct("alice")
        await bot.workspace.message("alice", direct, UNDO)
        card = await bot.card(1, channel="platform", person="bob")
        told = await bot.said("R-1 waits for approval", channel=direct)
        assert {"type": "channel", "channel_id": "C0PLATFORM"} in told["blocks"][0]["elements"][0]["elements"]
        await bot.approve("bob", card, "platform")
        await bot.ended(1, "✅", channel="platform")
        assert await bot.life(1) == DONE
    assert world.sent() == [PATCHED]


async def test_a_read_in_a_direct_message_is_answered_there(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        direct = bot.direct("alice")
        await bot.workspace.message("alice", direct, "get deploy")
        await bot.said("app", "2/2", channel=direct)


async def test_the_command_alone_and_help_say_what_can_be_typed(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", "")
        bare = await bot.message(lambda each: bool(each.get("is_ephemeral")))
        assert "🚫" not in everything(bare)
        await bot.command("alice", "help rollout undo")
        await bot.said("--to-revision")


async def test_the_form_alone_offers_first_what_keeps_pods_running(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", "form")
        shown = everything(await bot.said("Which command do you want to fill in?"))
        assert "rollout undo" in shown, shown


async def test_choosing_a_namespace_is_announced_and_holds_for_the_channel(world: World) -> None:
    await world.app()
    async with world.bot(cluster={"namespace": "default"}) as bot:
        await bot.command("alice", f"use prod/{world.namespace}")
        said = await bot.said("alice", "chose", world.namespace, person="carol")
        assert not said.get("is_ephemeral")
        await bot.command("bob", "get deploy")
        await bot.said("app", "2/2", person="bob")


async def test_home_shows_what_waits_for_me_and_what_i_asked(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.card(1)
        for person in ("alice", "bob", "dave"):
            await bot.workspace.open_home(person)
        waiting = await _home(bot, "bob", "R-1")
        assert "approve" in str(waiting)
        mine = await _home(bot, "alice", "R-1")
        assert "'approve'" not in str(mine)
        assert "R-1" not in everything(await _home(bot, "dave", ""))


async def test_of_eleven_requests_home_shows_the_last_ten(simulated_world: World) -> None:
    await simulated_world.app()
    async with simulated_world.bot() as bot:
        for number in range(1, 12):
            await bot.command("alice", f"scale deploy/app --replicas={number + 2}")
            await bot.card(number)
        await bot.workspace.open_home("alice")
        shown = everything(await _home(bot, "alice", "R-11"))
        assert [number for number in range(1, 12) if re.search(rf"R-{number}\b", shown)] == list(range(2, 12))


async def test_a_slip_is_offered_corrected_and_its_button_runs_the_line(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", "rollout undoo deploy/app")
        offered = await bot.refused("alice")
        assert buttons(offered)["run"]["value"] == UNDO.replace("deploy/", "deployment/") or "undo" in str(offered)
        await bot.click("alice", offered, "run")
        await bot.card(1)
    assert world.sent() == []


async def _home(bot: Bot, person: str, words: str) -> dict[str, object]:
    def shown() -> dict[str, object] | None:
        view = bot.workspace.home(person)
        return view if view is not None and words in everything(view) else None

    view = await bot.workspace.wait_for(shown, timeout=20)
    assert view is not None
    return view
