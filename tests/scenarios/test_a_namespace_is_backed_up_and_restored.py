"""The job of Velero: a namespace is backed up, lost and brought back, all of it asked in Slack and voted on."""

from __future__ import annotations

import asyncio

from tests.installation.bot import Bot, everything
from tests.installation.velero import LISTED, VeleroWorld, with_velero
from tests.installation.world import World


async def backed_up(bot: Bot, velero: VeleroWorld, number: int = 1) -> None:
    """Alice backs up the namespace of the story, bob agrees."""
    await bot.command("alice", f"velero backup create before-release --include-namespaces {velero.world.namespace}")
    await bot.approve("bob", await bot.card(number, "before-release"))
    await bot.ended(number, "✅")


async def test_from_the_backup_to_everything_back(world: World) -> None:
    velero = await with_velero(world)
    app = await world.app("app:v1", "app:v2")
    async with world.bot(cluster=LISTED) as bot:
        await backed_up(bot, velero)
        made = await velero.get("backups/before-release")
        assert made["metadata"]["labels"]["kajitori.dev/request"] == "1"
        assert made["spec"]["includedNamespaces"] == [world.namespace]

        await asyncio.to_thread(world.shop.admin.delete, app.path)
        await bot.command("alice", "velero restore create back --from-backup before-release")
        card = await bot.card(2, "velero/back", "A restore has no way back")
        assert world.namespace in everything(card)
        assert "deployments" not in everything(card)
        assert velero.sent() == [
            "alice create backups",
            *["alice create downloadrequests"],
            "alice delete downloadrequests",
        ]
        await bot.approve("bob", card)
        await bot.ended(2, "✅")
        assert await app.image() == "app:v2"
        assert await bot.life(2) == [
            "request.planned alice",
            "request.waiting",
            "vote.approve bob",
            "request.approved",
            "request.succeeded",
        ]
        assert await velero.names("downloadrequests") == []


async def test_what_exists_already_is_said_before_the_vote(world: World) -> None:
    velero = await with_velero(world)
    await world.app("app:v1", "app:v2")
    async with world.bot(cluster=LISTED) as bot:
        await backed_up(bot, velero)
        await bot.command("alice", "velero restore create --from-backup before-release --include-resources deployments")
        await bot.card(
            2, "1 of 1 exist already", "These exist and stay as they are: deployments 1", "nothing would be restored"
        )
        await bot.command(
            "alice", "velero restore create over --from-backup before-release --existing-resource-policy=update"
        )
        card = await bot.card(3, "are changed to what the backup has", "deployments 1")
        await bot.approve("bob", card)
        await bot.card(3, "approved by bob")
        assert await velero.names("restores") == []


async def test_a_backup_is_taken_before_a_restore(world: World) -> None:
    velero = await with_velero(world)
    app = await world.app("app:v1", "app:v2")
    async with world.bot(cluster=LISTED) as bot:
        await backed_up(bot, velero)
        await asyncio.to_thread(world.shop.admin.delete, app.path)
        await bot.command("alice", "velero restore create back --from-backup before-release --backup-first")
        await bot.approve("bob", await bot.card(2, "before-back"))
        await bot.ended(2, "✅")
        assert await velero.names("backups") == ["before-back", "before-release"]
        assert await app.image() == "app:v2"


async def test_a_backup_is_taken_back_by_two_votes(world: World) -> None:
    velero = await with_velero(world)
    await world.app("app:v1", "app:v2")
    async with world.bot(cluster=LISTED) as bot:
        await backed_up(bot, velero)
        done = await bot.card(1, "✅")
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        card = await bot.card(2, "before-release", "There is no way back")
        await bot.approve("bob", card)
        await bot.approve("carol", await bot.card(2, "approved by bob"))
        await bot.ended(2, "✅")
        assert await velero.names("backups") == []
        assert await velero.names("deletebackuprequests") == []


async def test_a_schedule_is_made_paused_and_deleted(world: World) -> None:
    velero = await with_velero(world)
    async with world.bot(cluster=LISTED) as bot:
        await bot.command("alice", 'velero schedule create daily-backup --schedule="0 2 * * *"')
        await bot.approve("bob", await bot.card(1, "0 2 * * *", "Next: "))
        await bot.ended(1, "✅")
        assert (await velero.get("schedules/daily-backup"))["status"]["phase"] == "Enabled"

        await bot.command("alice", "velero schedule pause daily-backup")
        await bot.approve("bob", await bot.card(2, "paused"))
        done = await bot.ended(2, "✅")
        assert (await velero.get("schedules/daily-backup"))["spec"]["paused"] is True
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(3, "✅")
        assert not (await velero.get("schedules/daily-backup"))["spec"].get("paused")

        await bot.command("alice", "velero schedule delete daily-backup --confirm")
        await bot.approve("bob", await bot.card(4, "daily-backup"))
        await bot.approve("carol", await bot.card(4, "approved by bob"))
        await bot.ended(4, "✅")
        assert await velero.names("schedules") == []


async def test_backups_and_their_logs_are_looked_at(world: World) -> None:
    velero = await with_velero(world)
    await world.app("app:v1", "app:v2")
    async with world.bot(cluster=LISTED) as bot:
        await backed_up(bot, velero)
        await bot.command("alice", "velero backup get")
        await bot.said("before-release", "Completed")
        await bot.command("alice", "velero backup logs before-release")
        await bot.said("The log of before-release")
        await bot.command("alice", "velero backup describe before-release --details")
        await bot.said("before-release", "0 errors, 0 warnings")
        assert await velero.names("downloadrequests") == []
        signed = [each for each in everything_of(bot) if "X-Amz-Signature" in each]
        assert signed == []


def everything_of(bot: Bot) -> list[str]:
    return [everything(each) for each in bot.workspace.messages("C0PAYMENTS", "alice")]
