"""What the tour lets people do to the bot: kill it, cheat in its database, and begin anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from playground.stage import Stage, staged
from playground.town.clusters import APP
from tests.playground.conftest import CHANNEL, approve, seen, words

pytestmark = pytest.mark.long


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path / "data", speed=10) as opened:
        yield opened


async def post(stage: Stage, path: str, body: Any = None) -> tuple[int, Any]:
    address = f"{stage.address}/api/stage/{path}"
    async with aiohttp.ClientSession() as session, session.post(address, json=body or {}) as answer:
        return answer.status, await answer.json()


async def proof(stage: Stage) -> Any:
    address = f"{stage.address}/api/stage/proof/1"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return await answer.json()


async def test_a_bot_that_is_killed_in_the_middle_finishes_what_it_began_and_sends_nothing_twice(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    card = await seen(stage, "v2.4.0-hotfix")
    prod = stage.clusters["prod"]
    with prod.paused_kubelet():
        await approve(stage, card)
        await prod.admin.until(APP, lambda it: it["spec"]["template"]["spec"]["containers"][0]["image"].endswith("fix"))
        before = stage.bot.pid
        status, answer = await post(stage, "kill")
        assert (status, answer["killed"]) == (200, before)
    done = await seen(stage, "10/10 ready")
    assert done["ts"] == card["ts"]
    assert stage.bot.pid != before
    writes = prod.audit_entries(user="kajitori:alice", verbs={"patch"}, namespace="shop")
    assert len([each for each in writes if "dryRun" not in each["requestURI"]]) == 1


async def test_a_record_that_was_altered_is_found_and_named(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    await seen(stage, "v2.4.0-hotfix")
    before = await proof(stage)
    assert before["intact"]
    assert not before["about"]
    status, forged = await post(stage, "cheat", {"request": 1, "record": 1})
    assert status == 200
    assert forged["before"] == "kajitori:alice"
    after = await proof(stage)
    assert not after["intact"]
    assert any("R-1" in line for line in after["about"])
    assert (await post(stage, "cheat", {"request": 1, "record": 99}))[0] == 404
    assert (await post(stage, "cheat", {"request": "1"}))[0] == 400


async def test_the_town_as_at_first_at_the_same_addresses(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    await seen(stage, "v2.4.0-hotfix")
    stage.clusters["prod"].admin.delete(APP)
    urls = {name: cluster.url for name, cluster in stage.clusters.items()}
    assert (await post(stage, "reset"))[0] == 200
    assert {name: cluster.url for name, cluster in stage.clusters.items()} == urls
    assert stage.workspace.messages(CHANNEL, "alice") == []
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    assert "R-1 " in words(await seen(stage, "v2.4.0-hotfix")) + " "


async def test_a_form_of_another_page_does_nothing(stage: Stage) -> None:
    before = stage.bot.pid
    for act in ("kill", "reset", "cheat"):
        address = f"{stage.address}/api/stage/{act}"
        async with aiohttp.ClientSession() as session, session.post(address, data={"request": "1"}) as answer:
            assert answer.status == 400
    assert stage.bot.pid == before
