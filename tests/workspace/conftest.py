"""A workspace, the real clients against it, and a real Bolt app on a real Socket Mode connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.clock import ManualClock
from playground.workspace.server import Workspace

Connect = Callable[[AsyncApp], Awaitable[AsyncSocketModeHandler]]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def workspace(clock: ManualClock) -> AsyncIterator[Workspace]:
    async with Workspace(clock=clock) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def web_client(workspace: Workspace, session: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token or workspace.bot_token, base_url=f"{workspace.address}/api/", session=session)


@pytest.fixture
def client(workspace: Workspace, session: aiohttp.ClientSession) -> AsyncWebClient:
    return web_client(workspace, session)


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client, process_before_response=False)


@asynccontextmanager
async def connections(workspace: Workspace) -> AsyncIterator[Connect]:
    """Opens Socket Mode connections for an app and closes them all at the end."""
    handlers: list[AsyncSocketModeHandler] = []

    async def connect(app: AsyncApp) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(app, workspace.app_token, ping_interval=1)
        handlers.append(handler)
        before = workspace.connections
        await handler.connect_async()
        await workspace.wait_for(lambda: workspace.connections > before)
        return handler

    try:
        yield connect
    finally:
        for handler in handlers:
            await handler.close_async()


@pytest.fixture
async def connect(workspace: Workspace) -> AsyncIterator[Connect]:
    async with connections(workspace) as opened:
        yield opened
