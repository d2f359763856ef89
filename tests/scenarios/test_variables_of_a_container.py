"""`kubectl set env`: set with a colleague, taken back without one, and never a secret."""

from __future__ import annotations

from tests.controlplane.shop import AppWorld
from tests.installation.world import World
from tests.scenarios.lines import PATCHED


async def test_a_variable_is_set_and_taken_back(world: World) -> None:
    app = await world.app("app:v1")
    async with world.bot() as bot:
        await bot.command("alice", "kubectl set env deployment/app LOG_LEVEL=debug")
        await bot.approve("bob", await bot.card(1, "LOG_LEVEL=debug"))
        done = await bot.ended(1, "✅", "2/2 ready")
        assert await variables(app) == [{"name": "LOG_LEVEL", "value": "debug"}]

        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅", "2/2 ready")
        assert await variables(app) == []
        assert "vote.approve bob" not in await bot.life(2)
    assert world.sent() == [PATCHED] * 2


async def test_a_typed_secret_is_refused_before_it_is_stored(world: World) -> None:
    await world.app("app:v1")
    async with world.bot() as bot:
        await bot.command("alice", "kubectl set env deployment/app DB_PASSWORD=hunter2hunter2")
        await bot.refused("alice", "rotate")
        assert bot.cards() == []
    stored = b"".join(each.read_bytes() for each in world.folder.parent.glob("kajitori.db*"))
    assert b"hunter2hunter2" not in stored
    assert world.sent() == []


async def variables(app: AppWorld) -> list[dict[str, str]]:
    """Those of the first container, as the Deployment wants them."""
    found: list[dict[str, str]] = (await app.get())["spec"]["template"]["spec"]["containers"][0].get("env") or []
    return found
