"""A log line, a name, a push line with markup and script in it stays text, and nothing is loaded from elsewhere."""

from __future__ import annotations

from tests.browser.conftest import plain, section

CHANNEL = "C0PAYMENTS"
EVIL = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script><b>bold</b> </code> *x*"


def rich(kind: str) -> dict:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [{"type": "text", "text": EVIL}]}]}


EVERYWHERE = [
    [rich("rich_text_preformatted")],
    [rich("rich_text_section")],
    [section(EVIL)],
    [section(EVIL.replace("<", "&lt;").replace(">", "&gt;"))],
    [{"type": "markdown", "text": EVIL}],
    [{"type": "table", "rows": [[{"type": "raw_text", "text": EVIL}]] * 2}],
    [{"type": "header", "text": plain(EVIL)}],
]


async def test_it_stays_text_wherever_it_stands(browser, workspace, client):
    page = await browser.open(f"{workspace.address}/?as=bob#{CHANNEL}")
    for blocks in EVERYWHERE:
        await client.chat_postMessage(channel=CHANNEL, text=f"<@U0BOB> {EVIL}", blocks=blocks)
    await page.until(f"document.querySelectorAll('.content .block').length === {len(EVERYWHERE)}")
    await page.until("document.querySelectorAll('.toast').length === 4")
    assert (
        await page.evaluate("document.querySelectorAll('.frame img, .frame script, .frame b, .toast img').length") == 0
    )
    every = "[...document.querySelectorAll('.content')].every((c) => c.textContent.includes('window.hacked=1'))"
    assert await page.evaluate(every)
    assert await page.evaluate("window.hacked === undefined")


async def test_a_typed_message_and_a_file_stay_text(browser, workspace, client):
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.press("combobox", "Message #payments-prod")
    await page.type(EVIL)
    await page.key("Enter")
    await page.until("document.querySelectorAll('.message').length === 1")
    await client.files_upload_v2(channel=CHANNEL, filename="log.html", content=EVIL, title=EVIL)
    await page.until("document.querySelector('.file pre')?.textContent.includes('hacked')")
    assert await page.evaluate("document.querySelectorAll('.frame img, .frame script, .frame b').length") == 0
    assert await page.evaluate("window.hacked === undefined")


async def test_a_script_address_is_no_link(browser, workspace, client):
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    text = "[press](javascript:window.hacked=1) [fine](https://example.com/)"
    await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[{"type": "markdown", "text": text}])
    await client.chat_postMessage(channel=CHANNEL, text="<javascript:window.hacked=1|press>")
    await page.until("document.querySelectorAll('.message').length === 2")
    links = await page.evaluate("[...document.querySelectorAll('.content a')].map((a) => a.href)")
    assert links == ["https://example.com/"]


async def test_the_page_itself_cannot_parse_html_or_reach_elsewhere(browser, workspace):
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.node("combobox", "Message #payments-prod")
    parse = "document.createElement('p').innerHTML = '<i>x</i>'"
    assert (
        await page.evaluate(f"(() => {{ try {{ {parse}; return ''; }} catch (e) {{ return e.name; }} }})()")
        == "TypeError"
    )
    assert [url for url in browser.requests if not url.startswith((workspace.address, "about:", "data:"))] == []
    policy = await page.evaluate("fetch('/').then((r) => r.headers.get('content-security-policy'))")
    assert policy.startswith("default-src 'self';") and "unsafe" not in policy
    browser.forgive()
