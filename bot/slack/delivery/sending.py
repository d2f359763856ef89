"""One message to Slack, and what became of it. Whoever cannot be reached where they are is reached where they can be.

A private answer goes by its response_url while that is good, then as an ephemeral message, then as a direct message; a
post in a channel that the bot is not in goes to the person, with the line that lets the bot in. A message that Slack
finds too large goes as its text alone: a line without buttons is better than silence.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import aiohttp
import msgspec
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import Bug
from bot.slack import texts
from bot.slack.api.client import ask, call
from bot.slack.api.errors import (
    MessageGone,
    NotInChannel,
    NotReachable,
    PersonGone,
    RateLimited,
    ScopeMissing,
    SharedOutside,
    SlackError,
    ThreadGone,
    TokenRefused,
    TooLarge,
    retry_after,
)
from bot.slack.cards.limits import clip, fit_message, fit_view
from bot.slack.cards.rich import lines, rich_text
from bot.slack.delivery.messages import Gone, Later, Message, MessageKind, Outcome, Sent
from bot.slack.delivery.outsiders import Outsiders
from bot.slack.delivery.places import Places, find_post, key_metadata

LOG: Final = structlog.get_logger("slack")
QUIET: Final[Mapping[str, Any]] = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}
"""Nothing in a message of ours acts unless we made it (slack.md §1.6)."""

RESPONSE_SECONDS: Final = 29 * 60.0
"""A response_url is good for thirty minutes; one is left for the way."""

TEXT_ALONE: Final = 3_000
_UNINVITED: Final = frozenset({"not_in_channel", "channel_not_found"})


@final
@dataclass(frozen=True, kw_only=True)
class Sender:
    """`send` tells what became of a message and raises nothing that Slack can cause. `bot_name` is what to invite."""

    client: AsyncWebClient
    session: aiohttp.ClientSession
    places: Places
    outsiders: Outsiders
    clock: Clock
    bot_name: str

    async def send(self, message: Message) -> Outcome:
        try:
            return await _WAYS[message.kind](self, message)
        except SlackError as error:
            return outcome_of(message, error)

    async def write(self, method: str, message: Message, **place: Any) -> dict[str, Any]:
        """Call a chat method with what the message says; without its thread if that is gone, as text if too large."""
        where = {**place, **QUIET}
        if message.thread_ts and method != "chat.update":
            where["thread_ts"] = message.thread_ts
        said = content(message)
        try:
            return await call(self.client, method, **where, **said)
        except ThreadGone:
            return await self.write(method, msgspec.structs.replace(message, thread_ts=""), **place)
        except TooLarge as error:
            LOG.error("message_too_large", key=message.key, method=method, code=error.code)
            if not said["blocks"]:
                raise
            return await call(self.client, method, **where, text=clip(message.text, TEXT_ALONE), blocks=[])


def content(message: Message) -> dict[str, Any]:
    """Text and blocks within Slack's limits; blocks that break one are left out and logged as the bug they are."""
    try:
        text, blocks = fit_message(message.text, message.blocks, message.locale)
    except (Bug, KeyError, TypeError) as error:
        LOG.error("message_past_limits", key=message.key, why=str(error))
        return {"text": clip(message.text, TEXT_ALONE) or "…", "blocks": []}
    return {"text": text, "blocks": blocks}


def outcome_of(message: Message, error: SlackError) -> Outcome:
    """What an error means for the message: whether it may go later, and whether it may have gone already."""
    match error:
        case RateLimited():
            return Later(seconds=error.seconds or 30.0, why=error.code, uncertain=message.uncertain)
        case NotReachable():
            return Later(seconds=error.seconds or 2.0, why=error.code, uncertain=True)
        case TokenRefused() | ScopeMissing():
            LOG.critical("slack_refuses_the_bot", code=error.code, method=error.method)
            return Later(seconds=60.0, why=error.code, uncertain=message.uncertain)
        case TooLarge() | PersonGone() | MessageGone() | NotInChannel() | ThreadGone():
            return Gone(why=error.code)
        case _:
            LOG.error("unknown_answer", key=message.key, code=error.code, method=error.method)
            return Later(seconds=60.0, why=error.code, uncertain=message.uncertain)


async def _post(sender: Sender, message: Message) -> Outcome:
    try:
        await sender.outsiders.check(message.channel)
        return await _post_in(sender, message, message.channel)
    except (NotInChannel, SharedOutside) as error:
        return await _divert(sender, message, error)


async def _post_in(sender: Sender, message: Message, channel: str) -> Sent:
    if message.uncertain and (ts := await _found(sender, message, channel)):
        return Sent(channel=channel, ts=ts)
    broadcast = {"reply_broadcast": True} if message.broadcast and message.thread_ts else {}
    metadata = key_metadata(message.key)
    answer = await sender.write("chat.postMessage", message, channel=channel, metadata=metadata, **broadcast)
    return Sent(channel=str(answer["channel"]), ts=str(answer["ts"]))


async def _found(sender: Sender, message: Message, channel: str) -> str:
    """The post of an earlier attempt. A bot that may not look posts again: twice is better than never."""
    try:
        return await find_post(sender.client, channel, message.key, since=message.since, thread_ts=message.thread_ts)
    except ThreadGone:
        return await find_post(sender.client, channel, message.key, since=message.since)
    except ScopeMissing as error:
        LOG.error("cannot_look_for_post", code=error.code)
        return ""


async def _direct(sender: Sender, message: Message) -> Outcome:
    return await _post_in(sender, message, await sender.places.direct(message.user))


