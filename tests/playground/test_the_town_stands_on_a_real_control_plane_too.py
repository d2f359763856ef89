"""`make run CLUSTER=real`: the same town, the same minute, with etcd and a real API server behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.stage import staged
from playground.town.control_plane import built
from tests.playground.conftest import CHANNEL, approve, seen, words


@pytest.mark.cluster
async def test_the_minute_on_the_real_thing(tmp_path: Path) -> None:
    async with built() as setting, staged(tmp_path / "data", setting=setting) as stage:
        await stage.workspace.command("alice", CHANNEL, "/eks")
        overview = words(await seen(stage, "checkout"))
        for name in ("app", "worker", "cache", "log-agent", "front-green"):
            assert name in overview
        await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
        card = await seen(stage, "v2.4.0-hotfix")
        await approve(stage, card)
        await seen(stage, "10/10 ready")
        await stage.workspace.command("alice", CHANNEL, "/eks kubectl argo rollouts promote app-rollout")
        await approve(stage, await seen(stage, "step 3 of 4 (setWeight: 60), 60 %"))
        await seen(stage, "step 4 of 4 (pause: 1m), until")
