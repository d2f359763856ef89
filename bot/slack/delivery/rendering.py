"""From a notice to the message that says what is true now: loaded, put into the reader's language, within the limits.

A message is rendered when it is its turn to be sent, so that one that waited behind a rate limit tells no old news;
what is no longer worth saying is not sent at all.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from bot.charts.progress import as_numbers, draw
from bot.errors import Unavailable
from bot.identity.person import Person
from bot.requests.drawings import drawing_of
from bot.requests.notices import (
    CardNotice,
    FileNotice,
    GraphNotice,
    HomeNotice,
    LineNotice,
    Notice,
    OfferNotice,
    PingEvent,
    PingNotice,
    ReplyNotice,
    StreamNotice,
)
from bot.requests.services import Services
from bot.requests.shown import Shown, load_all_shown, load_shown
from bot.requests.states import State
from bot.slack.cards.card import Card, card
from bot.slack.cards.home import HomeShown, home
from bot.slack.cards.limits import clip
from bot.slack.cards.pings import loud, ping, still_true
from bot.slack.cards.replies import line, offer, refusal, reply
from bot.slack.delivery.messages import Message, MessageKind, Upload
from bot.slack.texts import said
from bot.store.database import Transaction
from bot.store.outbox import Claimed
from bot.store.requests import latest_of, under_way, waiting_for

_DECODER: Final = msgspec.json.Decoder(Notice)
SHOWN: Final = 20


async def render(services: Services, claimed: Claimed) -> Message | None:
    """The message of an outbox row; `None` where nothing is to be said any more.

    Edits and thread replies carry no `ts` of their own: the sender knows where their `thread_key` is.
    """
    notice: Notice = _DECODER.decode(claimed.body)
    match notice:
        case CardNotice(request=number):
            return await _card(services, claimed, number)
        case PingNotice(request=number, event=event):
            return await _ping(services, claimed, number, event)
        case ReplyNotice():
            return _reply(services, claimed, notice)
        case OfferNotice():
            return await _offer(services, claimed, notice)
        case LineNotice(channel=channel, message=message, thread_ts=thread, user=user):
            locale = channel_locale(services, channel)
            return _message(claimed, line(message, locale), locale, user=user, thread_ts=thread, private=False)
        case StreamNotice():
            return _stream(services, claimed, notice)
        case FileNotice():
            return _file(services, claimed, notice)
        case GraphNotice(request=number):
            return await _graph(services, claimed, number)
        case HomeNotice(user=user):
            return await _home(services, claimed, user)


def _stream(services: Services, claimed: Claimed, notice: StreamNotice) -> Message:
    """In a shared channel it is in the channel's language and thread; else in its reader's."""
    address = notice.address
    shared = claimed.channel == address.channel and not address.direct
    known = _reader_locale(services, address.user, address.locale)
    locale = channel_locale(services, address.channel) if shared else known
    thread = address.thread_ts if claimed.channel == address.channel else ""
    made = reply(notice.view, locale)
    return _message(claimed, made, locale, user=address.user, thread_ts=thread, private=not shared)


async def _card(services: Services, claimed: Claimed, number: int) -> Message:
    shown = await _load(services, number)
    made = card(shown, shown.locale)
    thread = shown.thread_ts if claimed.channel == shown.channel else ""
    user = shown.requester.user  # told alone where the bot is not in the channel
    return _message(claimed, made, shown.locale, user=user, thread_ts=thread, private=False)


async def _ping(services: Services, claimed: Claimed, number: int, event: PingEvent) -> Message | None:
    shown = await _load(services, number)
    if not still_true(shown, event):
        return None
    if claimed.kind == MessageKind.DIRECT:
        if event is PingEvent.ASK and any(ballot.voter.user == claimed.channel for ballot in shown.ballots):
            return None
        locale = await services.directory.language(claimed.channel, shown.locale)
        return _message(claimed, ping(shown, event, locale, direct=True), locale)
    thread = shown.thread_ts if claimed.channel == shown.channel else ""
    made = ping(shown, event, shown.locale)
    broadcast = loud(shown, event) and not thread
    user = shown.requester.user
    return _message(claimed, made, shown.locale, user=user, thread_ts=thread, broadcast=broadcast, private=False)


def _reply(services: Services, claimed: Claimed, notice: ReplyNotice) -> Message | None:
    address = notice.address
    public = notice.shared
    locale = (
        channel_locale(services, address.channel) if public else _reader_locale(services, address.user, address.locale)
    )
    if notice.problem is not None:
        made = refusal(notice.problem, locale)
    elif notice.view is not None:
        share = "" if public or address.direct or notice.copy else notice.command_line
        made = reply(notice.view, locale, share=share, public=public)
    else:
        return None
    thread = "" if claimed.kind == MessageKind.DIRECT else address.thread_ts
    return _message(
        claimed,
        made,
        locale,
        user=address.user,
        thread_ts=thread,
        response_url=address.response_url if claimed.kind == MessageKind.RESPOND else "",
        private=not public,
    )


async def _offer(services: Services, claimed: Claimed, notice: OfferNotice) -> Message:
    address = notice.address
    locale = _reader_locale(services, address.user, address.locale)
    other = await _load(services, notice.request)
    made = offer(other, notice.command_line, locale, own=other.requester.user == address.user)
    return _message(
        claimed,
        made,
        locale,
        user=address.user,
        thread_ts=address.thread_ts,
        response_url=address.response_url if claimed.kind == MessageKind.RESPOND else "",
    )


def _file(services: Services, claimed: Claimed, notice: FileNotice) -> Message:
    locale = _reader_locale(services, notice.address.user, notice.address.locale)
    title = clip(said(notice.file.title, locale), 200)
    return Message(
        key=claimed.key,
        kind=MessageKind(claimed.kind),
        channel=claimed.channel,
        user=notice.address.user,
        thread_ts=notice.address.thread_ts,
        text=title,
        file=Upload(name=notice.file.name, title=title, content=notice.file.content),
        private=claimed.channel != notice.address.channel,
        priority=claimed.priority,
        locale=locale,
    )


async def _graph(services: Services, claimed: Claimed, number: int) -> Message | None:
    """Nothing where there is too little to see. What cannot be drawn is given as the numbers that it would show."""
    shown = await _load(services, number)
    found = drawing_of(shown, services.clock.now())
    if found is None or not shown.card_ts:
        return None
    drawing, caption = found
    title = clip(said(caption, shown.locale), 200)
    try:
        file = Upload(name=f"R-{number}.png", title=title, content=await draw(drawing))
    except Unavailable:
        file = Upload(name=f"R-{number}.csv", title=title, content=as_numbers(drawing))
    return Message(
        key=claimed.key,
        kind=MessageKind.FILE,
        channel=claimed.channel,
        user=shown.requester.user,
        thread_ts=shown.thread_ts or shown.card_ts,
        text=title,
        file=file,
        private=False,
        priority=claimed.priority,
        locale=shown.locale,
    )


async def _home(services: Services, claimed: Claimed, user: str) -> Message | None:
    person = services.directory.configured(user)
    if person is None:
        return None
    async with services.database.read() as tx:
        found = await home_shown(services, tx, person)
    locale = await services.directory.language(user, person.locale)
    return Message(
        key=claimed.key,
        kind=MessageKind.HOME,
        user=user,
        view=home(found, locale),
        priority=claimed.priority,
        locale=locale,
    )


async def home_shown(services: Services, tx: Transaction, person: Person) -> HomeShown:
    """What this person's Home shows. Only what they may vote on waits for them; what runs is everybody's business."""
    waiting = await load_all_shown(services, tx, await waiting_for(tx, person.key))
    latest = await load_all_shown(services, tx, await latest_of(tx, person.key))
    running = await load_all_shown(services, tx, await under_way(tx, SHOWN))
    mine = [each for each in latest if each.state is State.WAITING and _confirms(each)]
    theirs = [each for each in waiting if any(voter.user == person.slack_user for voter in each.may_vote)]
    return HomeShown(
        name=person.name,
        command=services.config.command,
        waiting=(*mine, *theirs),
        running=running,
        latest=latest,
        teams=person.teams,
    )


def channel_locale(services: Services, channel: str) -> str:
    """The language of what everyone in a channel sees."""
    configured = services.config.channels.get(channel)
    return configured.locale if configured is not None else "en"


def _reader_locale(services: Services, user: str, known: str) -> str:
    """The reader's language: as configured, else as it was known when the notice was made."""
    entry = services.config.people.get(user)
    return (entry.locale if entry is not None else None) or known or "en"


def _confirms(shown: Shown) -> bool:
    return shown.decision is not None and shown.decision.approvals == 0 and shown.decision.confirm


async def _load(services: Services, number: int) -> Shown:
    async with services.database.read() as tx:
        return await load_shown(services, tx, number)


def _message(claimed: Claimed, made: Card, locale: str, **more: Any) -> Message:
    """Where it goes is the outbox's, what it says is `made`'s; a direct message's channel is a person."""
    kind = MessageKind(claimed.kind)
    direct = kind is MessageKind.DIRECT
    usual: dict[str, Any] = {"user": claimed.channel if direct else "", **more}
    return Message(
        key=claimed.key,
        kind=kind,
        channel="" if direct else claimed.channel,
        text=made.text,
        blocks=tuple(made.blocks),
        priority=claimed.priority,
        locale=locale,
        **usual,
    )
