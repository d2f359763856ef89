"""A real Chromium, driven over its DevTools protocol: what a person sees, presses and types, and nothing else.

    with chromium(folder) as address:
        async with connected(address) as browser:
            page = await browser.open(f"{workspace.address}/?as=bob#C0PAYMENTS")
            await page.press("button", "Approve")
            await page.shows("Done")

Elements are found by role and accessible name, as the browser itself computes them.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, final

import aiohttp

PATIENCE: Final = 10.0
FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--mute-audio",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--remote-debugging-port=0",
)
KEYS: Final = {
    "Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, ""), "ArrowDown": (40, ""), "ArrowUp": (38, ""),
    "ArrowLeft": (37, ""), "ArrowRight": (39, ""), "Home": (36, ""), "End": (35, ""), "Backspace": (8, ""),
    " ": (32, " "),
}  # fmt: skip
SHIFT: Final = 8
SIDEBAR: Final = "document.querySelector('.sidebar .entries')"
UNTIL: Final = """new Promise((done) => {
  const end = performance.now() + SECONDS * 1000;
  const look = () => {
    let found = null;
    try { found = (EXPRESSION); } catch (error) { found = null; }
    if (found || performance.now() > end) done(Boolean(found));
    else setTimeout(look, 15);
  };
  look();
})"""
Json = dict[str, Any]


def executable() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Moved(AssertionError):
    """DevTools refused: mostly because the page has changed between two questions."""


@final
class Page:
    """One tab."""

    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self._browser, self._session, self._target = browser, session, target

    async def call(self, method: str, **params: object) -> Json:
        return await self._browser.call(method, session=self._session, **params)

    async def evaluate(self, expression: str) -> Any:
        """The JSON value of an expression or promise. Raises AssertionError with the page's own error."""
        answer = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}\n{answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    async def until(self, expression: str, *, seconds: float = PATIENCE) -> None:
        """Wait for the expression to be true, asked again and again within the page."""
        script = UNTIL.replace("SECONDS", str(seconds)).replace("EXPRESSION", expression)
        if not await self.evaluate(script):
            raise AssertionError(f"never true: {expression}\n{await self.text()}")

    async def text(self) -> str:
        return str(await self.evaluate("document.body.innerText"))

    async def shows(self, words: str, *, seconds: float = PATIENCE) -> None:
        await self.until(f"document.body.innerText.includes({json.dumps(words)})", seconds=seconds)

    async def node(self, role: str, name: str, *, seconds: float = PATIENCE) -> int:
        """The last element with this role whose accessible name holds `name`, once there is one."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (found := await self._node(role, name)) is None:
            if loop.time() > end:
                raise AssertionError(f"no {role} {name!r} in\n{await self.text()}")
            await asyncio.sleep(0.02)
        return found

    async def _node(self, role: str, name: str) -> int | None:
        try:
            document = await self.call("DOM.getDocument", depth=0)
            answer = await self.call("Accessibility.queryAXTree", nodeId=document["root"]["nodeId"], role=role)
        except Moved:
            return None
        for each in reversed(answer["nodes"]):
            if not each.get("ignored") and name in str(each.get("name", {}).get("value", "")):
                return int(each["backendDOMNodeId"])
        return None

    async def press(self, role: str, name: str) -> None:
        """Click in the middle of the element, as a mouse does; one that is drawn anew meanwhile is looked for again."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while True:
            node = await self.node(role, name)
            try:
                await self.call("DOM.scrollIntoViewIfNeeded", backendNodeId=node)
                quads = (await self.call("DOM.getContentQuads", backendNodeId=node))["quads"]
            except Moved:
                quads = []
            if quads:
                break
            if loop.time() > end:
                raise AssertionError(f"{role} {name!r} does not stand still in\n{await self.text()}")
            await asyncio.sleep(0.02)
        xs, ys = quads[0][0::2], quads[0][1::2]
        at = {"x": sum(xs) / 4, "y": sum(ys) / 4, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, **at)

    async def focus(self, role: str, name: str) -> None:
        await self.call("DOM.focus", backendNodeId=await self.node(role, name))

    async def type(self, text: str) -> None:
        await self.call("Input.insertText", text=text)

    async def key(self, *names: str, shift: bool = False) -> None:
        for name in names:
            code, text = KEYS.get(name, (ord(name.upper()[0]), name))
            at: Json = {"key": name, "code": name, "windowsVirtualKeyCode": code, "modifiers": SHIFT if shift else 0}
            await self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **at)
            await self.call("Input.dispatchKeyEvent", type="keyUp", **at)

    async def viewport(self, width: int, height: int, *, phone: bool = False) -> None:
        shape = {"width": width, "height": height, "deviceScaleFactor": 2 if phone else 1, "mobile": phone}
        await self.call("Emulation.setDeviceMetricsOverride", **shape)
        await self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    async def dark(self, is_dark: bool) -> None:
        feature = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[feature])

    async def screenshot(self, path: Path) -> None:
        await self.call("Page.bringToFront")
        answer = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(answer["data"]))

    async def reload(self) -> None:
        """Returns when the page of before is gone."""
        await self.evaluate("window.before = true")
        await self.call("Page.reload")
        async with asyncio.timeout(PATIENCE):
            gone = False
            while not gone:
                await asyncio.sleep(0.02)
                with suppress(Moved):
                    gone = await self.evaluate("!window.before")

    async def close(self) -> None:
        await self._browser.call("Target.closeTarget", targetId=self._target)

    @property
    def problems(self) -> list[str]:
        """What the page complained about: exceptions, refused loads, errors in its console."""
        return self._browser.problems.get(self._session, [])


