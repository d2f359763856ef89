"""The tour over HTTP: it sets a fresh town on fire, once, in the visitor's language, and touches no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from playground.stage import Stage, staged
from playground.tour.facts import calls_sent
from tests.playground.conftest import CHANNEL, approve, seen, words


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path / "data", speed=10) as opened:
        yield opened


async def post(stage: Stage, path: str, **how: Any) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.post(stage.address + path, **how) as answer:
        return answer.status, await answer.json()


async def now(stage: Stage) -> Any:
    async with aiohttp.ClientSession() as session, session.get(f"{stage.address}/api/tour") as answer:
        return await answer.json()


@pytest.mark.long
async def test_it_burns_once_and_everybody_speaks_the_visitors_language(stage: Stage) -> None:
    assert (await now(stage))["incident"] is None
    for body in ({"data": {"locale": "en"}}, {"json": {"locale": "fr"}}, {"json": {}}):
        assert (await post(stage, "/api/tour/begin", **body))[0] == 400
    assert stage.incident is None

    status, begun = await post(stage, "/api/tour/begin", json={"locale": "ja"})
    assert status == 200
    assert begun["app"]["errors"] == 12
    assert [each["state"] for each in begun["app"]["pods"]].count("crashing") == 3
    _, again = await post(stage, "/api/tour/begin", json={"locale": "en"})
    assert again["incident"] == begun["incident"]

    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    card = await seen(stage, "本番")
    await approve(stage, card)
    await seen(stage, "10/10")
    after = await now(stage)
    assert after["app"]["errors"] == 0
    (request,) = after["requests"]
    assert (request["calls"], request["card"]) == (1, card["ts"])
    assert request["people"] == ["kajitori:alice", "kajitori:bob"]
    assert after["pushes"][1]["text"].startswith("@carol @bob")


@pytest.mark.long
async def test_what_the_bot_knew_of_somebodys_language_is_forgotten(stage: Stage) -> None:
    await stage.workspace.open_home("bob")
    await stage.workspace.wait_for(lambda: stage.workspace.home("bob"), timeout=20)
    before = stage.bot.pid
    await post(stage, "/api/tour/begin", json={"locale": "en"})
    assert stage.bot.pid != before
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    await seen(stage, "asks you", "bob", stage.workspace.direct("bob"))


@pytest.mark.long
async def test_where_somebody_was_before_nothing_is_touched(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    assert "R-1" in words(await seen(stage, "v2.4.0-hotfix"))
    status, found = await post(stage, "/api/tour/begin", json={"locale": "en"})
    assert (status, found["incident"], found["fresh"]) == (200, None, False)
    assert found["app"]["errors"] == 0


@pytest.mark.long
async def test_a_text_is_found_in_what_the_bot_keeps_only_if_it_is_there(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    await seen(stage, "v2.4.0-hotfix")
    assert (await post(stage, "/api/tour/searched", json={"text": "rollout undo"}))[1]["found"] > 0
    assert (await post(stage, "/api/tour/searched", json={"text": "never-said"}))[1]["found"] == 0
    assert (await post(stage, "/api/tour/searched", json={"text": ""}))[0] == 400


def test_only_calls_that_were_really_sent_are_counted() -> None:
    entries = [
        {"requestURI": "/apis/apps/v1/namespaces/shop/deployments/app?fieldManager=kajitori-1-step-1&dryRun=All"},
        {"requestURI": "/apis/apps/v1/namespaces/shop/deployments/app?fieldManager=kajitori-1-step-1"},
        {"requestURI": "/apis/apps/v1/namespaces/shop/deployments/app?fieldManager=kajitori-12-step-1"},
        {"requestURI": "/apis/apps/v1/namespaces/shop/deployments/app?fieldManager=kubectl"},
    ]
    assert calls_sent(entries) == {1: 1, 12: 1}
