"""Velero that fails in part, stands still, or whose answer is lost; and the policy of what a restore changes."""

from __future__ import annotations

from sqlalchemy import select

from bot.audit.records import Record, decode
from bot.store.tables import audit
from tests.installation.bot import Bot, event_of, everything
from tests.installation.velero import LISTED, VeleroWorld, with_velero
from tests.installation.world import World

TWO = "rules: [{{name: shop, match: {{namespaces: [{namespace}]}}, decision: {{approvals: 2}}}}]\n"


async def asked(bot: Bot, velero: VeleroWorld) -> str:
    """A backup that waits for votes."""
    name = velero.named("release")
    await bot.command("alice", f"velero backup create {name} --include-namespaces {velero.world.namespace}")
    await bot.card(1, name)
    return name


async def test_a_backup_that_fails_in_part_has_failed(simulated_world: World) -> None:
    velero = await with_velero(simulated_world)
    async with simulated_world.bot(cluster=LISTED) as bot:
        name = await asked(bot, velero)
        simulated_world.cluster.velero.failing.add(name)
        await bot.approve("bob", await bot.card(1))
        ended = await bot.ended(1, "❌", "it failed in part (errors: 1, warnings: 0)")
        assert everything(ended).count("failed in part") == 1
        assert (await bot.life(1))[-1] == "request.failed"
        await bot.click("carol", ended, "run")
        await bot.said("Errors", f"error backing up item {name}", person="carol")


async def test_a_server_that_stands_still_is_told_and_waited_for(simulated_world: World) -> None:
    velero = await with_velero(simulated_world)
    async with simulated_world.bot(cluster=LISTED) as bot:
        await asked(bot, velero)
        simulated_world.cluster.velero.running = False
        await bot.approve("bob", await bot.card(1))
        await bot.card(1, "the Velero server has not looked at it: is it running?")
        simulated_world.cluster.velero.running = True
        await bot.ended(1, "✅", "completed")


async def test_a_create_whose_answer_is_lost_is_known_again_and_sent_once(simulated_world: World) -> None:
    velero = await with_velero(simulated_world)
    async with simulated_world.bot(cluster=LISTED) as bot:
        name = await asked(bot, velero)
        simulated_world.cluster.faults.lose_answer(verb="create", path="/backups")
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅", "completed")
        assert await velero.names("backups") == [name]
        assert velero.sent() == ["alice create backups"]


async def test_a_name_that_is_taken_before_it_is_sent_is_not_taken_for_ours(simulated_world: World) -> None:
    velero = await with_velero(simulated_world)
    async with simulated_world.bot(cluster=LISTED) as bot:
        name = await asked(bot, velero)
        body = {"metadata": {"name": name}, "spec": {"includedNamespaces": ["other"]}}
        simulated_world.shop.admin.create("/apis/velero.io/v1/namespaces/velero/backups", body)
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "❌", "already")
        assert velero.sent() == []


async def test_a_restore_needs_what_the_namespaces_need_that_it_takes_from_or_changes(
    world: World, velero: VeleroWorld
) -> None:
    async with world.bot(cluster=LISTED, policy=TWO.format(namespace=world.namespace)) as bot:
        name = await asked(bot, velero)
        await bot.approve("bob", await bot.card(1, "needs 1 of"))
        await bot.ended(1, "✅")
        await bot.command("alice", f"velero restore create {velero.named('back')} --from-backup {name}")
        await bot.card(2, "needs 2 of")
        other = f"--namespace-mappings {world.namespace}:elsewhere"
        await bot.command("alice", f"velero restore create {velero.named('copy')} --from-backup {name} {other}")
        await bot.card(3, "elsewhere", "needs 2 of")


async def test_a_file_that_is_fetched_is_in_the_record(world: World, velero: VeleroWorld) -> None:
    async with world.bot(cluster=LISTED) as bot:
        name = await asked(bot, velero)
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅")
        await bot.command("bob", f"velero backup logs {name}")
        await bot.said(f"The log of {name}", person="bob")
        (probe,) = await probes(bot, "bob")
        assert probe.detail["command"] == f"velero backup logs {name}"
        assert "http" not in str(probe.detail)


async def test_a_file_that_is_fetched_for_a_plan_is_in_the_record_too(world: World, velero: VeleroWorld) -> None:
    async with world.bot(cluster=LISTED) as bot:
        name = await asked(bot, velero)
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅")
        line = f"velero restore create {velero.named('back')} --from-backup={name}"
        await bot.command("alice", line)
        await bot.card(2)
        (probe,) = await probes(bot, "alice")
        assert probe.detail["command"] == line


async def test_a_file_that_is_fetched_once_more_before_it_is_sent_is_in_the_record_of_the_request(
    world: World, velero: VeleroWorld
) -> None:
    async with world.bot(cluster=LISTED) as bot:
        name = await asked(bot, velero)
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅")
        only = f"--include-namespaces {world.namespace}"
        await bot.command("alice", f"velero restore create {velero.named('back')} --from-backup={name} {only}")
        await bot.approve("bob", await bot.card(2))
        await bot.ended(2, "✅")
        assert "probe.asked alice" in await bot.events(2)
        assert "probe.asked alice" not in await bot.events(1)


async def probes(bot: Bot, person: str) -> list[Record]:
    """What this person's looking left in the record."""
    assert bot.running is not None
    async with bot.running.services.database.read() as tx:
        found = await tx.execute(select(audit.c.body).where(audit.c.chain.like("delivery/%")))
        records = [decode(body) for (body,) in found]
    return [each for each in records if event_of(each) == f"probe.asked {person}"]
