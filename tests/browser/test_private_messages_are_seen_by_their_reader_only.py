"""Two windows on the same channel: what the app says to one person never comes to the other's."""

from __future__ import annotations

import json

from tests.browser.conftest import section

CHANNEL = "C0PAYMENTS"


async def test_only_its_reader_sees_it_and_is_told_so(browser, workspace, client):
    alice = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    bob = await browser.open(f"{workspace.address}/?as=bob#{CHANNEL}")
    await client.chat_postEphemeral(channel=CHANNEL, user="U0BOB", text="x", blocks=[section("for bob's eyes")])
    await client.chat_postMessage(channel=CHANNEL, text="for all")
    for page in (alice, bob):
        await page.shows("for all")
    await bob.shows("for bob's eyes")
    await bob.shows("あなただけに表示されています")
    assert "for bob's eyes" not in await alice.evaluate("document.documentElement.innerHTML")


async def test_it_is_gone_after_a_reload_as_in_slack(browser, workspace, client):
    alice = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await client.chat_postMessage(channel=CHANNEL, text="stays")
    await client.chat_postEphemeral(channel=CHANNEL, user="U0ALICE", text="goes with a reload")
    await alice.shows("goes with a reload")
    await alice.reload()
    await alice.until("!document.body.innerText.includes('goes with a reload')")
    await alice.shows("stays")


async def test_another_persons_window_never_gets_it_over_the_wire(browser, workspace, client):
    alice = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await alice.node("combobox", "Message #payments-prod")
    heard = "new Promise(done => { const all = []; const s = new EventSource('/api/events?as=alice');"
    heard += " for (const k of ['message', 'refused']) s.addEventListener(k, e => { all.push(e.data);"
    heard += " if (e.data.includes('C0PLATFORM')) { s.close(); done(JSON.stringify(all)); } });"
    heard += " s.onopen = () => (window.listening = true); })"
    await alice.evaluate(f"window.heard = {heard}; 0")
    await alice.until("window.listening")
    await client.chat_postEphemeral(channel=CHANNEL, user="U0BOB", text="secret")
    await client.chat_postMessage(channel="C0PLATFORM", text="end")
    told = json.loads(await alice.evaluate("window.heard"))
    assert len(told) == 1