async def _divert(sender: Sender, message: Message, error: SlackError) -> Outcome:
    """To the person alone. What was a reply is one no longer: its thread is where the bot is not."""
    if not message.user:
        LOG.error("nobody_to_tell", key=message.key, code=error.code)
        return Gone(why=error.code)
    given = msgspec.structs.replace(message, thread_ts="", broadcast=False)
    name = await sender.places.name(message.channel)
    way_in = texts.shared_outside(name, message.channel) if isinstance(error, SharedOutside) else None
    if error.code in _UNINVITED:
        way_in = texts.not_in_channel(name, sender.bot_name)
    if way_in is not None:
        blocks = (rich_text(lines([way_in], message.locale)), *message.blocks)
        given = msgspec.structs.replace(given, blocks=blocks)
    sent = await _post_in(sender, given, await sender.places.direct(message.user))
    return msgspec.structs.replace(sent, diverted=True)


async def _update(sender: Sender, message: Message) -> Outcome:
    try:
        await sender.outsiders.check(message.channel)
        answer = await sender.write("chat.update", message, channel=message.channel, ts=message.ts)
    except (NotInChannel, SharedOutside) as error:
        return await _divert(sender, message, error)
    return Sent(channel=message.channel, ts=str(answer.get("ts") or message.ts))


async def _delete(sender: Sender, message: Message) -> Outcome:
    try:
        await call(sender.client, "chat.delete", channel=message.channel, ts=message.ts)
    except MessageGone:
        LOG.info("deleted_already", key=message.key)
    return Sent(channel=message.channel, ts=message.ts)


async def _ephemeral(sender: Sender, message: Message) -> Outcome:
    if message.channel.startswith("D"):
        return await _post_in(sender, message, message.channel)
    if not message.channel:
        return await _direct(sender, message)
    try:
        answer = await sender.write("chat.postEphemeral", message, channel=message.channel, user=message.user)
    except (NotInChannel, PersonGone) as error:
        return await _divert(sender, message, error)
    return Sent(channel=message.channel, ts=str(answer.get("message_ts") or ""))


async def _respond(sender: Sender, message: Message) -> Outcome:
    """By the response_url; past its time or its five uses as an ephemeral message, or as the post it stands for."""
    instead = _ephemeral if message.private else _post
    if not message.private:
        await sender.outsiders.check(message.channel)
    age = sender.clock.now().timestamp() - message.since if message.since else 0.0
    if not message.response_url or age > RESPONSE_SECONDS:
        return await instead(sender, message)
    body: dict[str, Any] = {
        "response_type": "ephemeral" if message.private else "in_channel",
        "replace_original": False,
        **content(message),
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }
    try:
        async with sender.session.post(message.response_url, json=body) as response:
            refused = b'"ok":false' in (await response.read()).replace(b" ", b"")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise NotReachable("unreachable", method="response_url") from error
    if response.status == 429:
        raise RateLimited("ratelimited", method="response_url", seconds=retry_after(response.headers))
    if response.status >= 500:
        raise NotReachable(f"http_{response.status}", method="response_url")
    if response.status >= 300 or refused:
        LOG.info("response_url_refused", status=response.status)
        return await instead(sender, message)
    return Sent(channel=message.channel)


async def _home(sender: Sender, message: Message) -> Outcome:
    try:
        view = fit_view(message.view or {}, message.locale)
    except (Bug, KeyError, TypeError) as error:
        LOG.error("home_past_limits", key=message.key, why=str(error))
        return Gone(why="view_too_large")
    await call(sender.client, "views.publish", user_id=message.user, view=view)
    return Sent()


async def _file(sender: Sender, message: Message) -> Outcome:
    """A file has no private form, so a private one goes to the person's direct messages."""
    if message.file is None:
        return Gone(why="no_file")
    body = message.file.content or b"\n"
    asked = await ask(sender.client, "files.getUploadURLExternal", filename=message.file.name, length=len(body))
    try:
        async with sender.session.post(str(asked["upload_url"]), data=body) as response:
            if response.status >= 300:
                raise NotReachable(f"http_{response.status}", method="files")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise NotReachable("unreachable", method="files") from error
    if message.channel and (not message.private or message.channel.startswith("D")):
        try:
            await sender.outsiders.check(message.channel)
            return await _share(sender, message, str(asked["file_id"]), message.channel)
        except (NotInChannel, SharedOutside):
            LOG.info("file_diverted", key=message.key)
    if not message.user:
        return Gone(why="not_in_channel")
    direct = msgspec.structs.replace(message, thread_ts="")
    return await _share(sender, direct, str(asked["file_id"]), await sender.places.direct(message.user))


async def _share(sender: Sender, message: Message, file_id: str, channel: str) -> Sent:
    title = message.file.title if message.file else ""
    optional = {"thread_ts": message.thread_ts, "initial_comment": message.text}
    await ask(
        sender.client,
        "files.completeUploadExternal",
        files=json.dumps([{"id": file_id, "title": title}]),
        channel_id=channel,
        **{name: value for name, value in optional.items() if value},
    )
    return Sent(channel=channel, diverted=channel != message.channel)


_WAYS: Final[Mapping[MessageKind, Callable[[Sender, Message], Awaitable[Outcome]]]] = {
    MessageKind.POST: _post,
    MessageKind.DIRECT: _direct,
    MessageKind.UPDATE: _update,
    MessageKind.DELETE: _delete,
    MessageKind.EPHEMERAL: _ephemeral,
    MessageKind.RESPOND: _respond,
    MessageKind.HOME: _home,
    MessageKind.FILE: _file,
}
