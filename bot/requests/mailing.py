"""What goes to people, put into the outbox in the transaction of the change that it tells of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from bot.operations.view import View
from bot.requests.notices import (
    Address,
    CardNotice,
    FileNotice,
    GraphNotice,
    HomeNotice,
    LineNotice,
    Notice,
    OfferNotice,
    PingEvent,
    PingNotice,
    Priority,
    Problem,
    ReplyNotice,
    StreamNotice,
)
from bot.requests.services import Services
from bot.store.database import Transaction
from bot.store.messages import messages_of, remember_message
from bot.store.outbox import OutMessage, put, put_all
from bot.store.requests import Request
from bot.text import Text

HOME_SECONDS: Final = 3
"""The windows within which changes of one Home are one publication."""

HOME_MARGIN: Final = 0.5
"""Seconds after a window: longer than any transaction of ours that stored something within it."""


def card_key(number: int) -> str:
    """The key of a request's card, under which its place in Slack is remembered."""
    return f"request/{number}/card"


def request_of(key: str) -> int:
    """The request whose message has that key; 0 if it is no request's."""
    kind, _, rest = key.partition("/")
    number = rest.partition("/")[0]
    return int(number) if kind == "request" and number.isdecimal() else 0


async def post_card(tx: Transaction, services: Services, number: int, channel: str) -> None:
    """The request's one message; afterwards it is edited in place."""
    await put(tx, _out(services, card_key(number), "post", channel, CardNotice(number), Priority.VOTE))


async def refresh_card(
    tx: Transaction, services: Services, number: int, channel: str, *, priority: int = Priority.RESULT
) -> None:
    """Bring the card up to date; edits that still wait become one."""
    key = card_key(number)
    await put(
        tx,
        _out(
            services,
            f"{key}/{services.tokens.hex(6)}",
            "update",
            channel,
            CardNotice(number),
            priority,
            thread_key=key,
        ),
    )


async def ask_voters(
    tx: Transaction, services: Services, number: int, channel: str, version: int, people: Iterable[str]
) -> None:
    """The first ping: in the card's thread, and to each person who can vote by direct message."""
    ask = PingNotice(number, PingEvent.ASK)
    card = card_key(number)
    await put(
        tx, _out(services, f"request/{number}/asked/{version}", "post", channel, ask, Priority.VOTE, thread_key=card)
    )
    key = f"request/{number}/ask/{version}"
    await put_all(tx, [_out(services, f"{key}/{user}", "dm", user, ask, Priority.VOTE) for user in people])


async def ping(tx: Transaction, services: Services, number: int, channel: str, event: PingEvent, suffix: str) -> None:
    """The ping of an end, or of a need for a person, in the card's thread; `suffix` makes its key."""
    key = f"request/{number}/{event}/{suffix}"
    notice = PingNotice(number, event)
    await put(tx, _out(services, key, "post", channel, notice, Priority.RESULT, thread_key=card_key(number)))


async def draw_graph(tx: Transaction, services: Services, number: int, channel: str, suffix: str) -> None:
    """How far it came over time, as a picture in the card's thread."""
    notice, key = GraphNotice(number), f"request/{number}/graph/{suffix}"
    card = card_key(number)
    await put(tx, _out(services, key, "file", channel, notice, Priority.PROGRESS, thread_key=card))


async def reply(
    tx: Transaction,
    services: Services,
    key: str,
    address: Address,
    *,
    view: View | None = None,
    problem: Problem | None = None,
    shared: bool = False,
    copy: bool = False,
    command_line: str = "",
) -> None:
    """Answer one person; `copy` also by direct message, because private answers vanish on reload.

    `command_line` is what *Share* runs again for everyone. A view's file goes where its reader alone sees it.
    """
    if view is not None and view.file is not None:
        await _attach(tx, services, key, FileNotice(address=address, file=view.file), shared=shared)
        empty = msgspec.structs.replace(view.file, content=b"")
        view = msgspec.structs.replace(view, file=empty)
    notice = ReplyNotice(address=address, view=view, problem=problem, shared=shared, command_line=command_line)
    kind = "post" if shared else _private(address)
    await put(tx, _out(services, f"reply/{key}", kind, address.channel, notice, Priority.ANSWER))
    if copy and not address.direct:
        again = msgspec.structs.replace(notice, copy=True)
        await put(tx, _out(services, f"reply/{key}/copy", "dm", address.user, again, Priority.PROGRESS))


