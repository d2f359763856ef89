"""The message field, the way around by keyboard, unread marks, and being somebody else; on a desk and on a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.commandline.completion import complete
from bot.commandline.own import OWN
from bot.operations.registry import build_registry, installed_families
from playground.workspace.pages import FOLDER
from tests.browser.conftest import button

CHANNEL = "C0PAYMENTS"
FIELD = "Message #payments-prod"
VALUE = "document.querySelector('.channel textarea').value"
REGISTRY = build_registry([*installed_families(), OWN])
NARROW = "document.documentElement.scrollWidth <= 390 && !document.querySelector('.log')?.scrollLeft"


@pytest.fixture
async def echo(app, connect):
    """An app that answers each command privately with its text."""

    @app.command("/eks")
    async def on_command(ack, body):
        await ack(f"ran {body['text']}")

    @app.event("app_mention")
    async def on_mention(ack): ...

    await connect(app)


async def test_a_line_is_completed_word_by_word_sent_and_brought_back(browser, workspace, echo):
    async def completing(person: str, line: str):
        return complete(line, REGISTRY, {"deployment": ["app"]})

    workspace.complete = completing
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.focus("combobox", FIELD)
    for begun, whole in (
        ("/e", "/eks "),
        ("rollout und", "/eks rollout undo "),
        ("dep", "/eks rollout undo deployment/app "),
    ):
        await page.type(begun)
        await page.until("!document.querySelector('.channel .suggestions').hidden")
        await page.key("Tab")
        await page.until(f"{VALUE} === '{whole}'")
    await page.key("Escape", "Enter")
    await page.shows("ran rollout undo deployment/app")
    assert await page.evaluate(VALUE) == ""
    await page.key("ArrowUp")
    assert await page.evaluate(VALUE) == "/eks rollout undo deployment/app"
    await page.key("ArrowDown")
    assert await page.evaluate(VALUE) == ""


async def test_what_slack_would_not_send_is_not_sent_and_said_so(browser, workspace, client, echo):
    posted = await client.chat_postMessage(channel=CHANNEL, text="card")
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.focus("combobox", FIELD)
    await page.type("/kubectl get pods")
    await page.key("Enter")
    await page.shows("/kubectl is no command here. Slack would not send it.")
    await page.evaluate(f"location.hash = '{CHANNEL}/{posted['ts']}'")
    await page.focus("combobox", "Reply in thread")
    await page.type("/eks status")
    await page.key("Enter")
    await page.shows("Slack takes no slash commands in threads.")
    assert workspace.deliveries == []
    await page.press("button", "Send to @kajitori instead")
    await page.until("document.querySelector('.thread .mention')?.innerText === '@kajitori'")
    await workspace.wait_for(lambda: workspace.deliveries)
    assert [each.payload["event"]["type"] for each in workspace.deliveries] == ["app_mention"]


async def test_unread_is_marked_until_it_is_looked_at_and_a_push_leads_there(browser, workspace, client):
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    for number in range(2):
        await client.chat_postMessage(channel="C0PLATFORM", text=f"<@U0ALICE> look {number}")
    await page.until("document.querySelector('[href=\"#C0PLATFORM\"] .count')?.innerText === '2'")
    await page.until("document.title.startsWith('(2)')")
    await page.shows("@alice look 1")
    await page.press("button", "@alice look 1")
    await page.until("location.hash === '#C0PLATFORM' && !document.querySelector('.entry .count:not(.quiet)')")
    assert await page.evaluate("document.querySelectorAll('.divider.new').length") == 1


async def test_one_becomes_somebody_else_in_their_language(browser, workspace):
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.press("button", "You are Alice Archer")
    second = "document.querySelector('.menu a[href=\"/?as=carol#C0PAYMENTS\"][target=_blank]')"
    assert await page.evaluate(f"Boolean({second})")
    await page.press("menuitemradio", "Bob Banno")
    await page.until("location.search === '?as=bob' && document.documentElement.lang === 'ja'")
    await page.node("combobox", "#payments-prod へのメッセージ")
    await page.shows("これはプレイグラウンドです。")
    await page.evaluate("history.back()")
    await page.node("combobox", FIELD)


async def test_the_keyboard_goes_everywhere(browser, workspace, client):
    posted = await client.chat_postMessage(channel=CHANNEL, text="one")
    await client.chat_postMessage(channel=CHANNEL, text="two")
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.until("document.querySelectorAll('.message').length === 2")
    await page.evaluate("document.querySelector('.log').focus()")
    await page.key("ArrowUp", "ArrowUp", "t")
    await page.until(f"location.hash === '#{CHANNEL}/{posted['ts']}' && document.querySelector('.thread textarea')")
    await page.until("document.activeElement.matches('.thread textarea')")
    await page.key("Escape")
    await page.until(f"location.hash === '#{CHANNEL}' && !document.querySelector('.thread')")
    assert await page.evaluate("document.activeElement.matches('.channel textarea')")


async def test_a_phone_goes_from_list_to_thread_and_back_without_a_wide_page(browser, workspace, client):
    long = "x" * 400
    actions = {"type": "actions", "elements": [button("Approve", "a"), button("Reject", "b")]}
    posted = await client.chat_postMessage(channel=CHANNEL, text=long)
    await client.chat_postMessage(channel=CHANNEL, thread_ts=posted["ts"], text=long, blocks=[actions])
    page = await browser.open(f"{workspace.address}/?as=alice", width=390, height=844, phone=True)
    assert await page.evaluate(NARROW)
    await page.press("link", "payments-prod")
    await page.press("link", "1 reply")
    await page.node("button", "Approve")
    assert await page.evaluate(NARROW)
    assert await page.evaluate("document.querySelector('[data-action=a]').offsetHeight >= 40")
    await page.press("button", "Back")
    await page.node("combobox", FIELD)
    assert await page.evaluate(NARROW)
    await page.press("button", "Back")
    await page.shows("This is a playground: Slack and the cluster are stand-ins.")


async def test_the_newest_message_stays_in_sight_when_a_phones_keyboard_comes_up(browser, workspace, client):
    for number in range(30):
        await client.chat_postMessage(channel=CHANNEL, text=f"line {number}")
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}", width=390, height=844, phone=True)
    log = "document.querySelector('.log')"
    at_end = f"{log}.scrollHeight - {log}.scrollTop - {log}.clientHeight < 2"
    await page.until(f"document.querySelectorAll('.message').length === 30 && {at_end}")
    await page.viewport(390, 420, phone=True)
    await page.until(f"innerHeight === 420 && {at_end}")
    await page.evaluate(f"{log}.scrollTo(0, 0)")
    await client.chat_postMessage(channel=CHANNEL, text="line 30")
    await page.node("button", "Newest messages")
    assert await page.evaluate(f"{log}.scrollTop") == 0
    await page.press("button", "Newest messages")
    await page.until(at_end)


def test_every_module_is_fetched_at_once():
    page = (FOLDER / "index.html").read_text()
    modules = {path.name for path in Path(FOLDER).glob("*.js")}
    assert modules and all(f'="/{name}"' in page for name in modules)


def test_both_languages_have_every_sentence_with_the_same_values_and_none_too_many():
    source = (FOLDER / "words.js").read_text()
    tables = [re.findall(r'^  (\w+): "(.*)",$', part.partition("};")[0], re.M) for part in source.split("= {\n")[1:]]
    english, japanese = ({name: set(re.findall(r"\{\w+\}", words)) for name, words in table} for table in tables)
    assert english == japanese and len(english) > 40
    pages = "".join(path.read_text() for path in FOLDER.glob("*.js") if path.name != "words.js")
    assert [name for name in english if f'"{name}"' not in pages] == []
