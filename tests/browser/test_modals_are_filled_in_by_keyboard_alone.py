"""From a button through a modal with validation and back, without a mouse; what is wrong is told in its place."""

from __future__ import annotations

import pytest

from tests.browser.conftest import button, plain

CHANNEL = "C0PAYMENTS"
MODAL = {
    "type": "modal",
    "callback_id": "scale",
    "title": plain("Scale"),
    "submit": plain("Go on"),
    "close": plain("Leave it"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "replicas",
            "label": plain("Replicas"),
            "element": {
                "type": "number_input", "action_id": "replicas", "is_decimal_allowed": False, "max_value": "20",
            },
        },
        {
            "type": "input",
            "block_id": "reason",
            "label": plain("Reason"),
            "hint": plain("The others read it"),
            "element": {"type": "plain_text_input", "action_id": "reason"},
        },
    ],
}  # fmt: skip
FOCUSED = "document.activeElement.closest('.field')?.querySelector('.label').innerText"


@pytest.fixture
async def opened(browser, workspace, client, app, connect):
    """The modal, open before alice; what the app was sent."""
    heard: list[tuple[str, object]] = []

    @app.action("scale")
    async def on_press(ack, body):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("scale")
    async def on_submit(ack, view):
        values = view["state"]["values"]
        heard.append(("submit", values["replicas"]["replicas"]["value"]))
        if values["reason"]["reason"]["value"] == "because":
            await ack(response_action="errors", errors={"reason": "Say more than that."})
        else:
            await ack()

    @app.view_closed("scale")
    async def on_close(ack):
        await ack()
        heard.append(("close", None))

    await connect(app)
    actions = {"type": "actions", "elements": [button("Scale", "scale"), button("Other", "other")]}
    await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[actions])
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.node("button", "Scale")
    for _ in range(12):
        if await page.evaluate("document.activeElement.innerText") == "Scale":
            break
        await page.key("Tab", shift=True)
    await page.key("Enter")
    await page.until("document.querySelector('dialog .field')")
    return page, heard


async def test_what_is_wrong_is_told_under_its_field_and_what_was_typed_stays(opened, workspace):
    page, heard = opened
    assert await page.evaluate(FOCUSED) == "Replicas"
    await page.type("4.5")
    await page.key("Enter")
    await page.shows("This must be a whole number.")
    assert await page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    assert await page.evaluate("document.querySelectorAll('dialog .trouble:not(:empty)').length") == 2
    await page.key("End", "Backspace", "Backspace", "Tab")
    await page.type("because")
    assert heard == []
    await page.key("Enter")
    await page.shows("Say more than that.")
    assert await page.evaluate(FOCUSED) == "Reason"
    assert await page.evaluate("document.querySelector('dialog input').value") == "4"
    await page.type(" of the queue")
    await page.key("Tab", "Tab", "Enter")
    await page.until("!document.querySelector('dialog')")
    assert heard == [("submit", "4"), ("submit", "4")]
    assert await page.evaluate("document.activeElement.innerText") == "Scale"


async def test_the_focus_stays_inside_and_escape_leaves(opened, workspace):
    page, heard = opened
    for shift in (False, True):
        for _ in range(8):
            await page.key("Tab", shift=shift)
            assert await page.evaluate("Boolean(document.activeElement.closest('dialog'))")
    await page.key("Escape")
    await page.until("!document.querySelector('dialog')")
    await workspace.wait_for(lambda: heard)
    assert heard == [("close", None)] and workspace.view("alice") is None
    assert await page.evaluate("document.activeElement.innerText") == "Scale"


async def test_it_has_the_names_and_roles_that_a_screen_reader_needs(opened):
    page, _ = opened
    await page.node("dialog", "Scale")
    await page.node("textbox", "Replicas")
    described = "document.getElementById(document.querySelectorAll('dialog input')[1].ariaDescribedBy ?? "
    described += (
        "document.querySelectorAll('dialog input')[1].getAttribute('aria-describedby').split(' ')[0]).innerText"
    )
    assert await page.evaluate(described) == "The others read it"
    assert await page.evaluate("document.querySelector('dialog input').getAttribute('aria-required')") == "true"
