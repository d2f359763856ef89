"""A workspace with nobody but its people, and a real Chromium to look at it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.server import Workspace
from tests.browser.chromium import Browser, chromium, connected, executable
from tests.workspace.conftest import Connect, connections

Json = dict[str, Any]


@pytest.fixture(scope="session")
def devtools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One browser for all tests; where there is none, CI fails and a person is told what to install."""
    if executable() is None:
        if os.environ.get("KAJITORI_CI"):
            pytest.fail("no Chromium here, and what is not run proves nothing: apt-get install chromium", pytrace=False)
        pytest.skip("no Chromium here: apt-get install chromium")
    with chromium(tmp_path_factory.mktemp("chromium")) as address:
        yield address


@pytest.fixture
async def browser(devtools: str) -> AsyncIterator[Browser]:
    """A visitor; at the end no window may have complained about anything."""
    async with connected(devtools) as opened:
        yield opened
        complaints = {session: found for session, found in opened.problems.items() if found}
    assert complaints == {}


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace() as running:
        yield running


@pytest.fixture
async def client(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncWebClient]:
    """The app's hand: Slack's own client."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=workspace.bot_token, base_url=f"{workspace.address}/api/", session=session)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(text: str, action_id: str, **more: object) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def section(text: str, **more: object) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    """A real Bolt app, silent until a test gives it something to say."""
    return AsyncApp(client=client, process_before_response=False)


@pytest.fixture
async def connect(workspace: Workspace) -> AsyncIterator[Connect]:
    async with connections(workspace) as opened:
        yield opened
