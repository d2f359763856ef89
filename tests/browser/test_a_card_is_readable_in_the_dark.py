"""A card's words stand out from what is behind them, also where the system is dark: WCAG's 4.5 to 1, as computed."""

from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.server import Workspace
from tests.browser.chromium import Browser
from tests.browser.conftest import button, section

CHANNEL = "C0PAYMENTS"
FAINT = """(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const seen = (node) => {
    const [red, green, blue, alpha = 1] = parts(getComputedStyle(node).backgroundColor);
    return alpha === 1 ? [red, green, blue] : node.parentElement ? seen(node.parentElement) : [255, 255, 255];
  };
  const linear = (part) => ((part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const worded = [...document.querySelectorAll('.message, .message *')].filter((each) =>
    each.checkVisibility() && [...each.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()));
  const contrast = (node) => {
    const [one, other] = [light(parts(getComputedStyle(node).color).slice(0, 3)), light(seen(node))];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  return {
    ground: light(seen(document.body)),
    words: worded.length,
    faint: worded.filter((each) => contrast(each) < 4.5).map((each) => `${contrast(each)} ${each.outerHTML}`),
  };
})()"""


@pytest.mark.parametrize("is_dark", [True, False])
async def test_every_word_of_it(
    workspace: Workspace, client: AsyncWebClient, browser: Browser, *, is_dark: bool
) -> None:
    actions = [
        button("Approve", "approve", style="primary"),
        button("Reject", "reject", style="danger"),
        button("Details", "details"),
    ]
    blocks = [
        section(":large_red_circle: *PROD tokyo · `shop/app`* <https://example.com|R-1>"),
        section("10 pods, at most 2 down ~v1~ _asked by_ <@U0ALICE>\n> quoted\n```patched```"),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "needs 1 of carol, bob"}]},
        {"type": "actions", "elements": actions},
    ]
    await client.chat_postMessage(channel=CHANNEL, text="R-1", blocks=blocks)
    page = await browser.open(f"{workspace.address}/?as=bob#{CHANNEL}")
    await page.dark(is_dark)
    await page.shows("needs 1 of carol, bob")
    found = await page.evaluate(FAINT)
    assert (found["ground"] < 0.1) is is_dark
    assert found["words"] > 10
    assert found["faint"] == []
