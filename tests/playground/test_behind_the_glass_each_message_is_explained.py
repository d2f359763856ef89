"""For the message that one points at: delivery, line, person, plan, reviews, votes, calls, outbox, with their times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from playground.stage import Stage, staged
from tests.playground.conftest import CHANNEL, approve, seen

pytestmark = pytest.mark.long

WAY = ["delivery", "line", "person", "plan", "review", "rehearsal", "vote", "attempt", "call", "outbox", "record"]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path / "data", speed=30) as opened:
        yield opened


async def get(stage: Stage, path: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{stage.address}/api/{path}") as answer:
        return answer.status, await answer.json()


async def explained(stage: Stage, message: dict[str, Any], person: str) -> dict[str, Any]:
    """A message is seen a moment before the bot has written down that it was sent."""
    async with asyncio.timeout(20):
        while True:
            status, found = await get(stage, f"glass/messages/{CHANNEL}/{message['ts']}?as={person}")
            assert status == 200
            if found["happenings"]:
                return dict(found)


def of(found: dict[str, Any], part: str) -> list[dict[str, Any]]:
    return [each for each in found["happenings"] if each["part"] == part]


async def test_a_request_from_its_delivery_to_its_last_message(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    card = await seen(stage, "v2.4.0-hotfix")
    await approve(stage, card)
    await seen(stage, "10/10 ready")
    found = await explained(stage, card, "dave")
    assert found["request"] == {"number": 1, "state": "succeeded", "cluster": "prod", "namespace": "shop"}
    assert {each["part"] for each in found["happenings"]} >= set(WAY)
    times = [each["at"] for each in found["happenings"]]
    assert times == sorted(times)
    first, *voted = of(found, "delivery")
    assert first["detail"]["key"].startswith("command:")
    assert any("U0BOB" in each["detail"]["key"] for each in voted)
    assert of(found, "line")[0]["what"] == "rollout undo deploy/app"
    assert of(found, "person")[0]["detail"]["kubernetes"] == "kajitori:alice"
    assert [each["what"] for each in of(found, "vote")] == ["approve by kajitori:bob"]
    assert of(found, "vote")[0]["detail"]["digest"] == of(found, "plan")[0]["detail"]["digest"]
    (call,) = of(found, "call")
    assert (call["what"], call["detail"]["as"], call["detail"]["code"]) == (
        "patch deployments/app",
        "kajitori:alice",
        200,
    )
    assert call["detail"]["audit_id"] in str(of(found, "record"))
    assert all(each["detail"]["answer"]["allowed"] for each in of(found, "review"))
    assert all("dryRun=All" in each["detail"]["uri"] for each in of(found, "rehearsal"))
    assert {each["detail"]["as"] for each in of(found, "rehearsal")} == {"kajitori:alice"}
    assert of(found, "record")[-1]["what"] == "request.succeeded"


async def test_a_private_answer_is_explained_to_its_reader_only(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks whoami")
    answer = await seen(stage, "kajitori:alice")
    found = await explained(stage, answer, "alice")
    assert found["request"] is None
    assert found["happenings"][0]["part"] == "delivery"
    assert found["key"] == f"reply/{of(found, 'delivery')[0]['detail']['key']}"
    status, refused = await get(stage, f"glass/messages/{CHANNEL}/{answer['ts']}?as=bob")
    assert (status, refused["error"]) == (409, "not_on_screen")
    assert (await get(stage, f"glass/messages/{CHANNEL}/{answer['ts']}"))[0] == 400


async def test_commands_of_the_same_moment_are_told_apart(stage: Stage) -> None:
    said = ("alice", "/eks rollout undo deploy/app"), ("alice", "/eks whoami"), ("bob", "/eks whoami")
    await asyncio.gather(*(stage.workspace.command(person, CHANNEL, line) for person, line in said))
    card = await seen(stage, "v2.4.0-hotfix")
    own = await seen(stage, "kajitori:bob", person="bob")
    asked = {each.payload["trigger_id"]: each.payload for each in stage.workspace.deliveries}
    for person, message, line in (("alice", card, "rollout undo deploy/app"), ("bob", own, "whoami")):
        found = await explained(stage, message, person)
        payload = asked[of(found, "delivery")[0]["detail"]["key"].removeprefix("command:")]
        assert (payload["user_name"], payload["text"]) == (person, line)


async def test_what_a_person_wrote_has_no_other_side(stage: Stage) -> None:
    said = await stage.workspace.message("alice", CHANNEL, "is prod slow for you too?")
    status, found = await get(stage, f"glass/messages/{CHANNEL}/{said['ts']}?as=bob")
    assert (status, found["happenings"]) == (200, [])


async def test_a_cluster_as_it_is_now(stage: Stage) -> None:
    status, found = await get(stage, "glass/clusters/prod/shop")
    assert status == 200
    app = next(each for each in found["workloads"] if each["name"] == "app")
    assert (app["kind"], app["wanted"], app["ready"], app["revision"]) == ("Deployment", 10, 10, "5")
    assert app["images"] == ["registry.example/shop/app:v2.4.1"]
    pods = [each for each in found["pods"] if each["workload"] == "Deployment/app" and each["state"] == "Running"]
    assert {each["revision"] for each in pods} == {"5"}
    canary = next(each for each in found["workloads"] if each["kind"] == "Rollout")
    assert [canary[each] for each in ("name", "wanted", "updated", "revision", "paused")] == [
        "app-rollout",
        5,
        1,
        "2",
        True,
    ]
    pods = [each for each in found["pods"] if each["workload"] == "Rollout/app-rollout"]
    assert sorted(each["revision"] for each in pods) == ["1", "1", "1", "1", "2"]
    assert (await get(stage, "glass/clusters/mars/shop"))[0] == 404
