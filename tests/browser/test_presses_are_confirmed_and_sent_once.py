"""Confirmations, menus by keyboard, and two windows that press at once."""

from __future__ import annotations

import asyncio

import pytest

from tests.browser.conftest import button, plain

CHANNEL = "C0PAYMENTS"
SURE = {
    "title": plain("Stop it?"),
    "text": plain("Ten pods go."),
    "confirm": plain("Stop it"),
    "deny": plain("Let it run"),
    "style": "danger",
}
STOP = button("Stop", "stop", style="danger", confirm=SURE)
MENU = {
    "type": "overflow",
    "action_id": "menu",
    "options": [{"text": plain(name), "value": name.lower()} for name in ("Details", "Why?", "Cancel")],
}
CARD = [{"type": "actions", "elements": [button("Approve", "approve"), STOP, MENU]}]
DONE = [{"type": "section", "text": plain("Approved by one")}]


@pytest.fixture
async def pressed(client, app, connect):
    """What the app was told, in order; the card is posted, and approved by whoever came first."""
    heard: list[tuple[str, str]] = []

    @app.action("approve")
    async def on_approve(ack, body):
        await ack()
        heard.append((body["user"]["username"], "approve"))
        await client.chat_update(channel=CHANNEL, ts=body["message"]["ts"], text="done", blocks=DONE)

    @app.action("stop")
    async def on_stop(ack, body):
        await ack()
        heard.append((body["user"]["username"], "stop"))

    @app.action("menu")
    async def on_menu(ack, body):
        await ack()
        heard.append((body["user"]["username"], body["actions"][0]["selected_option"]["value"]))

    await connect(app)
    await client.chat_postMessage(channel=CHANNEL, text="card", blocks=CARD)
    return heard


async def test_a_confirmation_asks_first_and_only_yes_is_sent(browser, workspace, pressed):
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    for answer in ("Escape", "Let it run", "Stop it"):
        await page.press("button", "Stop")
        await page.node("alertdialog", "Stop it?")
        assert pressed == []
        await (page.key(answer) if answer == "Escape" else page.press("button", answer))
        await page.until("!document.querySelector('dialog')")
    await workspace.wait_for(lambda: pressed)
    assert pressed == [("alice", "stop")]
    assert [dialog.accepted for dialog in workspace.dialogs] == [False, False, True]


async def test_a_menu_is_used_by_keyboard(browser, workspace, pressed):
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.until("document.querySelector('.overflow')")
    await page.evaluate("document.querySelector('.overflow').focus()")
    await page.key("Enter", "Escape")
    await page.until("!document.querySelector(':popover-open')")
    assert await page.evaluate("document.activeElement.className") == "button overflow"
    await page.key("ArrowDown", "End", "ArrowUp", "Enter")
    await workspace.wait_for(lambda: pressed)
    assert pressed == [("alice", "why?")]


async def test_nothing_moves_under_an_open_menu_or_a_finger(browser, workspace, client, pressed):
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.node("button", "Approve")
    (card,) = workspace.messages(CHANNEL, "alice")
    await page.evaluate("document.querySelector('.overflow').click()")
    await client.chat_update(channel=CHANNEL, ts=card["ts"], text="new", blocks=[*CARD, *DONE])
    await client.chat_postMessage(channel="C0PLATFORM", text="told after it")
    await page.until("document.querySelector('[href=\"#C0PLATFORM\"] .count')")
    assert await page.evaluate("document.querySelectorAll('.menu:popover-open').length") == 1
    assert "Approved by one" not in await page.text()
    await page.key("Escape")
    await page.shows("Approved by one")
    assert await page.evaluate("document.activeElement.className") == "button overflow"


async def test_two_people_pressing_at_once_both_see_the_one_outcome(browser, workspace, pressed):
    pages = [await browser.open(f"{workspace.address}/?as={name}#{CHANNEL}") for name in ("bob", "carol")]
    for page in pages:
        await page.node("button", "Approve")
    await asyncio.gather(*(page.evaluate("document.querySelector('[data-action=approve]').click()") for page in pages))
    for page in pages:
        await page.shows("Approved by one")
        await page.until("!document.querySelector('[data-action=approve]')")
    assert {who for who, _ in pressed} <= {"bob", "carol"} and 1 <= len(pressed) <= 2
    browser.forgive()


async def test_a_double_press_in_one_window_is_one_press(browser, workspace, pressed):
    page = await browser.open(f"{workspace.address}/?as=bob#{CHANNEL}")
    await page.node("button", "Approve")
    await page.evaluate("for (let n = 0; n < 5; n += 1) document.querySelector('[data-action=approve]').click()")
    await page.shows("Approved by one")
    assert pressed == [("bob", "approve")]


async def test_one_modal_in_two_windows_is_submitted_once(browser, workspace, client, app, connect):
    heard = []

    @app.view("once")
    async def on_submit(ack):
        await ack()
        heard.append("submit")

    await connect(app)
    pages = [await browser.open(f"{workspace.address}/?as=bob#{CHANNEL}") for _ in range(2)]
    view = {"type": "modal", "callback_id": "once", "title": plain("Vote"), "submit": plain("Go"), "blocks": DONE}
    await client.views_open(trigger_id=workspace.state.triggers.trigger("U0BOB"), view=view)
    for page in pages:
        await page.until("document.querySelector('dialog [type=submit]')")
    await asyncio.gather(*(page.evaluate("document.querySelector('dialog [type=submit]').click()") for page in pages))
    for page in pages:
        await page.until("!document.querySelector('dialog')")
    assert heard == ["submit"]
    browser.forgive()


async def test_what_is_no_longer_there_is_told(browser, workspace, client):
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    posted = await client.chat_postMessage(channel=CHANNEL, text="card", blocks=CARD)
    await page.node("button", "Approve")
    await page.evaluate("window.held = document.querySelector('[data-action=approve]'); 0")
    await client.chat_delete(channel=CHANNEL, ts=posted["ts"])
    await page.until("!document.querySelector('[data-action=approve]')")
    await page.evaluate("window.held.click()")
    await page.shows("This is no longer there, or not for you. Nothing was sent.")
    assert workspace.deliveries == []
    browser.forgive()