async def offer(
    tx: Transaction, services: Services, key: str, twin: Request, address: Address, command_line: str
) -> None:
    """Offer the request that asks for the same."""
    notice = OfferNotice(address=address, request=twin.id, command_line=command_line)
    await put(tx, _out(services, f"offer/{key}", _private(address), address.channel, notice, Priority.ANSWER))


def _private(address: Address) -> str:
    """How an answer reaches its reader alone, where they asked; whoever asked in a modal is written to directly."""
    if address.channel == address.user:
        return "dm"
    if address.direct:
        return "post"
    return "respond" if address.response_url else "ephemeral"


async def announce(
    tx: Transaction, services: Services, key: str, channel: str, message: Text, *, user: str = ""
) -> None:
    """One sentence for everyone in a channel; where it may not be posted, for `user`, or else for who is on call."""
    alone = user or next((person.slack_user for person in services.directory.everyone), "")
    notice = LineNotice(channel=channel, message=message, user=alone)
    await put(tx, _out(services, f"line/{key}", "post", channel, notice, Priority.RESULT))


async def alarm(tx: Transaction, services: Services, number: int, message: Text, *channels: str) -> None:
    """Somebody edited the database: said where the request is, and where approvals are given, for rows lie about both.

    Once for each request and channel.
    """
    watched = {each.approval_channel for each in services.config.clusters.values()}
    for channel in sorted({*channels, *(each for each in watched if each is not None)} - {""}):
        await announce(tx, services, f"tampered/{number}/{channel}", channel, message)


async def stream(tx: Transaction, services: Services, notice: StreamNotice, *, shared: bool, edit: str = "") -> None:
    """A message that is edited while something is followed: posted first; `edit` tells its edits apart.

    Private messages cannot be edited, so what is not `shared` is followed in the reader's direct messages.
    """
    key = f"stream/{notice.key}"
    here = shared or notice.address.direct
    channel = notice.address.channel if here else notice.address.user
    if not edit:
        await put(tx, _out(services, key, "post" if here else "dm", channel, notice, Priority.ANSWER))
    else:
        name = f"{key}/{edit}"
        await put(tx, _out(services, name, "update", channel, notice, Priority.PROGRESS, thread_key=key))


async def _attach(tx: Transaction, services: Services, key: str, notice: FileNotice, *, shared: bool) -> None:
    """A file in a channel is seen by everyone there, so a private answer's goes to the reader's direct messages."""
    address = notice.address
    channel = address.channel if shared or address.direct else address.user
    if channel != address.channel:
        notice = FileNotice(address=msgspec.structs.replace(address, thread_ts=""), file=notice.file)
    await put(tx, _out(services, f"file/{key}", "file", channel, notice, Priority.ANSWER))


async def publish_home(tx: Transaction, services: Services, *users: str, at_once: bool = False) -> None:
    """Bring the Home of these people up to date, if they ever opened it: opening it publishes it, so none is missed.

    What happens within a few seconds is one publication: a Home lists many requests, and Slack takes about a hundred
    publications a minute. It goes out after its window and a margin, so that whatever was stored within it is shown.
    `at_once` is for whoever has just opened theirs.
    """
    homes = {f"home/{user}": user for user in users}
    if at_once:
        name, due = services.tokens.hex(6), None
        for key, user in homes.items():
            await remember_message(tx, key, user, "")
    else:
        window = int(services.clock.now().timestamp() // HOME_SECONDS) + 1
        name, due = str(window), datetime.fromtimestamp(window * HOME_SECONDS + HOME_MARGIN, UTC)
        homes = {key: homes[key] for key in await messages_of(tx, homes)}
    notices = [
        _out(services, f"{key}/{name}", "home", user, HomeNotice(user), Priority.HOME, not_before=due)
        for key, user in homes.items()
    ]
    await put_all(tx, notices)


def _out(
    services: Services,
    key: str,
    kind: str,
    channel: str,
    notice: Notice,
    priority: int,
    *,
    thread_key: str | None = None,
    not_before: datetime | None = None,
) -> OutMessage:
    return OutMessage(
        key=key,
        kind=kind,
        priority=priority,
        channel=channel,
        body=msgspec.json.encode(notice),
        created_at=services.clock.now(),
        thread_key=thread_key,
        not_before=not_before,
    )
