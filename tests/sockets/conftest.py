"""The bot's own sockets against the workspace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import aiohttp
import pytest

from bot.slack.api.client import web_client
from bot.slack.edge.sockets import SocketReport, Sockets, SocketSettings
from playground.workspace.clock import ManualClock
from playground.workspace.server import Workspace
from tests.workspace.edge import HalfTokens, Moments, Recorder, slack_app

Open = Callable[..., Awaitable[Sockets]]


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


@pytest.fixture
def receive() -> Recorder:
    return Recorder()


@pytest.fixture
def reports() -> list[SocketReport]:
    return []


@pytest.fixture
async def open_sockets(workspace, session, clock, receive, reports) -> AsyncIterator[Open]:
    """Start sockets (`base_url` may point elsewhere); all are closed in order at the end."""
    running: list[tuple[Sockets, asyncio.Task[None]]] = []

    async with slack_app(workspace, session, receive) as slack:

        async def open_(base_url: str = "", **settings: object) -> Sockets:
            sockets = Sockets(
                slack=slack,
                client=web_client(session, base_url=base_url or f"{workspace.address}/api/"),
                app_token=workspace.app_token,
                clock=Moments(clock),
                tokens=HalfTokens(),
                report=reports.append,
                settings=replace(SocketSettings(ping=0.2, hello=2.0), **settings),
            )
            running.append((sockets, asyncio.create_task(sockets.run())))
            return sockets

        yield open_
        for sockets, task in running:
            await sockets.close()
            await task
