"""Reads that go on: a roll-out to its end, a log line by line; and what is too long for a message, as a file."""

from __future__ import annotations

from tests.installation.bot import buttons, everything
from tests.installation.world import World


async def test_a_roll_out_is_followed_to_its_end(world: World) -> None:
    app = await world.app("app:v1")
    async with world.bot() as bot:
        with world.shop.control_plane.paused_kubelet():
            await app.set_image("app:v2")
            await bot.command("alice", "rollout status deploy/app")
            waiting = await bot.said("Roll-out of", "pods", channel=bot.direct("alice"))
        ended = await bot.said("rolled out", channel=bot.direct("alice"))
        assert ended["ts"] == waiting["ts"]
    assert world.sent() == []


async def test_a_log_is_followed_line_by_line(world: World) -> None:
    app = await world.app("app:v1", replicas=1)
    pod = str((await app.pods())[0]["metadata"]["name"])
    await app.log(pod, "first line")
    async with world.bot() as bot:
        await bot.command("alice", f"logs -f {pod}")
        await bot.said("first line", channel=bot.direct("alice"))
        await app.log(pod, "second line")
        followed = await bot.said("second line", channel=bot.direct("alice"))
        assert "first line" in everything(followed)


async def test_a_private_answer_is_shared_by_a_press(world: World) -> None:
    app = await world.app("app:v1", replicas=1)
    pod = str((await app.pods())[0]["metadata"]["name"])
    await app.log(pod, "a line for everyone")
    async with world.bot() as bot:
        await bot.command("alice", f"logs {pod}")
        private = await bot.said("a line for everyone")
        assert private["is_ephemeral"]
        assert not any(
            "a line for everyone" in everything(each) for each in bot.workspace.messages("payments-prod", "carol")
        )
        assert "share" in buttons(private)
        await bot.click("alice", private, "share")
        shared = await bot.said("a line for everyone", person="carol")
        assert not shared.get("is_ephemeral")


async def test_what_is_too_long_comes_as_a_file_to_its_reader_alone(world: World) -> None:
    app = await world.app("app:v1", replicas=1)
    pod = str((await app.pods())[0]["metadata"]["name"])
    await app.log(pod, *(f"line {number} " + "x" * 100 for number in range(400)))
    async with world.bot() as bot:
        await bot.command("alice", f"logs {pod} --tail=400")
        found = await bot.message(lambda each: bool(each.get("files")), channel=bot.direct("alice"))
        assert found["files"]
        assert not any(each.get("files") for each in bot.workspace.messages("payments-prod", "carol"))
