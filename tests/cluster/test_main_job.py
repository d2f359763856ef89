"""The main job on real parts: asked in Slack, approved by a colleague, sent once as the person, followed, undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.installation import buttons, everything, installed
from tests.controlplane.shop import Shop

pytestmark = pytest.mark.cluster


async def test_an_undo_from_the_command_to_its_way_back(shop: Shop, tmp_path: Path) -> None:
    world = await shop.deployment("app", images=["app:v2.4.0", "app:v2.4.1"], replicas=10)
    async with installed(shop, tmp_path / "data") as bot:
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

        await bot.click("bob", card, "approve")
        await bot.submit("bob")
        done = await bot.message(
            lambda each: each["ts"] == card["ts"] and "back" in buttons(each) and "✅" in everything(each)
        )
        assert "10/10" in everything(done)
        assert await world.image() == "app:v2.4.0"
        writes = shop.control_plane.audit_entries(
            user="kajitori:alice", verbs={"patch", "update", "create", "delete"}, namespace=shop.namespace
        )
        sent = [entry for entry in writes if "dryRun" not in entry["requestURI"]]
        assert len(sent) == 1, sent

        await bot.click("alice", done, "back")
        await bot.submit("alice")
        await bot.message(
            lambda each: each["ts"] != card["ts"] and "✅" in everything(each) and "R-2" in everything(each)
        )
        assert await world.image() == "app:v2.4.1"
