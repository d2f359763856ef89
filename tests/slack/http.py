"""The bot in HTTP mode, as Slack and as anybody else sees it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from bot.clock import SystemClock
from bot.slack.edge.http_mode import Forgery, http_handler
from bot.slack.edge.sockets import Slack
from playground.workspace.server import Workspace
from playground.workspace.signed_requests import signed_headers
from tests.workspace.edge import slack_app


@dataclass
class Endpoint:
    """Where Slack would post to. `forgeries` are what the bot took for such."""

    address: str
    workspace: Workspace
    session: aiohttp.ClientSession
    slack: Slack
    forgeries: list[Forgery] = field(default_factory=list)

    async def post(self, body: bytes, headers: dict[str, str] | None = None, *, form: bool = False) -> tuple[int, str]:
        """Post bytes; signed as Slack signs them unless other `headers` are given."""
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        signed = signed_headers(self.workspace.signing_secret, body) if headers is None else headers
        async with self.session.post(
            f"{self.address}/slack/events", data=body, headers={"Content-Type": kind, **signed}
        ) as answer:
            return answer.status, await answer.text()

    async def event(self, payload: dict[str, object]) -> tuple[int, str]:
        return await self.post(json.dumps(payload).encode())

    async def interaction(self, payload: dict[str, object]) -> tuple[int, str]:
        return await self.post(urlencode({"payload": json.dumps(payload)}).encode(), form=True)


@asynccontextmanager
async def endpoint(workspace: Workspace, session: aiohttp.ClientSession, receive, **options) -> AsyncIterator[Endpoint]:
    """The bot's real app behind its real HTTP handler, which the workspace delivers to."""
    secret = workspace.signing_secret
    async with slack_app(workspace, session, receive, **options) as slack:
        found = Endpoint(address="", workspace=workspace, session=session, slack=slack)

        async def on_forgery(forgery: Forgery) -> None:
            found.forgeries.append(forgery)

        app = web.Application()
        handler = http_handler(slack, signing_secret=secret, clock=SystemClock(), on_forgery=on_forgery)
        app.router.add_post("/slack/events", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        found.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        workspace.request_url = found.address
        try:
            yield found
        finally:
            await runner.cleanup()
