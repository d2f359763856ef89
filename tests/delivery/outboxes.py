"""Messages put into a real outbox, and the bot's sender between it and the workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
from sqlalchemy import select

from bot.slack.api.client import web_client
from bot.slack.delivery.messages import Message, MessageKind
from bot.slack.delivery.outgoing import Outgoing, OutgoingSettings
from bot.slack.delivery.outsiders import Outsiders
from bot.slack.delivery.places import Places
from bot.slack.delivery.sending import Sender
from bot.store import outbox
from bot.store.database import Database
from bot.store.outbox import Claimed, OutMessage
from bot.store.tables import outbox as rows
from playground.workspace.server import Workspace
from tests.workspace.edge import Moments


@dataclass
class Cards:
    """What the cards say now, by the key of the card; rendered when they are sent, as the bot does."""

    says: dict[str, str] = field(default_factory=dict)
    rendered: list[str] = field(default_factory=list)

    async def __call__(self, claimed: Claimed) -> Message | None:
        self.rendered.append(claimed.key)
        said = self.says.get(claimed.thread_key or claimed.key, self.says.get(claimed.key, claimed.body.decode()))
        if not said:
            return None
        kind = MessageKind(claimed.kind)
        if kind is MessageKind.HOME:
            section = {"type": "section", "text": {"type": "plain_text", "text": said}}
            return Message(key=claimed.key, kind=kind, view={"type": "home", "blocks": [section]})
        return Message(key=claimed.key, kind=kind, user="" if kind is MessageKind.DIRECT else "U0ALICE", text=said)


@dataclass
class Post:
    """One outbox, its sender, and what stands in it."""

    database: Database
    workspace: Workspace
    clock: Moments
    outgoing: Outgoing
    cards: Cards

    async def put(self, key: str, kind: str = "post", said: str = "text", **more: object) -> None:
        await self.put_all([self.message(key, kind, said, **more)])

    def message(self, key: str, kind: str, said: str, **more: object) -> OutMessage:
        usual = {"priority": 30, "channel": "C0PLATFORM"}
        return OutMessage(key=key, kind=kind, body=said.encode(), created_at=self.clock.now(), **{**usual, **more})

    async def put_all(self, messages: list[OutMessage]) -> None:
        """As one transaction that changes much puts them."""
        async with self.database.transaction() as tx:
            for each in messages:
                await outbox.put(tx, each)

    async def step(self) -> int:
        """Send what is due, once."""
        async with asyncio.TaskGroup() as group:
            return await self.outgoing.begin(group)

    async def settle(self) -> None:
        """Send until nothing is due."""
        while await self.step():
            continue

    async def states(self) -> dict[str, str]:
        async with self.database.read() as tx:
            return {row.key: row.state for row in await tx.execute(select(rows.c.key, rows.c.state))}

    def said(self, channel: str = "platform", person: str = "bob", thread_ts: str | None = None) -> list[str]:
        return [each["text"] for each in self.workspace.messages(channel, person, thread_ts)]

    def count(self, method: str) -> int:
        return sum(call.method == method for call in self.workspace.calls)


def post_of(
    database: Database,
    workspace: Workspace,
    session: aiohttp.ClientSession,
    *,
    owner: str = "one",
    send: Callable[[Message], Awaitable[object]] | None = None,
    **settings: object,
) -> Post:
    clock = Moments(workspace.state.clock)
    client = web_client(session, token=workspace.bot_token, base_url=f"{workspace.address}/api/")
    sender = Sender(
        client=client,
        session=session,
        places=Places(client),
        outsiders=Outsiders(client, clock, invited=["C0PAYMENTS"]),
        clock=clock,
        bot_name="kajitori",
    )
    cards = Cards()
    outgoing = Outgoing(
        database=database,
        render=cards,
        send=send or sender.send,
        clock=clock,
        owner=owner,
        settings=OutgoingSettings(**settings),
    )
    return Post(database=database, workspace=workspace, clock=clock, outgoing=outgoing, cards=cards)
