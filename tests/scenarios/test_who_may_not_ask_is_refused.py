"""People without rights, guests and strangers: refused with the reason, in the record, and nothing is sent."""

from __future__ import annotations

from tests.installation.bot import everything
from tests.installation.world import World
from tests.scenarios.lines import UNDO

REFUSED = ["refused.command dave", "request.rejected"]


async def test_a_reader_is_refused_with_what_they_lack_and_a_number(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("dave", UNDO)
        refused = everything(await bot.refused("dave", "R-1 · recorded"))
        assert "patch" in refused
        assert "deployments.apps" in refused
        await bot.said("R-1 · recorded", person="dave", channel=bot.direct("dave"))
        assert await bot.life(1) == REFUSED
        assert bot.cards() == []
    assert world.sent() == []


async def test_a_reader_may_read(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("dave", "get deploy")
        await bot.said("app", "2/2", person="dave")
    assert world.sent() == []


async def test_a_guest_of_another_company_is_refused_without_a_word_on_the_cluster(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("erin", UNDO)
        refused = everything(await bot.refused("erin"))
        assert "app" not in refused.replace("approv", "")
        assert await bot.refusals() == ["refused.command U0ERIN"]
    assert world.sent() == []


async def test_a_member_whom_the_configuration_does_not_name_is_told_whom_to_ask(world: World) -> None:
    await world.app()
    async with world.bot(identity={"ask": "U0CAROL"}) as bot:
        await bot.command("frank", "get deploy")
        await bot.refused("frank", "U0CAROL")
        assert await bot.refusals() == ["refused.command U0FRANK"]
    assert world.sent() == []
