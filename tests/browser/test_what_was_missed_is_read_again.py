"""A server that was away, a computer that slept: whatever was told meanwhile is on the screen afterwards."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import section

CHANNEL = "C0PAYMENTS"


class Wire:
    """The way to the workspace, to be cut and mended; with each of `silences` the streams of events that there are
    stay open and carry nothing any more.
    """

    def __init__(self, address: str) -> None:
        self._to = urlsplit(address).port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._streams: dict[asyncio.StreamWriter, int] = {}
        self.silences = 0
        self.port = 0

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._open |= {writer, far_writer}
        ways = [self._pump(reader, far_writer), self._pump(far_reader, writer)]
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(*ways)
        self._open -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if b"text/event-stream" in data:
                self._streams[writer] = self.silences
            if self._streams.get(writer, self.silences) == self.silences:
                writer.write(data)
        writer.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
async def wire(workspace):
    made = Wire(workspace.address)
    await made.mend()
    yield made
    await made.cut()


async def change_everything(client, first, second) -> None:
    await client.chat_update(channel=CHANNEL, ts=first, text="edited meanwhile", blocks=[section("edited meanwhile")])
    await client.chat_delete(channel=CHANNEL, ts=second)
    await client.chat_postMessage(channel=CHANNEL, text="posted meanwhile")
    await client.chat_postMessage(channel=CHANNEL, thread_ts=first, text="replied meanwhile")


async def is_as_it_is(page) -> None:
    for words in ("edited meanwhile", "posted meanwhile", "replied meanwhile"):
        await page.shows(words)
    await page.until("!document.body.innerText.includes('goes')")
    assert await page.evaluate("document.querySelectorAll('.channel .message').length") == 2


@pytest.fixture
async def watching(browser, workspace, client, wire):
    first = await client.chat_postMessage(channel=CHANNEL, text="stays")
    second = await client.chat_postMessage(channel=CHANNEL, text="goes")
    page = await browser.open(f"{wire.address}/?as=alice#{CHANNEL}/{first['ts']}")
    await page.shows("goes")
    return page, first["ts"], second["ts"]


async def test_after_the_server_was_away(browser, client, wire, watching):
    page, first, second = watching
    await page.evaluate("document.querySelector('.channel textarea').value = 'half a line'")
    await wire.cut()
    await page.shows("No connection. What is missed will be read again.")
    await change_everything(client, first, second)
    await wire.mend()
    await is_as_it_is(page)
    await page.until("document.querySelector('.offline').hidden")
    assert await page.evaluate("document.querySelector('.channel textarea').value") == "half a line"
    browser.forgive()


async def test_after_a_sleep_through_which_the_connection_died_unnoticed(browser, client, wire, watching):
    page, first, second = watching
    wire.silences += 1
    await change_everything(client, first, second)
    await page.evaluate("const now = Date.now; Date.now = () => now() + 60000; 0")
    await is_as_it_is(page)
    browser.forgive()
