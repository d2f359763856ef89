"""From the page to the end in five presses of Enter; then the proof, and what people do instead of what is expected."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from playground.stage import Stage, staged
from playground.tour.facts import facts
from tests.browser.chromium import Browser, Page
from tests.playground.conftest import CHANNEL, approve

MOST = 5
STEP = "document.querySelector('.guide')?.dataset.step"
FOCUSED = {
    "burning": "/eks rollout undo deploy/app",
    "asked": "Try to approve it yourself",
    "refused": "Ask bob",
    "vote": "Approve",
    "confirm": "Approve",
}
"""What Enter presses at each step."""

SEEN = "Object.defineProperty(Document.prototype, 'visibilityState', {get: () => window.seen ? 'visible' : 'hidden'})"
ROUNDS = """
  window.rounds = 0;
  const later = window.setTimeout;
  window.setTimeout = (act, after, ...more) => ((window.rounds += after >= 100), later(act, after, ...more));
"""
"""Counts how often a page put off what it does again and again."""

FOCUS = "((at) => at.contentDocument ? at.contentDocument.activeElement : at)(document.activeElement)"
GUIDE = "document.querySelector('.guide').innerText"
ENDS = {
    "killDoor": "Done in the same message. 1 call sent for R-2.",
    "sameDoor": "One request, R-3, for the two of them.",
    "secretDoor": "Not run, and not kept.",
    "drainDoor": "node-a is empty: R-4, told in the same message.",
    "canaryDoor": "The canary is one step on. 1 call sent for R-5.",
    "restoreDoor": "It stands in shop-restored. 1 call sent for R-6.",
    "ownDoor": "make run KUBECONFIG=~/.kube/config",
}
"""What stands at the end of each door, in their order."""

WIDER = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path / "data", speed=10) as opened:
        yield opened


async def opened(browser: Browser, stage: Stage, *, seen: bool = True) -> Page:
    page = await browser.open("about:blank", drawn="document.body")
    await page.call("Page.addScriptToEvaluateOnNewDocument", source=SEEN + ROUNDS)
    await page.call("Page.addScriptToEvaluateOnNewDocument", source=f"window.seen ??= {json.dumps(seen)}")
    await page.call("Page.navigate", url=f"{stage.address}/tour?lang=en")
    await page.until("document.querySelector('.guide')")
    return page


async def arrives(page: Page, step: str) -> None:
    await page.until(f"{STEP} === '{step}'", seconds=25)


async def next_step(page: Page, last: str) -> str:
    """The next step at which somebody has to do something."""
    await page.until(f"{STEP} && !['opening', 'rolling', '{last}'].includes({STEP})", seconds=25)
    return str(await page.evaluate(STEP))


async def focused(page: Page, words: str) -> None:
    """What has the focus, also within a frame, by what is written on it or in it."""
    await page.until(f"[{FOCUS}.value, {FOCUS}.textContent].includes({json.dumps(words)})")


async def written(page: Page, person: str) -> str:
    return str(await page.evaluate(f"document.querySelector('.{person} iframe').contentDocument.body.innerText"))


async def test_five_presses_lead_from_the_fire_to_the_proof(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage, seen=False)
    await page.until("window.rounds >= 3")
    assert [each for each in browser.requests if "/api/" in each] == []
    assert stage.incident is None
    assert (await facts(stage))["fresh"]
    await page.evaluate("window.seen = true; document.dispatchEvent(new Event('visibilitychange'))")

    pressed, step = 0, ""
    while (step := await next_step(page, step)) != "done":
        assert pressed < MOST, f"{pressed} presses of Enter lead no further than {step}"
        await focused(page, FOCUSED[step])
        if step == "burning":
            await page.shows("12 % errors")
            assert await page.evaluate("document.querySelectorAll('.pod[data-state=crashing]').length") == 3
        if step == "refused":
            assert "Nobody approves their own request." in await written(page, "desk")
            await page.shows("PROD tokyo · alice asks you: Roll shop/app back to revision 4")
        await page.key("Enter")
        pressed += 1

    await page.shows("2 people · 1 call sent")
    await page.shows("0 % errors")
    assert await page.evaluate("document.querySelectorAll('.pod[data-state=healed]').length") == 10
    assert "10/10 ready" in await written(page, "desk")

    await page.key("Enter")
    await page.shows("records, chain intact.")
    await page.key("Enter")
    await arrives(page, "altered")
    (request,) = (await facts(stage))["requests"]
    await page.shows(f"Record {-(-request['records'] // 2)} was altered.")

    await page.evaluate("document.querySelector('[data-door=secretDoor]').focus()")
    await page.key("Enter")
    await page.shows("Not run, and not kept.")
    await page.shows("found 0 times")
    await page.key("Escape")
    await arrives(page, "altered")


async def test_whatever_people_do_instead_leads_on(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage)
    await page.viewport(390, 844, phone=True)
    await arrives(page, "burning")
    await page.press("button", "Send")
    await arrives(page, "asked")
    assert not await page.evaluate(WIDER)

    # Another window says no, then the page is loaded again: it goes on with what is true.
    (first,) = (await facts(stage))["requests"]
    await stage.workspace.click("bob", CHANNEL, first["card"], "reject")
    view = await stage.workspace.wait_for(lambda: stage.workspace.view("bob"), timeout=20)
    await stage.workspace.submit("bob", view["id"], answers(view, "not now"))
    await arrives(page, "turned")
    await page.shows("R-1 ended. Nothing was sent.")
    await page.reload()
    await arrives(page, "turned")
    await page.press("button", "Send")
    await arrives(page, "asked")

    # Somebody else approves than the tour says.
    second = (await facts(stage))["requests"][-1]
    await page.press("button", "Ask bob")
    await arrives(page, "vote")
    assert not await page.evaluate(WIDER)
    await approve(stage, {"ts": second["card"]}, "carol")
    await arrives(page, "done")
    await page.shows("2 people · 1 call sent")
    await page.reload()
    await arrives(page, "done")
    await page.until("document.querySelectorAll('.pod[data-state=healed]').length === 10")

    await page.press("button", "Reset")
    await arrives(page, "burning")
    await focused(page, "/eks rollout undo deploy/app")
    assert (await facts(stage))["requests"] == []
    assert stage.workspace.messages(CHANNEL, "alice") == []


def answers(view: dict[str, Any], words: str) -> dict[str, Any]:
    """Every field of a modal, filled in so."""
    inputs = [each for each in view["blocks"] if each["type"] == "input"]
    return {each["block_id"]: {each["element"]["action_id"]: words} for each in inputs}


async def test_each_door_leads_to_its_end(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage)
    await page.viewport(390, 844, phone=True)
    await arrives(page, "burning")
    await page.press("button", "Send")
    await page.press("button", "bob’s phone")
    await page.press("button", "Open: ")
    await arrives(page, "vote")
    await focused(page, "Approve")
    await page.key("Enter")
    await arrives(page, "confirm")
    await focused(page, "Approve")
    await page.key("Enter")
    await arrives(page, "done")
    await page.press("button", "Prove it")
    await page.press("button", "Cheat: edit one")
    await arrives(page, "altered")

    opened_doors = await page.evaluate("[...document.querySelectorAll('.door')].map((each) => each.dataset.door)")
    assert opened_doors == list(ENDS)
    for door, end in ENDS.items():
        await page.until(f"document.querySelector('[data-door={door}]')?.focus() === undefined")
        await page.key("Enter")
        await page.until(f"{GUIDE}.includes({json.dumps(end)})", seconds=40)
        await focused(page, "Back")
        await page.key("Enter")
        await arrives(page, "altered")

    await page.press("button", "Drain against a budget")
    await page.shows("The bot’s answer to alice says why.", seconds=25)
    assert not await page.evaluate(WIDER)
