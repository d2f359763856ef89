"""A database that takes no writes, is full or gone while the bot runs: people are told so, nothing is half done.

Whatever it was busy with goes on by itself when the database is back, and what was sent is not sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.running import Knobs
from tests.databases import PostgreSQL, SQLite
from tests.installation.bot import PATIENCE, Bot, Json, everything
from tests.installation.faults import IN_A_FILE, IN_A_SERVER, Fault
from tests.installation.world import World, running_of
from tests.scenarios.conftest import SPEED, simulated_on
from tests.scenarios.lines import ASKED, PATCHED, UNDO, VOTED


@dataclass(frozen=True, kw_only=True)
class Failing:
    """A world whose database can be made to fail, and how."""

    world: World
    fault: Fault
    server: PostgreSQL | None

    def fails(self, bot: Bot) -> AbstractAsyncContextManager[None]:
        return self.fault.while_it_lasts(self.world, bot, self.server)


FAULTS = (
    *(pytest.param(each, id=each.name) for each in IN_A_FILE),
    *(pytest.param(each, id=each.name, marks=pytest.mark.long) for each in IN_A_SERVER),
)


@pytest.fixture(params=FAULTS)
async def failing(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Failing]:
    fault: Fault = request.param
    if fault in IN_A_FILE:
        files: SQLite = request.getfixturevalue("sqlite")
        address = await files.fresh(tmp_path / "kajitori.db")
        async with simulated_on(tmp_path, address, speed=SPEED) as world:
            yield Failing(world=world, fault=fault, server=None)
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    address = await server.fresh()
    async with simulated_on(tmp_path, address, speed=1) as world:
        yield Failing(world=world, fault=fault, server=server)
    await server.drop(address)


async def test_a_command_is_answered_with_the_reason_and_done_when_asked_again(failing: Failing) -> None:
    world = failing.world
    await world.app()
    async with world.bot() as bot:
        async with failing.fails(bot):
            await bot.command("alice", UNDO)
            said = everything(await bot.said("othing was done", failing.fault.says))
            assert "gain" in said, said
            await until_health(bot, failing.fault.state)
        await until_health(bot, "ok")
        await bot.command("alice", UNDO)
        await bot.card(1)
        assert await bot.life(1) == ASKED
        assert len(bot.cards()) == 1
    assert world.sent() == []


async def test_a_press_is_answered_with_the_reason_and_counts_when_pressed_again(failing: Failing) -> None:
    world = failing.world
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await asked(bot)
        async with failing.fails(bot):
            await bot.click("bob", card, "approve")
            await bot.said("othing was done", failing.fault.says, person="bob")
        await until_health(bot, "ok")
        assert await bot.life(1) == ASKED
        assert world.sent() == []
        await bot.approve("bob", card)
        await bot.ended(1, "✅")
        assert (await bot.life(1))[:4] == VOTED
    assert world.sent() == [PATCHED]


async def test_a_vote_that_is_sent_in_is_told_in_its_view_and_can_be_sent_again(failing: Failing) -> None:
    world = failing.world
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.click("bob", await asked(bot), "approve")
        await bot.modal("bob")
        async with failing.fails(bot):
            errors = await bot.try_submit("bob")
            view = bot.workspace.view("bob")
            assert failing.fault.says in f"{errors} {view}", (errors, view)
        await until_health(bot, "ok")
        assert await bot.life(1) == ASKED
        await bot.workspace.close_view("bob", view["id"])
        await bot.approve("bob", await bot.card(1))
        await bot.ended(1, "✅")
    assert world.sent() == [PATCHED]


@pytest.mark.long
@pytest.mark.parametrize("point", ["intent-stored", "sent"])
async def test_a_change_that_is_under_way_goes_on_by_itself_and_is_sent_once(failing: Failing, point: str) -> None:
    world = failing.world
    reached, begun = asyncio.Event(), list[asyncio.Future[None]]()
    await world.app()

    def at(label: str) -> None:
        if label == point and not reached.is_set():
            reached.set()
            if failing.server is None:
                begin()
            else:  # a server waits for the transactions that the bot has open
                begun.append(asyncio.get_running_loop().run_in_executor(None, begin))

    async with world.bot(knobs=Knobs(point=at)) as bot:
        begin, end = failing.fault.hands(world, bot, failing.server)
        await bot.command("alice", UNDO)
        await bot.approve("bob", await bot.card(1))
        await reached.wait()
        await asyncio.gather(*begun)
        await until_health(bot, failing.fault.state)
        await asyncio.to_thread(end)
        await bot.ended(1, "✅", "2/2 ready")
        assert (await bot.life(1))[-1] == "request.succeeded"
    assert world.sent() == [PATCHED]


async def asked(bot: Bot) -> Json:
    """The card of the first request, once everything about it is said."""
    card = await bot.card(1)
    await bot.said("waits for approval", thread_ts=card["ts"])
    return card


async def until_health(bot: Bot, state: str) -> None:
    """Returns when `/readyz` says this of the database, and is unready exactly when it is not well."""
    address = f"http://127.0.0.1:{running_of(bot).port}/readyz"
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession(trust_env=False) as session:
        found: dict[str, str] = {}
        while found.get("database") != state:
            async with session.get(address) as answer:
                parts = (await answer.json())["parts"]
                found = {each["name"]: each["state"] for each in parts}
                assert (answer.status == 200) == (set(found.values()) == {"ok"})
