"""What the README promises, as a person does it: typed, looked at, approved by a colleague, rolled out, and undone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.stage import Stage, staged
from playground.town.clusters import APP, IMAGE
from tests.browser.chromium import Browser, Page


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path / "data", speed=10) as opened:
        yield opened


def image(stage: Stage) -> str:
    found = stage.clusters["prod"].admin.get(APP)
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"]).removeprefix(IMAGE)


async def confirmed(page: Page, words: str) -> None:
    """The modal with these words is sent."""
    await page.shows(words)
    await page.evaluate("document.querySelector('dialog [type=submit]').focus()")
    await page.key("Enter")


async def test_a_command_is_typed_approved_by_a_colleague_and_undone(browser: Browser, stage: Stage) -> None:
    page = await browser.open(f"{stage.address}/")
    await page.node("link", "Take the tour")
    await page.focus("combobox", "Message #payments-prod")
    await page.type("/eks rollout undo deploy/app")
    await page.key("Enter")
    await page.shows("10 pods, at most 2 down")

    await page.press("button", "You are Alice Archer. Switch person")
    await page.press("menuitemradio", "Carol Castro")
    await page.press("button", "Approve")
    await confirmed(page, "Exactly this is sent:")
    await page.shows("10/10 ready", seconds=25)
    assert image(stage) == "v2.4.0-hotfix"

    await page.press("button", "You are Carol Castro. Switch person")
    await page.press("menuitemradio", "Alice Archer")
    await page.press("button", "Back to v2.4.1")
    await page.press("button", "Go back")
    await confirmed(page, "It was planned and voted on with R-1")
    await page.until("document.body.innerText.match(/10.10 ready/g)?.length === 2", seconds=25)
    assert image(stage) == "v2.4.1"
