"""The panel over the whole playground: what it says of an undo at each stage, and the cluster as it is meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.stage import Stage, staged
from tests.playground.conftest import approve, seen

CHANNEL = "C0PAYMENTS"
STEPS = "[...document.querySelectorAll('[data-step]')].map((each) => each.dataset.step)"
TEXT = "document.querySelector('[data-step={}]').innerText"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path / "data", speed=2, keep=False) as opened:
        yield opened


async def test_an_undo_is_explained_at_each_stage_and_the_cluster_is_seen_moving(browser, stage):
    page = await browser.open(f"{stage.address}/?as=alice#{CHANNEL}")
    await page.press("button", "Behind the glass")
    await page.shows("Point at a message, or go to one with the arrow keys.")
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    card = await seen(stage, "v2.4.0-hotfix")
    await page.shows("waiting for votes")
    way = await page.evaluate(STEPS)
    assert way[:3] == ["delivery", "line", "person"]
    assert {"review", "rehearsal", "plan"} <= set(way) and not {"vote", "call"} & set(way)
    assert "rollout undo deploy/app" in await page.evaluate(TEXT.format("line"))
    assert "allowed" in await page.evaluate(TEXT.format("review"))
    await page.press("tab", "Cluster now")
    await page.shows("10 of 10 ready")
    await approve(stage, card)
    await page.until("[...document.querySelectorAll('.strip')].some((each) => each.innerText.includes('revision 6'))")
    await page.press("tab", "This message")
    await page.shows("succeeded", seconds=30)
    vote, plan = await page.evaluate(TEXT.format("vote")), await page.evaluate(TEXT.format("plan"))
    assert "approved" in vote and "kajitori:bob" in vote and "binds to this plan" in vote
    digest = await page.evaluate("document.querySelector('[data-step=plan] code').title")
    assert len(digest) == 64 and digest[:12] in vote and digest[:12] in plan
    call = await page.evaluate(TEXT.format("call"))
    assert "PATCH /apis/apps/v1/namespaces/shop/deployments/app" in call.replace("\n", " ") and "200" in call
    assert '"/spec/template"' not in call
    await page.evaluate("document.querySelector('[data-step=call] summary').click()")
    assert '"/spec/template"' in await page.evaluate(TEXT.format("call"))
    await page.until("document.querySelector('.chain summary').innerText.includes('10 records')")


async def test_a_private_answer_is_explained_to_its_reader_and_nothing_of_it_to_others(browser, stage):
    await stage.workspace.command("alice", CHANNEL, "/eks whoami")
    answer = await seen(stage, "kajitori:alice")
    alice = await browser.open(f"{stage.address}/?as=alice#{CHANNEL}")
    await alice.press("button", "Behind the glass")
    await alice.until("document.querySelector('[data-step=outbox]')")
    bob = await browser.open(f"{stage.address}/?as=bob#{CHANNEL}")
    await bob.shows("メッセージにポインタを合わせるか")
    asked = f"fetch('/api/glass/messages/{CHANNEL}/{answer['ts']}?as=bob').then((answer) => answer.json())"
    refused = await bob.evaluate(asked)
    assert refused["error"] == "not_on_screen" and "happenings" not in refused
    browser.forgive()
