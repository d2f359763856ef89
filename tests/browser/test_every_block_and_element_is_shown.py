"""Whatever Slack takes is shown as itself, never as a box that says it cannot be; what it refuses is shown refused."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError

from playground.workspace.block_elements import ELEMENTS
from playground.workspace.block_kinds import BLOCKS
from tests.browser.conftest import plain, section
from tests.browser.samples import ALERT, FEEDBACK, IN_ACTIONS, IN_MESSAGES, INPUTS

CHANNEL = "C0PAYMENTS"
UNKNOWN = "document.querySelectorAll('.unknown').length"
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_the_samples_leave_no_kind_out():
    assert {*IN_MESSAGES, "alert"} == {*BLOCKS}
    shown = {each["type"] for each in (*IN_ACTIONS, *INPUTS, FEEDBACK)} | {"image", "icon_button"}
    assert shown == {*ELEMENTS}


async def send_all(client) -> int:
    kinds = [*IN_MESSAGES.values()]
    for kind in kinds:
        await client.chat_postMessage(channel=CHANNEL, text=str(kind["type"]), blocks=[kind])
    return len(kinds)


async def test_every_block_of_a_message_also_on_a_phone_without_a_wide_page(browser, workspace, client):
    count = await send_all(client)
    page = await browser.open(f"{workspace.address}/?as=bob#{CHANNEL}")
    await page.until(f"document.querySelectorAll('.content > .block').length === {count}")
    assert await page.evaluate(UNKNOWN) == 0
    empty = "[...document.querySelectorAll('.block')].filter((b) => !b.querySelector('hr') && !b.innerText.trim() && "
    empty += "!b.querySelector('[aria-label]')).map((b) => b.className)"
    assert await page.evaluate(empty) == []
    await page.viewport(390, 844, phone=True)
    assert await page.evaluate(WIDER) is False
    log = "document.querySelector('.log')"
    assert await page.evaluate(f"{log}.scrollWidth <= {log}.clientWidth")
    sticking_out = "[...document.querySelectorAll('.content > *')].filter((b) => b.getBoundingClientRect().right > 390)"
    assert await page.evaluate(f"{sticking_out}.length") == 0
    assert [url for url in browser.requests if not url.startswith((workspace.address, "about:", "data:"))] == []


async def test_nothing_in_a_row_is_stretched_and_a_table_takes_the_room_that_there_is(browser, workspace, client):
    cells = [{"type": "raw_text", "text": f"column-{n}-of-a-wide-table"} for n in range(5)]
    table = {"type": "table", "rows": [cells, cells]}
    for block in (IN_MESSAGES["actions"], table):
        await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[block])
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}", width=1600)
    await page.until("document.querySelector('.table')")
    heights = "[...document.querySelectorAll('.actions .button')].map((each) => each.offsetHeight)"
    assert max(await page.evaluate(heights)) < 40
    boxes = heights.replace(".button", ":is([type=checkbox], [type=radio])")
    assert max(await page.evaluate(boxes)) < 20
    shape = "document.querySelector('.table')"
    assert await page.evaluate(f"{shape}.clientWidth > 720 && {shape}.scrollWidth === {shape}.clientWidth")


async def test_a_date_is_told_in_the_readers_own_zone_and_language(browser, workspace, client):
    await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[IN_MESSAGES["rich_text"]])
    alice = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    bob = await browser.open(f"{workspace.address}/?as=bob#{CHANNEL}")
    time = "document.querySelector('.content time').innerText"
    await alice.until(f"{time} === '11/24/2025 16:00'")
    await bob.until(f"{time} === '2025/11/25 01:00'")


async def test_every_input_of_a_modal_and_its_alert(browser, workspace, client):
    inputs = [
        {
            "type": "input",
            "block_id": each["action_id"],
            "label": plain(each["type"]),
            "optional": True,
            "element": each,
        }
        for each in INPUTS
    ]
    await workspace.message("alice", CHANNEL, "open")
    trigger = workspace.state.triggers.trigger("U0ALICE")
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    view = {"type": "modal", "title": plain("All"), "submit": plain("Go"), "blocks": [ALERT, *inputs]}
    await client.views_open(trigger_id=trigger, view=view)
    await page.until(f"document.querySelectorAll('dialog .field').length === {len(inputs)}")
    assert await page.evaluate(UNKNOWN) == 0
    unnamed = "[...document.querySelectorAll('dialog .field')].filter((f) => !f.querySelector('.label').innerText)"
    assert await page.evaluate(f"{unnamed}.length") == 0


REFUSED = {
    "must be less than 151 characters": [{"type": "header", "text": plain("x" * 151)}],
    "unsupported block type: marquee": [{"type": "marquee"}],
    "unsupported block type: alert": [ALERT],
    "no more than 50 items allowed": [section("x")] * 51,
}


async def test_what_slack_would_refuse_is_shown_as_refused(browser, workspace, client):
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    for blocks in REFUSED.values():
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            await client.chat_postMessage(channel=CHANNEL, text="the push line", blocks=blocks)
    await page.until(f"document.querySelectorAll('.refusal').length === {len(REFUSED)}")
    shown = await page.evaluate("[...document.querySelectorAll('.refusal')].map((r) => r.innerText)")
    for why, words in zip(REFUSED, shown, strict=True):
        assert "Slack would refuse this: invalid_blocks" in words and why in words and "json-pointer:/blocks" in words
    assert await page.evaluate("document.querySelectorAll('.message:not(.refusal)').length") == 0


async def test_a_refused_private_message_is_shown_to_its_reader_only(browser, workspace, client):
    alice = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    bob = await browser.open(f"{workspace.address}/?as=bob#{CHANNEL}")
    with pytest.raises(SlackApiError):
        await client.chat_postEphemeral(channel=CHANNEL, user="U0BOB", text="for bob", blocks=[{"type": "marquee"}])
    await client.chat_postMessage(channel=CHANNEL, text="end")
    await bob.shows("for bob")
    await alice.shows("end")
    assert await alice.evaluate("document.querySelectorAll('.refusal').length") == 0
