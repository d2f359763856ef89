"""What the tests of the Slack edge share: a clock of both kinds, chance in the middle, a receive that remembers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from bot.errors import Unavailable
from bot.slack.api.client import installation, web_client
from bot.slack.edge.answers import Accepted, Answer
from bot.slack.edge.app import Slack, build_slack
from bot.slack.edge.deliveries import Delivery
from bot.slack.edge.tell import teller
from bot.text import text
from playground.workspace.clock import ManualClock
from playground.workspace.server import Workspace


class Moments:
    """The workspace's manual clock as the bot's: one time for both sides."""

    def __init__(self, manual: ManualClock) -> None:
        self.manual = manual

    def now(self) -> datetime:
        return self.manual.now()

    def monotonic(self) -> float:
        return self.manual.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        await self.manual.sleep(seconds)


class HalfTokens:
    """Chance that is always in the middle."""

    def hex(self, size: int = 16) -> str:
        return "0" * 2 * size

    def fraction(self) -> float:
        return 0.5


@dataclass
class Recorder:
    """A `receive` that keeps what came and answers as told; `gate` holds it up, `broken` is a store that is gone."""

    answers: list[Answer] = field(default_factory=list)
    seen: list[Delivery] = field(default_factory=list)
    gate: asyncio.Event | None = None
    broken: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, delivery: Delivery) -> Answer:
        self.seen.append(delivery)
        self.changed.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise Unavailable(text("The store is gone."))
        return self.answers.pop(0) if self.answers else Accepted()


def hidden(line: str) -> str:
    """A stand-in for redaction."""
    return line.replace("hunter2", "[redacted]")


@asynccontextmanager
async def slack_app(
    workspace: Workspace,
    session: aiohttp.ClientSession,
    receive: Callable[[Delivery], object],
    *,
    seconds: float = 1.5,
) -> AsyncIterator[Slack]:
    """The real Bolt app of the bot, against the workspace."""
    client = web_client(session, token=workspace.bot_token, base_url=f"{workspace.address}/api/")
    slack = build_slack(
        client=client,
        installed=await installation(client),
        receive=receive,
        redact=hidden,
        tell=teller(session),
        seconds=seconds,
    )
    yield slack
    await slack.drain()
