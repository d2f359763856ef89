"""The main job, fast, on both databases: the story of `tests/cluster/test_main_job.py` on the simulated cluster."""

from __future__ import annotations

from tests.cluster.installation import buttons, everything
from tests.scenarios.installation import Install
from tests.scenarios.shop import SimulatedShop

WRITES = {"patch", "update", "create", "delete"}


async def test_an_undo_from_the_command_to_its_way_back(shop: SimulatedShop, install: Install) -> None:
    world = await shop.deployment("app", images=["app:v2.4.0", "app:v2.4.1"], replicas=10)
    async with install() as bot:
        await bot.command("alice", f"rollout undo deployment/app -n {shop.namespace}")
        card = await bot.said("v2.4.0")
        shown = everything(card)
        for words in ("PROD", "v2.4.1", "v2.4.0", "10 pods", "R-1"):
            assert words in shown
        assert {"approve", "reject"} <= buttons(card).keys()

        await bot.click("alice", card, "approve")
        refused = await bot.said("Nobody approves their own request")
        assert refused["ts"] != card["ts"]
        assert await world.image() == "app:v2.4.1"
        assert sent_by(shop, "kajitori:alice") == []

        await bot.click("bob", card, "approve")
        await bot.submit("bob")
        done = await bot.message(
            lambda each: each["ts"] == card["ts"] and "back" in buttons(each) and "✅" in everything(each)
        )
        assert "10/10" in everything(done)
        assert await world.image() == "app:v2.4.0"
        assert len(sent_by(shop, "kajitori:alice")) == 1

        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.message(
            lambda each: each["ts"] != card["ts"] and "✅" in everything(each) and "R-2" in everything(each)
        )
        assert await world.image() == "app:v2.4.1"
        assert len(sent_by(shop, "kajitori:alice")) == 2


def sent_by(shop: SimulatedShop, user: str) -> list[dict[str, object]]:
    """What the API server was asked to change, rehearsals left out."""
    entries = shop.control_plane.audit_entries(user=user, verbs=WRITES, namespace=shop.namespace)
    return [each for each in entries if "dryRun" not in each["requestURI"] and "dryRun" not in str(each)]
