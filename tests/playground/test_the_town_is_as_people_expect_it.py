"""The playground opens with a town in it, and the minute that it promises works in it: typed, approved, done."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.stage import Stage, staged
from playground.town.clusters import APP
from tests.playground.conftest import CHANNEL, approve, seen, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One for all: a town takes seconds to open, and what one test does in it is in no other's way."""
    async with staged(tmp_path_factory.mktemp("town") / "data", speed=30) as opened:
        yield opened


def image(stage: Stage) -> str:
    return str(stage.clusters["prod"].admin.get(APP)["spec"]["template"]["spec"]["containers"][0]["image"])


async def test_the_minute_from_a_typed_command_to_the_way_back(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    card = await seen(stage, "v2.4.0-hotfix")
    await stage.workspace.click("alice", CHANNEL, card["ts"], "approve")
    await seen(stage, "Nobody approves their own request")
    assert image(stage).endswith(":v2.4.1")
    await approve(stage, card)
    await seen(stage, "10/10 ready")
    assert image(stage).endswith(":v2.4.0-hotfix")
    writes = stage.clusters["prod"].audit_entries(user="kajitori:alice", verbs={"patch"}, namespace="shop")
    codes = [each["responseStatus"]["code"] for each in writes if "dryRun" not in each["requestURI"]]
    # 409 and 422: a controller wrote first, so it was read and sent anew.
    assert [code for code in codes if code not in (409, 422)] == [200]


async def test_bare_eks_shows_what_runs_here_and_what_is_broken(stage: Stage) -> None:
    await stage.workspace.command("alice", CHANNEL, "/eks")
    shown = words(await seen(stage, "checkout"))
    for name in ("app", "checkout", "worker", "cache", "log-agent"):
        assert name in shown


async def test_a_line_is_completed_with_what_is_there(stage: Stage) -> None:
    assert stage.workspace.complete is not None
    found = await stage.workspace.complete("alice", "/eks rollout undo deployment/ch")
    assert [each.word for each in found] == ["deployment/checkout"]
    found = await stage.workspace.complete("alice", "/eks rollout un")
    assert [each.word for each in found] == ["undo"]
