"""The apps that the bot is compared with, each a process: `python -m bench.apps echo|receive`.

`echo` is Bolt as its own guide shows it. `receive` is our configuration of Bolt, our sockets and our `receive`, with
nothing behind: `KAJITORI_DATABASE_URL` is the database that a delivery is stored in before it is acknowledged; without
it nothing is stored.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import uvloop
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bench.places import KEYRING
from bot.clock import SystemClock, SystemTokens
from bot.observability.redaction import redact
from bot.slack.api.client import installation, open_session, web_client
from bot.slack.desk.submits import validate
from bot.slack.edge.answers import Accepted, Answer, Receive, Suggestions
from bot.slack.edge.app import build_slack
from bot.slack.edge.deliveries import Delivery
from bot.slack.edge.reception import encode_delivery, make_receive
from bot.slack.edge.sockets import Sockets
from bot.slack.edge.tell import teller
from bot.store.database import Database
from bot.store.intake import Intake

LIMIT = 1_000_000


async def echo() -> None:
    """Bare Bolt, Socket Mode: acknowledges, then answers with what was typed."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        client = AsyncWebClient(
            token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"], session=session
        )
        app = AsyncApp(client=client)

        @app.command("/eks")
        async def answer(ack: Callable[[], Awaitable[Any]], respond: Any, command: dict[str, Any]) -> None:
            await ack()
            await respond(command["text"])

        handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"])
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await asyncio.Event().wait()


async def receive() -> None:
    """Our edge alone."""
    clock, tokens = SystemClock(), SystemTokens()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        client = web_client(session, token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
        slack = build_slack(
            client=client,
            installed=await installation(client),
            receive=await _receive(stack, os.environ.get("KAJITORI_DATABASE_URL", "")),
            redact=redact,
            tell=teller(session),
        )
        app_token = os.environ["SLACK_APP_TOKEN"]
        await Sockets(
            slack=slack, client=client, app_token=app_token, clock=clock, tokens=tokens, report=lambda _: None
        ).run()


async def _receive(stack: AsyncExitStack, address: str) -> Receive:
    if not address:
        return _only_read
    clock = SystemClock()
    database = await stack.enter_async_context(Database.open(address, keyring=KEYRING, clock=clock))
    intake = await stack.enter_async_context(Intake(database, limit=LIMIT, clock=clock, tokens=SystemTokens()))
    return make_receive(intake, suggest=lambda _: Suggestions(), validate=validate)


async def _only_read(delivery: Delivery) -> Answer:
    """What ours does, without the store."""
    encode_delivery(delivery)
    return Accepted()


if __name__ == "__main__":
    uvloop.run({"echo": echo, "receive": receive}[sys.argv[1]]())
