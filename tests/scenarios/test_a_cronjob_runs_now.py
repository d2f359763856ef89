"""A CronJob is run by hand, followed to its end and taken back; its schedule is stopped and let go on."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.installation.bot import Bot, Json
from tests.installation.world import World

CRON_JOBS: Final = "/apis/batch/v1/namespaces/{}/cronjobs"
JOBS: Final = "/apis/batch/v1/namespaces/{}/jobs"
RUN: Final = "kubectl create job by-hand --from=cronjob/nightly"


async def nightly(world: World, image: str = "app:v1", **spec: Any) -> None:
    pod = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": image}]}}
    body = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly"},
        "spec": {"schedule": "0 3 1 1 *", "jobTemplate": {"spec": {"backoffLimit": 0, "template": pod}}, **spec},
    }
    await world.shop.apply([body])


async def run(bot: Bot) -> None:
    await bot.command("alice", RUN)
    await bot.approve("bob", await bot.card(1, "nightly", "by-hand"))


async def job(world: World) -> Json:
    return await world.shop.until(f"{JOBS.format(world.namespace)}/by-hand", lambda _: True)


async def test_it_is_run_to_its_end_and_taken_back(world: World) -> None:
    await nightly(world)
    async with world.bot() as bot:
        await run(bot)
        card = await bot.ended(1, "✅")
        made = await job(world)
        assert made["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"] == "manual"
        assert made["metadata"]["labels"]["kajitori.dev/request"] == "1"
        assert [each["name"] for each in made["metadata"]["ownerReferences"]] == ["nightly"]
        assert made["status"]["succeeded"] == 1
        await bot.command("bob", RUN)
        await bot.refused("bob", "jobs.batch by-hand already exists")
        await bot.click("alice", card, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        assert await bot.life(2) == [
            "request.planned alice",
            "request.waiting",
            "vote.approve alice",
            "request.approved",
            "request.succeeded",
        ]
    assert world.sent() == ["kajitori:alice create jobs/by-hand", "kajitori:alice delete jobs/by-hand"]


async def test_one_that_fails_says_why(world: World) -> None:
    await nightly(world, "app:crash-1")
    async with world.bot() as bot:
        await run(bot)
        await bot.ended(1, "❌", "BackoffLimitExceeded", "exit code 1")


async def test_a_job_that_was_not_made_here_is_left_alone(world: World) -> None:
    pod = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "app:v1"}]}}
    meta = {"name": "by-hand", "labels": {"kajitori.dev/request": "1"}}
    await world.shop.apply([{"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": {"template": pod}}])
    async with world.bot() as bot:
        await bot.command("alice", "delete job by-hand")
        await bot.refused("alice", "was not made here")
    assert world.sent() == []


async def test_its_schedule_is_stopped_and_goes_on(world: World) -> None:
    await nightly(world)
    path = f"{CRON_JOBS.format(world.namespace)}/nightly"
    async with world.bot() as bot:
        await bot.command("alice", "cronjob suspend nightly")
        await bot.approve("bob", await bot.card(1, "Suspend", "suspended"))
        card = await bot.ended(1, "✅")
        await world.shop.until(path, lambda it: it["spec"]["suspend"] is True)
        await bot.command("alice", "cronjob suspend nightly")
        await bot.said("suspended already")
        await bot.click("alice", card, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        await world.shop.until(path, lambda it: it["spec"]["suspend"] is False)
    assert world.sent() == ["kajitori:alice patch cronjobs/nightly"] * 2


async def test_a_cronjob_that_is_missing_is_said_so(world: World) -> None:
    async with world.bot() as bot:
        await bot.command("alice", "create job --from=cronjob/weekly")
        await bot.refused("alice", "weekly")
        await bot.command("alice", "create job --from=deployment/app")
        await bot.refused("alice", "from must be an existing cronjob")


async def test_a_template_that_changed_meanwhile_asks_for_votes_again(world: World) -> None:
    await nightly(world)
    async with world.bot() as bot:
        await bot.command("alice", RUN)
        card = await bot.card(1)
        await nightly(world, "app:v2")
        await bot.approve("bob", card)
        again = await bot.card(1, "The world moved", "/spec/jobTemplate")
        assert world.sent() == []
        await bot.approve("bob", again)
        await bot.ended(1, "✅")
        assert (await job(world))["spec"]["template"]["spec"]["containers"][0]["image"] == "app:v2"


@pytest.mark.parametrize("fault", ["drop", "lose_answer", "delay"])
async def test_a_creation_without_an_answer_is_known_by_its_label(simulated_world: World, fault: str) -> None:
    world = simulated_world
    await nightly(world)
    async with world.bot() as bot:
        await bot.command("alice", RUN)
        card = await bot.card(1)
        await bot.said("waits for approval", thread_ts=card["ts"])
        await bot.click("bob", card, "approve")
        await bot.modal("bob")
        match fault:
            case "drop":
                world.cluster.faults.drop(verb="create", path="/jobs")
            case "lose_answer":
                world.cluster.faults.lose_answer(verb="create", path="/jobs")
            case _:
                world.cluster.faults.delay(3.0, verb="create", path="/jobs")
        await bot.submit("bob")
        await bot.ended(1, "✅")
        assert "step.already" not in await bot.events(1)
    assert [each for each in world.sent() if not each[-3:].isdigit()] == ["kajitori:alice create jobs/by-hand"]


async def test_a_job_of_that_name_that_somebody_makes_meanwhile_is_not_taken_for_ours(world: World) -> None:
    await nightly(world)
    pod = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "app:v1"}]}}
    other = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "by-hand"}, "spec": {"template": pod}}
    async with world.bot() as bot:
        await bot.command("alice", RUN)
        card = await bot.card(1)
        await world.shop.apply([other])
        await bot.approve("bob", card)
        await bot.ended(1, "❌", "already exists")
    assert world.sent() == []
