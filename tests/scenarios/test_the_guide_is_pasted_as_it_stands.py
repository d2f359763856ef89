"""The guide's roll-out commands (catalogue rows 8 to 11), pasted as they stand, voted on, carried to their end."""

from __future__ import annotations

from tests.installation.bot import everything
from tests.installation.world import World

SET = "kubectl set image deployment/app app=myapp:v2"
STATUS = "kubectl rollout status deployment/app"
BACK = "kubectl rollout undo deployment/app"
FURTHER = "kubectl rollout undo deployment/app --to-revision=3"


async def test_an_image_is_set_followed_undone_and_an_older_revision_taken(world: World) -> None:
    app = await world.app("myapp:one", "myapp:two", "myapp:three", "myapp:four")
    async with world.bot() as bot:
        await bot.command("alice", SET)
        await bot.approve("bob", await bot.card(1, "four", "v2"))
        await bot.ended(1, "✅", "2/2 ready")
        assert await app.image() == "myapp:v2"

        await bot.command("alice", STATUS)
        await bot.said("Roll-out of", "rolled out", channel=bot.direct("alice"))

        await bot.command("alice", BACK)
        await bot.approve("bob", await bot.card(2, "v2", "four"))
        await bot.ended(2, "✅", "2/2 ready")
        assert await app.image() == "myapp:four"

        await bot.command("alice", FURTHER)
        card = await bot.card(3, "back to revision 3")
        assert "three" in everything(card)
        await bot.approve("bob", card)
        done = await bot.ended(3, "✅", "2/2 ready")
        assert await app.image() == "myapp:three"

        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(4, "✅", "2/2 ready")
        assert await app.image() == "myapp:four"
    assert world.sent() == ["kajitori:alice patch deployments/app"] * 4
