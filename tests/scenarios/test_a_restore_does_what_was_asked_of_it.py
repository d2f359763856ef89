"""Restores that are bent: into another namespace, over what exists, of some kinds, from a schedule; each to its end."""

from __future__ import annotations

import asyncio

from tests.installation.bot import Bot, Json
from tests.installation.velero import LISTED, VeleroWorld


async def backed_up(bot: Bot, velero: VeleroWorld) -> str:
    """Alice backs up the namespace of the story, bob agrees."""
    name = velero.named("release")
    await bot.command("alice", f"velero backup create {name} --include-namespaces {velero.world.namespace}")
    await bot.approve("bob", await bot.card(1, name))
    await bot.ended(1, "✅", "completed")
    return name


async def agreed_by_both(bot: Bot, number: int, *words: str) -> Json:
    """Bob and carol vote for what nobody alone may let happen; returns its end."""
    await bot.approve("bob", await bot.card(number, *words))
    await bot.approve("carol", await bot.card(number, "approved by bob", "needs 1 of"))
    return await bot.ended(number, "✅", "completed")


async def test_into_another_namespace_and_only_of_some_kinds(velero: VeleroWorld) -> None:
    world = velero.world
    app = await world.app("app:v1", "app:v2")
    settings = f"/api/v1/namespaces/{world.namespace}/configmaps"
    await asyncio.to_thread(world.shop.admin.create, settings, {"metadata": {"name": "settings"}, "data": {"a": "1"}})
    async with world.bot(cluster=LISTED) as bot:
        name = await backed_up(bot, velero)
        copy = velero.named("copy")
        await bot.command(
            "alice",
            f"velero restore create {velero.named('mapped')} --from-backup {name} "
            f"--namespace-mappings {world.namespace}:{copy} --include-resources deployments",
        )
        card = await bot.card(2, f"{world.namespace} → {copy}", "0 of 1 exist already")
        await bot.approve("bob", card)
        await bot.ended(2, "✅", "completed")
        made = await velero.get(f"restores/{velero.named('mapped')}")
        assert made["spec"]["namespaceMapping"] == {world.namespace: copy}
        assert await velero.image(copy) == "app:v2"
        assert await velero.held(copy, "configmaps", "settings") == []
        assert await app.image() == "app:v2"
        await velero.lose_namespace(copy)


async def test_over_what_exists_by_two_votes(velero: VeleroWorld) -> None:
    world = velero.world
    app = await world.app("app:v1", "app:v2")
    async with world.bot(cluster=LISTED) as bot:
        name = await backed_up(bot, velero)
        await app.set_image("app:v3")
        over = velero.named("over")
        await bot.command(
            "alice",
            f"velero restore create {over} --from-backup {name} --include-resources deployments "
            "--existing-resource-policy=update",
        )
        await agreed_by_both(bot, 2, "are changed to what the backup has", "deployments 1")
        assert await app.image() == "app:v2"
        assert (await velero.get(f"restores/{over}"))["spec"]["existingResourcePolicy"] == "update"


async def test_from_a_schedule_and_its_record_is_deleted_in_the_end(velero: VeleroWorld) -> None:
    world = velero.world
    app = await world.app("app:v1", "app:v2")
    async with world.bot(cluster=LISTED) as bot:
        daily, now, back = (velero.named(each) for each in ("daily", "now", "back"))
        await bot.command(
            "alice", f'velero schedule create {daily} --schedule="0 2 * * *" --include-namespaces {world.namespace}'
        )
        await bot.approve("bob", await bot.card(1, "0 2 * * *"))
        await bot.ended(1, "✅")
        await bot.command("alice", f"velero backup create {now} --from-schedule {daily}")
        await bot.approve("bob", await bot.card(2, now))
        await bot.ended(2, "✅", "completed")
        assert (await velero.get(f"backups/{now}"))["metadata"]["labels"]["velero.io/schedule-name"] == daily

        await asyncio.to_thread(world.shop.admin.delete, app.path)
        await bot.command("alice", f"velero restore create {back} --from-schedule {daily}")
        await bot.approve("bob", await bot.card(3, f"Restore {now} as velero/{back}"))
        await bot.ended(3, "✅", "completed")
        assert await app.image() == "app:v2"

        await bot.command("alice", f"velero restore delete {back} --confirm")
        await bot.approve("bob", await bot.card(4, "what it restored stays"))
        await bot.approve("carol", await bot.card(4, "approved by bob", "needs 1 of"))
        await bot.ended(4, "✅")
        assert await velero.names("restores") == []
        assert await app.image() == "app:v2"
