"""One Socket Mode connection and no more: the SDK's client without its own ideas of when to connect again.

Left alone, the SDK's client dials one dead address for ever, connects again without a pause after every `disconnect`,
and takes `link_disabled` for a refresh (slack.md §2.3). So it is used for one connection, and `bot.slack.edge.sockets`
decides what comes after it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, final

import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.client import ask
from bot.slack.api.errors import SlackError

LOG: Final = structlog.get_logger("slack")
CLOSING_SECONDS: Final = 2.0
"""How long the other side may take to answer a close frame; a lost one would hold up the end for ten."""

_SILENT: Final = logging.getLogger("bot.slack.sdk_socket")
_SILENT.setLevel(logging.CRITICAL)  # the SDK logs payloads and one-use addresses; what matters is reported by us

Frame = dict[str, Any]
Take = Callable[["Connection", Frame], Awaitable[None]]
"""Takes one envelope; the connection reads on when it returns."""


@final
class Connection(SocketModeClient):
    """`greeted` once Slack said hello, `ended` with the first `reason` why it is over; later ones change nothing.

    `counted` is how many connections Slack counts for the app. `receiving` are the envelopes not yet acknowledged.
    """

    def __init__(self, app_token: str, *, client: AsyncWebClient, ping_seconds: float, take: Take) -> None:
        super().__init__(
            app_token, logger=_SILENT, web_client=client, auto_reconnect_enabled=False, ping_interval=ping_seconds
        )
        self.proxy = client.proxy
        self.greeted = asyncio.Event()
        self.ended = asyncio.Event()
        self.reason = ""
        self.counted = 0
        self.receiving: set[asyncio.Task[None]] = set()
        self._take = take

    @property
    def usable(self) -> bool:
        return self.greeted.is_set() and not self.ended.is_set()

    async def open(self, seconds: float) -> None:
        """A new address, the connection, and Slack's hello, or its refusal, all within that time.

        Raises `SlackError` if there is no address, `TimeoutError` if there is no hello.
        """
        async with asyncio.timeout(seconds):
            answer = await ask(self.web_client, "apps.connections.open", token=self.app_token)
            if not isinstance(answer.get("url"), str):
                raise SlackError("unreadable", method="apps.connections.open")
            self.wss_uri = answer["url"]
            await self.connect()  # type: ignore[no-untyped-call]
            await self.greeted.wait()

    async def watch(self) -> str:
        """Wait until it is over; why it is. `stale`: no pong came, `closed`: nobody said why."""
        while not self.ended.is_set():
            try:
                async with asyncio.timeout(self.ping_interval):
                    await self.ended.wait()
            except TimeoutError:
                if self.current_session is None or self.current_session.closed:
                    self.end("closed")
                elif await self.is_ping_pong_failing():
                    self.end("stale")
        return self.reason

    def end(self, reason: str) -> None:
        if not self.ended.is_set():
            self.reason = reason
            self.ended.set()
            self.greeted.set()

    async def enqueue_message(self, message: str) -> None:
        """Called by the SDK with each text frame, in order; the SDK's own queue has no bound."""
        try:
            frame = json.loads(message)
        except ValueError:
            LOG.warning("unreadable_frame", size=len(message))
            return
        match frame:
            case {"type": "hello"}:
                self.counted = int(frame.get("num_connections") or 0)
                self.greeted.set()
            case {"type": "disconnect"}:
                self.end(str(frame.get("reason") or "closed"))
            case {"envelope_id": str()}:
                await self._take(self, frame)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Never from within: a broken connection is over."""
        self.end("closed")

    async def finish(self) -> None:
        """Wait for nothing more and close, whatever the other side does."""
        self.end("closed")
        self.closed = True
        running = [self.message_processor, self.current_session_monitor, self.message_receiver]
        tasks = [task for task in running if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                if self.current_session is not None:
                    await self.current_session.close()
        except TimeoutError:
            LOG.info("close_unanswered")
        await self.aiohttp_client_session.close()
