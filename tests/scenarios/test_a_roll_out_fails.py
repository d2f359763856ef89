"""What goes wrong in the cluster afterwards is said with its reason while it hangs and at its end, and the way back."""

from __future__ import annotations

from tests.installation.bot import buttons
from tests.installation.world import World
from tests.scenarios.lines import PATCHED, VOTED


async def test_an_image_that_cannot_be_pulled_is_shown_as_stuck_with_the_way_back(shared_world: World) -> None:
    world = shared_world
    app = await world.app("app:v1")
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app app=app:broken-2")
        await bot.approve("bob", await bot.card(1))
        stuck = await bot.card(1, "🟠", "ImagePullBackOff")
        assert buttons(stuck)["stop"]["style"] == "primary"
        await bot.click("alice", stuck, "stop")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        assert await app.image() == "app:v1"
    assert world.sent() == [PATCHED, PATCHED]


async def test_a_roll_out_past_its_deadline_has_failed_and_nothing_is_taken_back_by_itself(world: World) -> None:
    app = await world.app("app:v1")
    await app.merge({"spec": {"progressDeadlineSeconds": 3}})
    async with world.bot() as bot:
        await bot.command("alice", "set image deploy/app app=app:held-2")
        await bot.approve("bob", await bot.card(1))
        failed = await bot.ended(1, "❌", "progress deadline")
        assert buttons(failed)["back"]["style"] == "primary"
        assert await app.image() == "app:held-2"
        assert await bot.life(1) == [*VOTED, "request.failed"]
        loud = await bot.said("<@U0ALICE> failed", "R-1")
        assert loud["ts"] != failed["ts"]

        await bot.click("alice", failed, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅")
        assert await app.image() == "app:v1"
    assert world.sent() == [PATCHED, PATCHED]
