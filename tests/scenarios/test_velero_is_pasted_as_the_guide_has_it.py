"""The guide's Velero commands (catalogue rows 33, 34, 37, 38), pasted as they stand, voted on, carried to their end."""

from __future__ import annotations

import asyncio

from tests.installation.velero import API, LISTED, with_velero
from tests.installation.world import World

ALL = "velero backup create full-backup"
ONE = "velero backup create ns-backup --include-namespaces production"
BACK = "velero restore create --from-backup full-backup"
SOME = "velero restore create --from-backup full-backup \\\n  --include-resources deployments,services"


async def test_a_backup_of_everything_and_two_restores_from_it(simulated_world: World) -> None:
    velero = await with_velero(simulated_world)
    app = await simulated_world.app("app:v1", "app:v2")
    async with simulated_world.bot(cluster=LISTED) as bot:
        await bot.command("alice", ALL)
        await bot.approve("bob", await bot.card(1, "Back up to velero/full-backup", "all namespaces"))
        await bot.ended(1, "✅", "completed")
        assert (await velero.get("backups/full-backup"))["spec"]["includedNamespaces"] == ["*"]

        for number, line, met in ((2, BACK, "stay as they are"), (3, SOME, "0 of 1 exist already")):
            await asyncio.to_thread(simulated_world.shop.admin.delete, app.path)
            await bot.command("alice", line)
            await bot.approve("bob", await bot.card(number, "Restore full-backup", met))
            await bot.ended(number, "✅", "completed")
            assert await app.image() == "app:v2"
        made = await asyncio.to_thread(simulated_world.shop.admin.items, f"{API}/restores")
        assert ["deployments.apps", "services"] in [each["spec"].get("includedResources") for each in made]


async def test_a_backup_of_a_namespace(simulated_world: World) -> None:
    velero = await with_velero(simulated_world)
    admin = simulated_world.shop.admin
    await asyncio.to_thread(admin.create, "/api/v1/namespaces", {"metadata": {"name": "production"}})
    async with simulated_world.bot(cluster=LISTED) as bot:
        await bot.command("alice", ONE)
        await bot.approve("bob", await bot.card(1, "Back up to velero/ns-backup", "production"))
        await bot.ended(1, "✅", "completed")
        made = await velero.get("backups/ns-backup")
        assert (made["spec"]["includedNamespaces"], made["status"]["phase"]) == (["production"], "Completed")
