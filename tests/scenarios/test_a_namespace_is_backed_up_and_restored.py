"""The job of Velero: a namespace is backed up, lost and brought back, all of it asked in Slack and voted on."""

from __future__ import annotations

import asyncio

from playground.cluster.object_store import SIGNED
from tests.installation.bot import Bot, everything
from tests.installation.velero import LISTED, VeleroWorld


async def backed_up(bot: Bot, velero: VeleroWorld) -> str:
    """Alice backs up the namespace of the story, bob agrees."""
    name = velero.named("release")
    await bot.command("alice", f"velero backup create {name} --include-namespaces {velero.world.namespace}")
    await bot.approve("bob", await bot.card(1, name))
    await bot.ended(1, "✅", "completed", "items")
    return name


async def test_from_the_backup_to_a_lost_namespace_that_is_back(velero: VeleroWorld) -> None:
    world = velero.world
    app = await world.app("app:v1", "app:v2")
    async with world.bot(cluster=LISTED) as bot:
        name = await backed_up(bot, velero)
        made = await velero.get(f"backups/{name}")
        assert made["metadata"]["labels"]["kajitori.dev/request"] == "1"
        assert made["spec"]["includedNamespaces"] == [world.namespace]

        await velero.lose_namespace()
        back = velero.named("back")
        await bot.command("alice", f"velero restore create {back} --from-backup {name}")
        card = await bot.card(2, f"velero/{back}", "A restore has no way back", "0 of")
        assert world.namespace in everything(card)
        probe = ["alice create downloadrequests", "alice delete downloadrequests"]
        assert velero.sent() == ["alice create backups", *probe]
        await bot.approve("bob", card)
        await bot.ended(2, "✅", "completed")
        assert await app.image() == "app:v2"
        await app.rolled_out()
        assert await bot.life(2) == [
            "request.planned alice",
            "request.waiting",
            "vote.approve bob",
            "request.approved",
            "request.succeeded",
        ]
        assert await velero.names("downloadrequests") == []


async def test_what_exists_already_is_said_before_the_vote(velero: VeleroWorld) -> None:
    await velero.world.app("app:v1", "app:v2")
    async with velero.world.bot(cluster=LISTED) as bot:
        name = await backed_up(bot, velero)
        await bot.command("alice", f"velero restore create --from-backup {name} --include-resources deployments")
        await bot.card(2, "1 of 1 exist already", "stay as they are: deployments 1", "nothing would be restored")
        over = velero.named("over")
        await bot.command(
            "alice", f"velero restore create {over} --from-backup {name} --existing-resource-policy=update"
        )
        card = await bot.card(3, "are changed to what the backup has", "deployments 1")
        await bot.approve("bob", card)
        await bot.card(3, "approved by bob", "needs 1 of")
        assert await velero.names("restores") == []


async def test_a_backup_is_taken_before_a_restore(velero: VeleroWorld) -> None:
    world = velero.world
    app = await world.app("app:v1", "app:v2")
    async with world.bot(cluster=LISTED) as bot:
        name = await backed_up(bot, velero)
        await asyncio.to_thread(world.shop.admin.delete, app.path)
        back = velero.named("back")
        await bot.command("alice", f"velero restore create {back} --from-backup {name} --backup-first")
        await bot.approve("bob", await bot.card(2, f"before-{back}"))
        await bot.ended(2, "✅", "completed")
        assert await velero.names("backups") == [f"before-{back}", name]
        assert await app.image() == "app:v2"


async def test_a_backup_is_taken_back_by_two_votes(velero: VeleroWorld) -> None:
    await velero.world.app("app:v1", "app:v2")
    async with velero.world.bot(cluster=LISTED) as bot:
        name = await backed_up(bot, velero)
        done = await bot.card(1, "✅")
        assert "needs no new vote" not in everything(done)
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        card = await bot.card(2, name, "There is no way back")
        await bot.approve("bob", card)
        await bot.approve("carol", await bot.card(2, "approved by bob"))
        await bot.ended(2, "✅")
        assert await velero.names("backups") == []
        assert await velero.names("deletebackuprequests") == []


async def test_a_schedule_is_made_paused_and_deleted(velero: VeleroWorld) -> None:
    name = velero.named("daily")
    async with velero.world.bot(cluster=LISTED) as bot:
        await bot.command("alice", f'velero schedule create {name} --schedule="0 2 * * *"')
        await bot.approve("bob", await bot.card(1, "0 2 * * *", "Next: "))
        await bot.ended(1, "✅")
        assert (await velero.get(f"schedules/{name}"))["status"]["phase"] == "Enabled"

        await bot.command("alice", f"velero schedule pause {name}")
        await bot.approve("bob", await bot.card(2, "paused"))
        done = await bot.ended(2, "✅")
        assert (await velero.get(f"schedules/{name}"))["spec"]["paused"] is True
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(3, "✅")
        assert not (await velero.get(f"schedules/{name}"))["spec"].get("paused")

        await bot.command("alice", f"velero schedule delete {name} --confirm")
        await bot.approve("bob", await bot.card(4, name))
        await bot.approve("carol", await bot.card(4, "approved by bob"))
        await bot.ended(4, "✅")
        assert await velero.names("schedules") == []


async def test_backups_and_their_logs_are_looked_at(velero: VeleroWorld) -> None:
    await velero.world.app("app:v1", "app:v2")
    async with velero.world.bot(cluster=LISTED) as bot:
        name = await backed_up(bot, velero)
        await bot.command("alice", "velero backup get")
        await bot.said(name, "Completed")
        await bot.command("alice", f"velero backup logs {name}")
        await bot.said(f"The log of {name}")
        await bot.command("alice", f"velero backup describe {name} --details")
        await bot.said(name, "Errors: 0, warnings: 0")
        assert await velero.names("downloadrequests") == []
        posted = bot.posted()
        assert "files.completeUploadExternal" in posted
        assert 'level=info msg="' in posted
        assert SIGNED not in posted


async def test_nothing_is_restored_into_a_namespace_that_still_goes(velero: VeleroWorld) -> None:
    world = velero.world
    app = await world.app("app:v1", "app:v2")
    async with world.bot(cluster=LISTED) as bot:
        name = await backed_up(bot, velero)
        await velero.hold_namespace()
        line = f"velero restore create {velero.named('back')} --from-backup {name}"
        await bot.command("alice", line)
        await bot.refused("alice", f"{world.namespace} is being deleted", "Ask again when it is gone")
        assert await velero.names("restores") == []

        await velero.let_namespace_go()
        await bot.command("alice", line)
        await bot.approve("bob", await bot.card(2, "before this was asked: what happened since is not in it", "0 of"))
        await bot.ended(2, "✅", "completed")
        assert await app.image() == "app:v2"
