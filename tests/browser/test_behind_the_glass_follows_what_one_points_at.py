"""The panel by pointer, by keyboard and on a phone; what it is told here is canned, so that it can also be hostile."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, final

import pytest
from aiohttp import web

from playground.workspace.server import Workspace

CHANNEL = "C0PAYMENTS"
EVIL = "<img src=x onerror=window.owned=1><script>window.owned=1</script>"
AT = "2026-11-25T03:00:{:06.3f}Z"
DIGEST = "d0daac80e4e2" + "0" * 52
PANEL = "document.querySelector('.glass')"


def happening(part: str, what: str, after: int = 0, **detail: object) -> dict[str, Any]:
    return {"at": AT.format(after / 1000), "part": part, "what": what, "detail": detail}


def answered(*happenings: dict[str, Any], state: str = "waiting") -> dict[str, Any]:
    summary = {"number": 7, "state": state, "cluster": "prod", "namespace": "shop"}
    return {"ok": True, "key": "request/7/card", "request": summary, "happenings": list(happenings)}


def named(line: str) -> dict[str, Any]:
    return answered(happening("line", line, operation="scale", cluster="prod", namespace="shop"))


@final
@dataclass
class Canned:
    """What the server says of each message, by `ts`; `asked` is what was asked for, and as whom."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    pods: list[dict[str, Any]] = field(default_factory=list)
    workloads: list[dict[str, Any]] = field(default_factory=list)

    async def message(self, request: web.Request) -> web.Response:
        ts = request.match_info["ts"]
        self.asked.append((ts, request.query["as"]))
        answer = self.answers.get(ts, {"ok": True, "key": "", "request": None, "happenings": []})
        return web.json_response(
            answer, status={"unavailable": 503, "not_on_screen": 409}.get(answer.get("error"), 200)
        )

    async def clusters(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "clusters": {"prod": ["default", "shop"], "staging": ["shop"]}})

    async def cluster(self, request: web.Request) -> web.Response:
        now = {"workloads": self.workloads, "pods": self.pods, "warnings": []}
        return web.json_response({"ok": True, "cluster": request.match_info["name"], "namespace": "shop", **now})


@pytest.fixture
def canned() -> Canned:
    return Canned()


@pytest.fixture
async def workspace(canned: Canned) -> AsyncIterator[Workspace]:
    running = Workspace()
    running.routes = [
        web.get("/api/glass/messages/{channel}/{ts}", canned.message),
        web.get("/api/glass/clusters", canned.clusters),
        web.get("/api/glass/clusters/{name}/{namespace}", canned.cluster),
    ]
    async with running:
        yield running


async def point(page: Any, ts: str) -> None:
    """Move the mouse over a message."""
    box = await page.evaluate(f"document.querySelector('[data-message=\"{ts}\"]').getBoundingClientRect().toJSON()")
    at = {"x": box["x"] + box["width"] - 30, "y": box["y"] + box["height"] / 2}
    await page.call("Input.dispatchMouseEvent", type="mouseMoved", **at)


async def test_it_follows_the_pointer_and_the_focus_and_a_click_makes_it_stay(browser, workspace, client, canned):
    one, two = [(await client.chat_postMessage(channel=CHANNEL, text=text))["ts"] for text in ("one", "two")]
    canned.answers = {one: named("scale --one"), two: named("scale --two")}
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.press("button", "Behind the glass")
    await page.shows("scale --two")
    await point(page, one)
    await page.shows("scale --one")
    await page.evaluate("document.querySelector('.log').focus()")
    await page.key("ArrowUp")
    await page.shows("scale --two")
    await page.key("ArrowUp")
    await page.shows("scale --one")
    await page.press("article", "Kajitori")
    await page.until(f"document.querySelector('[data-behind=pinned]')?.dataset.message === '{two}'")
    await page.shows("scale --two")
    await point(page, one)
    await page.key("ArrowUp")
    canned.answers[two] = named("scale --changed")
    await client.chat_update(channel=CHANNEL, ts=two, text="two, changed")
    await page.shows("scale --changed")
    await page.press("button", "Stay on this message")
    await point(page, two)
    await point(page, one)
    await page.shows("scale --one")
    assert {person for _, person in canned.asked} == {"alice"}


async def test_a_key_opens_it_tabs_answer_to_arrows_and_escape_closes_it(browser, workspace, client, canned):
    posted = await client.chat_postMessage(channel=CHANNEL, text="one")
    canned.answers[posted["ts"]] = named("scale --one")
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.until("document.querySelector('.message')")
    await page.key("g")
    assert not await page.evaluate(f"Boolean({PANEL})")
    await page.evaluate("document.querySelector('.log').focus()")
    await page.key("g")
    await page.shows("scale --one")
    await page.focus("tab", "This message")
    await page.key("ArrowRight")
    await page.shows("Nothing runs in this namespace.")
    assert await page.evaluate("document.activeElement.innerText") == "Cluster now"
    await page.reload()
    await page.until(f"{PANEL} && document.activeElement.matches('.channel textarea')")
    await page.focus("tab", "This message")
    await page.key("Escape")
    await page.until(f"!{PANEL} && document.activeElement.matches('.glass-toggle')")


