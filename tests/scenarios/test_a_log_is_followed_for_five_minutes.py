"""Following a log has an end, and all that reads for it ends with it: by its time, by a failure, by a restart."""

from __future__ import annotations

import asyncio

from tests.installation.bot import buttons, everything
from tests.installation.simulated_shop import SimulatedWorld
from tests.installation.world import World


async def _pods(app: SimulatedWorld) -> list[str]:
    return sorted(str(each["metadata"]["name"]) for each in await app.pods())


async def _nobody_reads(world: World, app: SimulatedWorld) -> None:
    """Returns when no log is read any more, though each has something new to give."""
    async with asyncio.timeout(30):
        while world.cluster.logs.readers:
            for pod in await _pods(app):
                await app.log(pod, "who reads this?")
            await asyncio.sleep(0.01)


async def _read_by(world: World, count: int) -> None:
    """Returns when the logs are read by so many."""
    async with asyncio.timeout(30):
        while True:
            if len(world.cluster.logs.readers) == count:
                return
            await asyncio.sleep(0.01)


async def test_its_end_is_said_after_five_minutes_and_it_is_followed_on_by_a_press(simulated_world: World) -> None:
    world = simulated_world
    app = await world.app("app:v1", replicas=1)
    (pod,) = await _pods(app)
    await app.log(pod, "the first minute")
    async with world.bot() as bot:
        direct = bot.direct("alice")
        await bot.command("alice", f"logs -f {pod}")
        await bot.said("the first minute", channel=direct)
        world.clock.turn_on(minutes=4)
        await app.log(pod, "the fifth minute")
        followed = await bot.said("the fifth minute", channel=direct)
        assert "Followed for" not in everything(followed)
        world.clock.turn_on(minutes=1)
        ended = await bot.said("Followed for 5 minutes.", "the fifth minute", channel=direct)
        assert ended["ts"] == followed["ts"]
        await _nobody_reads(world, app)
        await bot.click("alice", ended, _labelled(ended, "Follow on"), channel=direct)
        await _read_by(world, 1)
        await app.log(pod, "later still")
        again = await bot.said("later still", channel=direct)
        assert again["ts"] != ended["ts"]


async def test_a_log_that_is_refused_is_named_and_the_others_are_followed_to_the_same_end(
    simulated_world: World,
) -> None:
    world = simulated_world
    app = await world.app("app:v1", replicas=3)
    first, second, third = await _pods(app)
    world.cluster.faults.answer(403, verb="get", path=f"/pods/{second}/log")
    async with world.bot() as bot:
        direct = bot.direct("alice")
        await bot.command("alice", "logs -f -l app=app")
        await bot.said(f"{second} is not followed: ", channel=direct)
        await app.log(first, "of the first")
        await app.log(third, "of the third")
        await bot.said(f"{first}: of the first", f"{third}: of the third", f"{second} is not", channel=direct)
        world.clock.turn_on(minutes=5)
        await bot.said("Followed for 5 minutes.", f"{second} is not followed: ", channel=direct)
        await _nobody_reads(world, app)


async def test_where_all_are_refused_it_ends_at_once_with_the_reason(simulated_world: World) -> None:
    world = simulated_world
    app = await world.app("app:v1", replicas=2)
    world.cluster.faults.answer(403, times=2, verb="get", path="/log")
    async with world.bot() as bot:
        await bot.command("alice", "logs -f -l app=app")
        ended = await bot.message(
            lambda each: any(button["text"]["text"] == "Again" for button in buttons(each).values()),
            channel=bot.direct("alice"),
        )
        for pod in await _pods(app):
            assert f"{pod} is not followed: " in everything(ended)
        assert world.cluster.logs.readers == []


async def test_a_sixth_is_refused_until_one_has_ended(simulated_world: World) -> None:
    world = simulated_world
    app = await world.app("app:v1", replicas=1)
    (pod,) = await _pods(app)
    async with world.bot() as bot:
        for count in range(1, 6):
            await bot.command("alice", f"logs -f {pod}")
            await _read_by(world, count)
        await bot.command("alice", f"logs -f {pod}")
        await bot.refused("alice", "You are following 5 things already.", "Wait until one of them ends.")
        assert len(world.cluster.logs.readers) == 5
        await bot.command("bob", f"logs -f {pod}")
        await _read_by(world, 6)
        world.clock.turn_on(minutes=5)
        await bot.said("Followed for 5 minutes.", channel=bot.direct("alice"))
        await _nobody_reads(world, app)
        await bot.command("alice", f"logs -f {pod}")
        await _read_by(world, 1)


async def test_what_was_followed_at_a_restart_says_so_and_can_be_asked_for_again(simulated_world: World) -> None:
    world = simulated_world
    app = await world.app("app:v1", replicas=1)
    (pod,) = await _pods(app)
    await app.log(pod, "before the restart")
    async with world.bot() as bot:
        await bot.command("alice", f"logs -f {pod}")
        followed = await bot.said("before the restart", channel=bot.direct("alice"))
    await _nobody_reads(world, app)
    async with world.bot() as bot:
        direct = bot.direct("alice")
        ended = await bot.said("I am being restarted, so I stopped following.", "before the restart", channel=direct)
        assert ended["ts"] == followed["ts"]
        await bot.click("alice", ended, _labelled(ended, "Again"), channel=direct)
        await _read_by(world, 1)


async def test_the_same_lines_are_let_through_whether_it_is_followed_or_not(simulated_world: World) -> None:
    world = simulated_world
    app = await world.app("app:v1", replicas=1)
    (pod,) = await _pods(app)
    await app.log(pod, "TIMEOUT of the database", "all is well")
    async with world.bot() as bot:
        await bot.command("alice", f"logs {pod} --grep=timeout")
        read = await bot.said("TIMEOUT of the database")
        await bot.command("alice", f"logs -f {pod} --grep=timeout")
        followed = await bot.said("TIMEOUT of the database", channel=bot.direct("alice"))
        assert "all is well" not in everything(read) + everything(followed)


def _labelled(message: dict[str, object], label: str) -> str:
    """The action of the button with this label."""
    return next(action for action, each in buttons(message).items() if each["text"]["text"] == label)
