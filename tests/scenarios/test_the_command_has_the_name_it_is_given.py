"""The slash command's name is a setting: whatever is advised is what can be typed there."""

from __future__ import annotations

from tests.installation.bot import Bot
from tests.installation.world import World


async def test_nothing_that_is_said_names_the_command_that_is_not_there(simulated_world: World) -> None:
    await simulated_world.app("app:v1", "app:v2")
    async with simulated_world.bot(command="/k8s") as bot:
        await bot.command("alice", "")
        await bot.said("/k8s rollout undo deploy/app", "/k8s undo app")
        await bot.command("alice", "help")
        await bot.said("/k8s", "All commands")
        await bot.command("alice", "frobnicate app")
        await bot.refused("alice", "frobnicate")
        await bot.command("alice", "rollout undo deploy/app")
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅")
        await bot.workspace.open_home("alice")
        await bot.workspace.wait_for(lambda: _home(bot), timeout=20)
        assert "/eks" not in "".join(str(dict(each.arguments)) for each in bot.workspace.calls)


def _home(bot: Bot) -> bool:
    return "/k8s rollout undo" in str(bot.workspace.home("alice"))
