"""The whole bot in HTTP mode: what Slack signed is done, anything else is refused and leaves a trace."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from playground.workspace.signed_requests import PATH, signed_headers
from tests.databases import SQLite
from tests.installation.world import World, running_of
from tests.scenarios.conftest import simulated_on

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def simulated_world(sqlite: SQLite, tmp_path: Path) -> AsyncIterator[World]:
    """At the machine's own pace: what is signed is signed by that clock."""
    async with simulated_on(tmp_path, await sqlite.fresh(tmp_path / "kajitori.db"), speed=1) as found:
        yield found


async def test_a_command_comes_through_to_a_card_and_its_vote_to_the_change(simulated_world: World) -> None:
    app = await simulated_world.app("app:v1", "app:v2")
    async with simulated_world.bot(http=True) as bot:
        await bot.command("alice", "rollout undo deploy/app")
        card = await bot.card(1, "v2 → v1")
        await bot.approve("bob", card)
        await bot.ended(1, "✅")
        assert await app.image() == "app:v1"
        assert bot.workspace.connections == 0


async def test_what_slack_did_not_sign_now_is_refused_and_recorded(simulated_world: World) -> None:
    await simulated_world.app("app:v1", "app:v2")
    form = {"command": "/eks", "text": "rollout undo deploy/app", "user_id": "U0ALICE", "channel_id": "C0PAYMENTS"}
    body = urlencode(form).encode()
    async with simulated_world.bot(http=True) as bot, aiohttp.ClientSession(trust_env=False) as session:
        secret, old = bot.workspace.signing_secret, str(int(time.time()) - 301)
        address = f"http://127.0.0.1:{running_of(bot).port}{PATH}"
        for headers in (signed_headers("another secret", body), signed_headers(secret, body, old), {}):
            async with session.post(address, data=body, headers={"Content-Type": FORM, **headers}) as answer:
                assert answer.status == 401
        assert await bot.refusals() == ["refused.forgery 127.0.0.1"] * 3
        assert [each.detail["why"] for each in await bot.tries()] == ["signature", "old", "timestamp"]
        assert bot.cards() == []
    assert simulated_world.sent() == []
