"""conversations.*: channels, who is in them, what was said."""

from __future__ import annotations

from collections.abc import Callable

from playground.workspace.arguments import Arguments
from playground.workspace.errors import SlackError
from playground.workspace.messages import Message
from playground.workspace.people import BOT_USER
from playground.workspace.state import State
from playground.workspace.wire import Json


def open_(state: State, arguments: Arguments) -> Json:
    name = arguments.optional("channel")
    if name:
        return {"channel": state.channel_for_app(name).conversation()}
    users = arguments.text("users").split(",")
    person = state.people.find(users[0])
    if len(users) != 1 or person is None or person.bot:
        raise SlackError("user_not_found")
    channel = state.channels.direct(person)
    full = channel.conversation() if arguments.flag("return_im") else {"id": channel.id}
    return {"already_open": True, "no_op": True, "channel": full}


def info(state: State, arguments: Arguments) -> Json:
    channel = state.channel_for_app(arguments.text("channel"), member=False)
    shape = channel.conversation() | {"locale": "en-US"} if arguments.flag("include_locale") else channel.conversation()
    if arguments.flag("include_num_members"):
        shape["num_members"] = len(channel.members)
    return {"channel": shape}


def list_(state: State, arguments: Arguments) -> Json:
    kinds = (arguments.optional("types") or "public_channel").split(",")
    names = {"channel": "public_channel", "group": "private_channel", "im": "im"}
    seen = [
        channel
        for channel in state.channels.all()
        if names[channel.type] in kinds
        and (not channel.private or BOT_USER in channel.members)
        and not (channel.archived and arguments.flag("exclude_archived"))
    ]
    page, metadata = arguments.page(seen)
    return {"channels": [channel.conversation() for channel in page], "response_metadata": metadata}


def members(state: State, arguments: Arguments) -> Json:
    channel = state.channel_for_app(arguments.text("channel"), member=False)
    page, metadata = arguments.page(sorted(channel.members))
    return {"members": page, "response_metadata": metadata}


def join(state: State, arguments: Arguments) -> Json:
    channel = state.channel_for_app(arguments.text("channel"), member=False)
    if channel.person:
        raise SlackError("method_not_supported_for_channel_type")
    if BOT_USER in channel.members:
        return {"channel": channel.conversation(), "warning": "already_in_channel"}
    return {"channel": state.channels.join(channel, BOT_USER).conversation()}


def _in_time(arguments: Arguments) -> Callable[[Message], bool]:
    oldest, latest = arguments.optional("oldest") or "0", arguments.optional("latest") or "9" * 12
    inclusive = arguments.flag("inclusive")

    def within(message: Message) -> bool:
        at = float(message.ts)
        if inclusive:
            return float(oldest) <= at <= float(latest)
        return float(oldest) < at < float(latest)

    return within


def _answer(state: State, arguments: Arguments, messages: list[Message]) -> Json:
    page, metadata = arguments.page(messages)
    full = arguments.flag("include_all_metadata")
    return {
        "messages": [state.messages.shown(message, with_metadata=full) for message in page],
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }


def history(state: State, arguments: Arguments) -> Json:
    channel = state.channel_for_app(arguments.text("channel"))
    messages = filter(_in_time(arguments), state.messages.top(channel.id, reader=None))
    return _answer(state, arguments, list(messages)[::-1])


def replies(state: State, arguments: Arguments) -> Json:
    channel = state.channel_for_app(arguments.text("channel"))
    ts = arguments.text("ts")
    thread = state.messages.thread(channel.id, ts, reader=None)
    if not thread or thread[0].ts != ts:
        raise SlackError("thread_not_found")
    within = _in_time(arguments)
    return _answer(state, arguments, [message for message in thread if message.ts == ts or within(message)])


METHODS = {
    "conversations.open": open_,
    "conversations.info": info,
    "conversations.list": list_,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.history": history,
    "conversations.replies": replies,
}
