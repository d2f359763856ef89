"""Slack's side: a workspace with many people, each in a channel of their own, and what they see, when."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import final

from playground.workspace.channels import Channel
from playground.workspace.people import BOT_USER, Person
from playground.workspace.server import Workspace

PATIENCE = 60.0


def people(count: int) -> tuple[Person, ...]:
    """`P000`, `P001` …"""
    return tuple(
        Person(id=f"U0P{number:03}", name=f"p{number:03}", real_name=f"Person {number}", email=f"p{number}@example.com")
        for number in range(count)
    )


def channels(everyone: tuple[Person, ...], count: int) -> tuple[Channel, ...]:
    """`c000` …, with everyone in each."""
    members = frozenset({BOT_USER, *(each.id for each in everyone)})
    return tuple(Channel(id=f"C0C{number:04}", name=f"c{number:04}", members=members) for number in range(count))


@asynccontextmanager
async def workspace(*, persons: int, places: int) -> AsyncIterator[Workspace]:
    """No rate limits: what is measured is the bot, which keeps Slack's limits by itself."""
    everyone = people(persons)
    async with Workspace(people=everyone, channels=channels(everyone, places), usergroups=()) as running:
        yield running


def environment(slack: Workspace) -> dict[str, str]:
    """How a process is pointed at it."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": f"{slack.address}/api/",
    }


async def connected(slack: Workspace) -> None:
    """Returns when an app listens. Raises `TimeoutError`."""
    await slack.wait_for(lambda: slack.connections > 0, PATIENCE)


@final
class Eyes:
    """The moments at which messages of the app appear, by channel; whoever expects one is told of the first that comes.

    Several who wait in one channel are told in their order, which is right where one person's commands are answered
    in theirs.
    """

    def __init__(self, slack: Workspace) -> None:
        self._slack = slack
        self._expected: dict[str, deque[asyncio.Future[float]]] = defaultdict(deque)

    def expect(self, channel: str) -> asyncio.Future[float]:
        """The moment (of `perf_counter`) at which the next message appears there."""
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._expected[channel].append(future)
        return future

    async def _look(self) -> None:
        async for change in self._slack.events():
            if change.type == "message":
                channel = change.details["channel"]
                found = self._slack.state.messages.find(channel, change.details["ts"])
                if found is None or not found.from_app:
                    continue  # Slack's own "operation_timeout" is no answer
                if waiting := self._expected[channel]:
                    waiting.popleft().set_result(perf_counter())


@asynccontextmanager
async def eyes(slack: Workspace) -> AsyncIterator[Eyes]:
    """Open as long as it is entered."""
    found = Eyes(slack)
    looking = asyncio.create_task(found._look(), name="eyes")
    await asyncio.sleep(0)
    try:
        yield found
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
