"""What Argo CD keeps in the town is put back, unless its sync is paused first; it is resumed by the card's button."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.stage import Stage, staged
from playground.town.clusters import APPLICATION, INVOICES
from tests.playground.conftest import approve, seen, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
PLATFORM = "platform"
UNDO = "/eks rollout undo deploy/invoices -n billing --context prod"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("town") / "data", speed=30) as opened:
        yield opened


def version(stage: Stage) -> str:
    spec = stage.clusters["prod"].admin.get(INVOICES)["spec"]["template"]["spec"]
    return str(spec["containers"][0]["image"]).rpartition(":")[2]


async def test_people_may_see_what_keeps_it(stage: Stage) -> None:
    await stage.workspace.command("dave", PLATFORM, "/eks gitops status deploy/invoices -n billing --context prod")
    shown = words(await seen(stage, "application/billing", "dave", PLATFORM))
    assert "Synced" in shown
    assert "it puts back what is changed by hand" in shown


async def test_a_roll_back_is_put_back_and_the_card_says_by_whom(stage: Stage) -> None:
    await stage.workspace.command("alice", PLATFORM, UNDO)
    card = await seen(stage, "Argo CD (application/billing) puts this back within seconds", channel=PLATFORM)
    await approve(stage, card, channel=PLATFORM)
    await seen(stage, "Argo CD (application/billing) put it back to v5.0.2", channel=PLATFORM)
    assert version(stage) == "v5.0.2"


async def test_with_its_sync_paused_it_stays_until_that_is_resumed(stage: Stage) -> None:
    await stage.workspace.command("alice", PLATFORM, f"{UNDO} --pause-sync")
    await approve(stage, await seen(stage, "R-2", channel=PLATFORM), channel=PLATFORM)
    card = await seen(stage, "git still says v5.0.2; the sync of application/billing stays paused.", channel=PLATFORM)
    assert version(stage) == "v5.0.1"
    assert "automated" not in stage.clusters["prod"].admin.get(APPLICATION)["spec"]["syncPolicy"]
    await stage.workspace.click("alice", PLATFORM, card["ts"], "run")
    resuming = await seen(stage, "It puts back what git says of deployment/invoices.", channel=PLATFORM)
    await approve(stage, resuming, channel=PLATFORM)
    await seen(stage, "what runs is what git says at", channel=PLATFORM)
    assert version(stage) == "v5.0.2"
