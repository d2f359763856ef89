"""The main job: asked in Slack, approved by a colleague, sent once as the person, followed to its end, taken back."""

from __future__ import annotations

from tests.installation.bot import buttons, everything
from tests.installation.world import World


async def test_an_undo_from_the_command_to_its_way_back(shared_world: World) -> None:
    app = await shared_world.app("app:v2.4.0", "app:v2.4.1", replicas=10)
    strict = {"metadata": {"labels": {"pod-security.kubernetes.io/warn": "restricted"}}}
    shared_world.shop.admin.merge(f"/api/v1/namespaces/{shared_world.namespace}", strict)
    async with shared_world.bot() as bot:
        await bot.command("alice", f"rollout undo deployment/app -n {shared_world.namespace}")
        card = await bot.card(1)
        shown = everything(card)
        for words in (
            "PROD",
            "v2.4.1",
            "v2.4.0",
            "10 pods",
            "R-1",
            "would violate PodSecurity",
            "go back for 30 minutes",
        ):
            assert words in shown
        assert {"approve", "reject"} <= buttons(card).keys()
        assert shared_world.sent() == []

        await bot.click("alice", card, "approve")
        await bot.refused("alice", "Nobody approves their own request")
        assert shared_world.sent() == []

        await bot.approve("bob", card)
        done = await bot.ended(1, "✅", "10/10 ready")
        assert done["ts"] == card["ts"]
        assert await app.image() == "app:v2.4.0"
        assert shared_world.sent() == ["kajitori:alice patch deployments/app"]
        assert await bot.life(1) == [
            "request.planned alice",
            "request.waiting",
            "vote.approve bob",
            "request.approved",
            "request.succeeded",
        ]
        assert [each for each in await bot.events(1) if each.startswith("step.")] == [
            "step.intended",
            "step.done",
            "step.done",
        ]

        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅", "10/10 ready")
        assert await app.image() == "app:v2.4.1"
        assert shared_world.sent() == ["kajitori:alice patch deployments/app"] * 2
        assert await bot.card(1, "Taken back by R-2")


async def test_a_role_that_names_what_the_bot_may_do_as_somebody_is_enough(world: World) -> None:
    """Constrained impersonation, as `kajitori manifest rbac --constrained` has it: no plain verb is left."""
    app = await world.app("app:v2.4.0", "app:v2.4.1", replicas=4)
    async with world.bot(constrained=True) as bot:
        await bot.command("alice", f"rollout undo deployment/app -n {world.namespace}")
        await bot.approve("bob", await bot.card(1))
        done = await bot.ended(1, "✅", "4/4 ready")
        assert await app.image() == "app:v2.4.0"
        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.ended(2, "✅", "4/4 ready")
        assert world.sent() == ["kajitori:alice patch deployments/app"] * 2
