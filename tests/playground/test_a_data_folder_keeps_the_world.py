"""What was said, asked and rolled out is still there after a restart, and the restarted bot edits its own card."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.errors import Refused
from playground.keeping.folder import WORLD
from playground.stage import Stage, staged
from playground.town.clusters import APP
from tests.playground.conftest import CHANNEL, Open, approve, seen, words

pytestmark = pytest.mark.long

WORKER = "/apis/apps/v1/namespaces/shop/deployments/worker"


def identities(stage: Stage, kind: str) -> dict[str, str]:
    found = stage.clusters["prod"].admin.items(kind)
    return {each["metadata"]["name"]: each["metadata"]["uid"] for each in found}


def addresses(stage: Stage) -> dict[str, str]:
    pods = stage.clusters["prod"].admin.items("/api/v1/namespaces/shop/pods", labels="app=app")
    staying = (each for each in pods if "deletionTimestamp" not in each["metadata"])
    return {each["metadata"]["name"]: each["status"]["podIP"] for each in staying}


async def asked(stage: Stage) -> dict[str, Any]:
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    return await seen(stage, "v2.4.0-hotfix")


async def test_a_request_of_before_the_restart_is_approved_on_its_own_card_after_it(tmp_path: Path) -> None:
    async with staged(tmp_path / "data", speed=30) as stage:
        card = await asked(stage)
        sets = identities(stage, "/apis/apps/v1/namespaces/shop/replicasets")
        pods = addresses(stage)
        quiet = stage.clusters["prod"].admin.get(WORKER)
    async with staged(tmp_path / "data", speed=30) as stage:
        assert identities(stage, "/apis/apps/v1/namespaces/shop/replicasets") == sets
        assert addresses(stage) == pods
        assert stage.clusters["prod"].admin.get(WORKER) == quiet
        again = await seen(stage, "v2.4.0-hotfix")
        assert again["ts"] == card["ts"]
        await approve(stage, again)
        done = await seen(stage, "10/10 ready")
        assert done["ts"] == card["ts"]
        found = stage.clusters["prod"].admin.get(APP)
        assert found["spec"]["template"]["spec"]["containers"][0]["image"].endswith(":v2.4.0-hotfix")


async def test_logs_and_the_api_servers_own_record_are_kept_too(tmp_path: Path) -> None:
    async with staged(tmp_path / "data", speed=30) as stage:
        cluster = stage.clusters["prod"]
        pod = cluster.admin.items("/api/v1/namespaces/shop/pods", labels="app=worker")[0]
        cluster.logs.write(pod, "worker", "the line before the restart")
        await asked(stage)
        entries = cluster.audit_entries(user="kajitori:alice")
        assert entries
    async with staged(tmp_path / "data", speed=30) as stage:
        assert stage.clusters["prod"].audit_entries(user="kajitori:alice")[: len(entries)] == entries
        await stage.workspace.command("alice", CHANNEL, f"/eks logs {pod['metadata']['name']}")
        await seen(stage, "the line before the restart")


async def test_private_messages_are_gone_as_after_a_reload_of_slack(tmp_path: Path) -> None:
    async with staged(tmp_path / "data", speed=30) as stage:
        await stage.workspace.message("alice", CHANNEL, "for everyone")
        await stage.workspace.command("alice", CHANNEL, "/eks whoami")
        assert (await seen(stage, "kajitori:alice"))["is_ephemeral"]
    async with staged(tmp_path / "data", speed=30) as stage:
        said = [words(each) for each in stage.workspace.messages(CHANNEL, "alice")]
        assert any("for everyone" in each for each in said)
        assert not any("kajitori:alice" in each for each in said)


async def test_what_was_said_a_moment_ago_survives_a_kill(tmp_path: Path, open_playground: Open) -> None:
    playground = open_playground(tmp_path / "data")
    address = f"{playground.until_open()}/api/people/alice/message"
    said = {"channel": CHANNEL, "text": "the last words"}
    async with aiohttp.ClientSession() as session, session.post(address, json=said) as answer:
        assert answer.status == 200
    playground.until(lambda: b"the last words" in (tmp_path / "data" / WORLD).read_bytes())
    playground.process.send_signal(signal.SIGKILL)
    playground.process.wait()
    async with asyncio.timeout(60):
        while not await opens_with(tmp_path / "data", "the last words"):
            pass


async def opens_with(data: Path, said: str) -> bool:
    """Whether it is there again. False: the bot of the playground that was killed has not let go yet."""
    try:
        async with staged(data, speed=30) as stage:
            await seen(stage, said)
            return True
    except Refused as error:
        assert "Another Kajitori process" in str(error)
        return False