@final
class Browser:
    """The process and its DevTools connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._count = 0
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self.problems: dict[str, list[str]] = {}
        self.requests: list[str] = []
        self.context = ""
        self._forgiving = False

    def forgive(self) -> None:
        """Complaints are what this test provokes on purpose."""
        self.problems = {}
        self._forgiving = True

    async def read(self) -> None:
        async for frame in self._socket:
            answer = json.loads(frame.data)
            waiter = self._waiting.pop(answer.get("id", 0), None)
            if waiter is not None and not waiter.done():
                waiter.set_result(answer)
            elif "method" in answer:
                self._heard(answer)

    def _heard(self, event: Json) -> None:
        params, method = event["params"], event["method"]
        found = [] if self._forgiving else self.problems.setdefault(event.get("sessionId", ""), [])
        if method == "Runtime.exceptionThrown":
            found.append(str(params["exceptionDetails"].get("exception", {}).get("description", params)))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            found.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    async def call(self, method: str, *, session: str | None = None, **params: object) -> Json:
        self._count += 1
        number = self._count
        waiter: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiter
        message: Json = {"id": number, "method": method, "params": params}
        await self._socket.send_json(message | ({"sessionId": session} if session else {}))
        async with asyncio.timeout(3 * PATIENCE):
            answer = await waiter
        if "error" in answer:
            raise Moved(f"{method}: {answer['error']}")
        result: Json = answer["result"]
        return result

    async def open(
        self, url: str, *, width: int = 1280, height: int = 860, phone: bool = False, drawn: str = SIDEBAR
    ) -> Page:
        """A new tab at this address; it is loaded when its program has `drawn` something."""
        target = (await self.call("Target.createTarget", url="about:blank", browserContextId=self.context))["targetId"]
        session = (await self.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        page = Page(self, session, target)
        for domain in ("Page", "Runtime", "Log", "DOM", "Network", "Accessibility"):
            await page.call(f"{domain}.enable")
        await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
        await page.viewport(width, height, phone=phone)
        await page.call("Page.navigate", url=url)
        await page.until(drawn)
        return page


@contextmanager
def chromium(folder: Path) -> Iterator[str]:
    """A headless browser with its profile in this folder; the address of its DevTools."""
    program = executable()
    assert program is not None, "no Chromium here: apt-get install chromium"
    command = [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    log = folder / "chromium.log"
    with log.open("w") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            yield _address(process, log)
        finally:
            process.terminate()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + 3 * PATIENCE
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"DevTools listening on (ws://\S+)", log.read_text(errors="replace"))
        if found:
            return found[1]
        time.sleep(0.02)
    raise AssertionError("Chromium did not start:\n" + log.read_text(errors="replace")[-2000:])


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Browser]:
    """Windows of a fresh visitor, who remembers nothing of other tests; they close with the block."""
    async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
        browser = Browser(socket)
        reading = asyncio.create_task(browser.read(), name="devtools")
        browser.context = (await browser.call("Target.createBrowserContext"))["browserContextId"]
        try:
            yield browser
        finally:
            await browser.call("Target.disposeBrowserContext", browserContextId=browser.context)
            await socket.close()
            await reading