async def test_untrusted_text_stays_text(browser, workspace, client, canned):
    posted = await client.chat_postMessage(channel=CHANNEL, text="card")
    change = {"pointer": EVIL, "before": EVIL, "after": {"a": EVIL}}
    canned.answers[posted["ts"]] = answered(
        happening("delivery", EVIL, key=EVIL, state=EVIL, attempts=1),
        happening("line", EVIL, operation=EVIL, cluster=EVIL, namespace=EVIL),
        happening("plan", "version 1", digest=DIGEST, steps=[EVIL], decision={"approvals": 1, "rule": EVIL},
                  rehearsal=[{"step": EVIL, "how": EVIL, "warnings": [EVIL], "changes": [change]}]),
        happening("vote", f"reject by {EVIL}", digest=DIGEST, plan=1, reason=EVIL),
        happening("call", f"patch {EVIL}", 12, uri=f"/apis/{EVIL}", code=409, message=EVIL, body={"log": EVIL},
                  audit_id=EVIL, **{"as": EVIL}),
        happening("outbox", EVIL, 1250, key=EVIL, channel=EVIL, state="dropped", error=EVIL, attempts=2,
                  queued_at=AT.format(0)),
        happening("record", EVIL, chain=EVIL, position=1, actor=EVIL, hash=EVIL, sealed=True),
        state=EVIL,
    )  # fmt: skip
    canned.workloads = [{"kind": "Deployment", "name": EVIL, "wanted": 1, "ready": 0, "images": [EVIL]}]
    canned.pods = [{"name": EVIL, "workload": f"Deployment/{EVIL}", "state": EVIL, "ready": False, "restarts": 2,
                    "node": EVIL, "revision": EVIL, "created_at": "2026-11-25T03:00:00Z"}]  # fmt: skip
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.press("button", "Behind the glass")
    await page.until("document.querySelector('.chain')")
    await page.evaluate("document.querySelectorAll('.glass details').forEach((each) => (each.open = true))")
    text = await page.evaluate(f"{PANEL}.innerText")
    assert text.count(EVIL) >= 16, text
    assert "+12 ms" in text and "+1.25 s" in text and "409" in text
    await page.press("tab", "Cluster now")
    await page.until(f"document.querySelector('.pod.trouble')?.title.includes({json.dumps(EVIL)})")
    assert await page.evaluate(f"{PANEL}.querySelectorAll('img, script').length") == 0
    assert await page.evaluate("window.owned === undefined")


async def test_a_phone_gets_a_sheet_that_escape_and_its_button_close(browser, workspace, client, canned):
    posted = await client.chat_postMessage(channel=CHANNEL, text="card")
    canned.answers[posted["ts"]] = answered(
        happening("call", "patch deployments/app", uri="/apis/apps/v1/namespaces/" + "shop" * 30, code=200,
                  audit_id="7.step-1.1", body=[{"op": "test", "value": "y" * 300}], **{"as": "kajitori:alice"}),
    )  # fmt: skip
    page = await browser.open(f"{workspace.address}/?as=bob#{CHANNEL}", width=390, height=844, phone=True)
    for leave in ("Escape", "button"):
        await page.press("button", "舞台裏")
        await page.shows("JSON Patch・操作 1 件")
        await page.until("document.querySelector('dialog[open] .glass')")
        assert await page.evaluate("document.documentElement.scrollWidth <= 390")
        assert await page.evaluate("document.querySelector('.glass-page:not([hidden])').scrollWidth <= 390")
        if leave == "Escape":
            await page.focus("button", "このメッセージに固定")
            await page.key("Tab", shift=True)
            assert await page.evaluate("document.activeElement.matches('.glass summary')")
            await page.key("Tab")
            assert await page.evaluate("document.activeElement.matches('.glass-head button')")
            await page.key("Escape")
        else:
            await page.press("button", "閉じる")
        await page.until(f"!{PANEL} && document.activeElement.matches('.glass-toggle')")


async def test_it_says_so_where_there_is_nothing_or_it_cannot_be_read(browser, workspace, client, canned):
    posted = await client.chat_postMessage(channel=CHANNEL, text="card")
    said = await workspace.message("alice", CHANNEL, "is it slow for you too?")
    canned.answers[posted["ts"]] = {"ok": False, "error": "unavailable", "message": "The database is locked."}
    page = await browser.open(f"{workspace.address}/?as=alice#{CHANNEL}")
    await page.press("button", "Behind the glass")
    browser.forgive()
    await page.shows("This could not be read: The database is locked.")
    canned.answers[posted["ts"]] = named("scale --again")
    await page.press("button", "Try again")
    await page.shows("scale --again")
    await point(page, said["ts"])
    await page.shows("A person wrote this. Behind it there is no plan and no call.")
    canned.answers[posted["ts"]] = {"ok": False, "error": "not_on_screen", "message": "It is bob's."}
    await point(page, posted["ts"])
    await page.shows("This message is not for you, or is no longer there.")
