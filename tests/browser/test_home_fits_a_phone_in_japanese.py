"""App Home as bob has it on his phone: what waits for him, in his language, approved there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.stage import Stage, staged
from tests.browser.chromium import Browser
from tests.playground.conftest import CHANNEL, seen

WIDER = "document.documentElement.scrollWidth > innerWidth"
CUT = """[...document.querySelectorAll('.home-body *')].filter((each) => {
  const { left, right } = each.getBoundingClientRect();
  return right > innerWidth || left < 0;
}).map((each) => each.outerHTML)"""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path / "data", speed=10) as opened:
        opened.workspace.state.people.speak("ja-JP")
        yield opened


async def test_what_waits_is_approved_there_and_is_seen_to_the_end(stage: Stage, browser: Browser) -> None:
    page = await browser.open(
        f"{stage.address}/?as=bob#home", width=390, height=844, phone=True, drawn="document.querySelector('.home')"
    )
    await page.shows("あなたの対応待ちはありません。")
    await stage.workspace.command("alice", CHANNEL, "/eks rollout undo deploy/app")
    await seen(stage, "v2.4.0-hotfix")
    await page.shows("あなたの対応待ち")
    await page.until("document.querySelector('.home-body').innerText.includes('v2.4.0-hotfix')")
    assert not await page.evaluate(WIDER)
    assert await page.evaluate(CUT) == []
    for english in ("Waits for you", "Runs now", "Your last 10", "needs 1 of", "Approve", "Details"):
        assert english not in await page.text()

    await page.press("button", "承認する")
    await page.shows("送る内容はこのとおりです")
    assert not await page.evaluate(WIDER)
    await page.evaluate("document.querySelector('dialog [type=submit]').focus()")
    await page.key("Enter")
    await seen(stage, "10/10")
    await page.shows("あなたの対応待ちはありません。")
