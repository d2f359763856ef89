"""chat.*, reactions.* and pins.*: the app writes."""

from __future__ import annotations

import json

from playground.workspace import posting
from playground.workspace.arguments import Arguments
from playground.workspace.channels import Channel
from playground.workspace.errors import SlackError
from playground.workspace.messages import Message
from playground.workspace.people import BOT_USER, TEAM_DOMAIN
from playground.workspace.state import State
from playground.workspace.wire import Json

LONGEST_UPDATE = 4_000
LARGEST_METADATA = 16_000


def _said(state: State, arguments: Arguments) -> posting.Content:
    return posting.content(
        state,
        arguments.raw.get("text"),
        arguments.structure("blocks", error="invalid_blocks_format"),
        arguments.structure("attachments"),
    )


def _metadata(arguments: Arguments) -> Json | None:
    metadata = arguments.structure("metadata", error="invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if not metadata.get("event_type") or metadata.keys() - {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > LARGEST_METADATA:
        raise SlackError("metadata_too_large")
    return metadata


def _message(state: State, arguments: Arguments, *, key: str = "ts") -> tuple[Channel, Message]:
    channel = state.channel_for_app(arguments.text("channel"))
    message = state.messages.find(channel.id, arguments.text(key))
    if message is None or message.reader:
        raise SlackError("message_not_found")
    return channel, message


def post_message(state: State, arguments: Arguments) -> Json:
    channel = state.channel_for_app(arguments.text("channel"))
    message = posting.post(
        state,
        channel,
        _said(state, arguments),
        thread_ts=posting.parent_of(state, channel, arguments.optional("thread_ts")),
        broadcast=arguments.flag("reply_broadcast"),
        metadata=_metadata(arguments),
    )
    answer: Json = {"channel": channel.id, "ts": message.ts, "message": state.messages.shown(message)}
    too_long = len(str(arguments.raw.get("text") or "")) > posting.LONGEST_TEXT
    return answer | ({"warning": "message_truncated"} if too_long else {})


def post_ephemeral(state: State, arguments: Arguments) -> Json:
    channel = state.channel_for_app(arguments.text("channel"))
    reader = state.people.find(arguments.text("user"))
    if reader is None or reader.id not in channel.members:
        raise SlackError("user_not_in_channel")
    message = posting.post(
        state,
        channel,
        _said(state, arguments),
        reader=reader.id,
        thread_ts=posting.parent_of(state, channel, arguments.optional("thread_ts")),
    )
    return {"message_ts": message.ts}


def update(state: State, arguments: Arguments) -> Json:
    channel, message = _message(state, arguments)
    if message.user != BOT_USER:
        raise SlackError("cant_update_message")
    if len(str(arguments.raw.get("text") or "")) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    said = _said(state, arguments)
    kept = {} if arguments.raw.get("metadata") is None else {"metadata": _metadata(arguments)}
    changed = posting.edit(state, message, said, **kept)
    shown = state.messages.shown(changed)
    return {"channel": channel.id, "ts": changed.ts, "text": changed.text, "message": shown}


def delete(state: State, arguments: Arguments) -> Json:
    channel, message = _message(state, arguments)
    if message.user != BOT_USER:
        raise SlackError("cant_delete_message")
    posting.remove(state, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(state: State, arguments: Arguments) -> Json:
    channel, message = _message(state, arguments, key="message_ts")
    link = f"https://{TEAM_DOMAIN}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(state: State, arguments: Arguments) -> Json:
    _, message = _message(state, arguments, key="timestamp")
    reaction = (arguments.text("name").strip(":"), BOT_USER)
    if reaction in message.reactions:
        raise SlackError("already_reacted")
    state.messages.change(message, reactions=(*message.reactions, reaction))
    state.feed.tell("reaction", channel=message.channel, ts=message.ts)
    return {}


def remove_reaction(state: State, arguments: Arguments) -> Json:
    _, message = _message(state, arguments, key="timestamp")
    reaction = (arguments.text("name").strip(":"), BOT_USER)
    if reaction not in message.reactions:
        raise SlackError("no_reaction")
    state.messages.change(message, reactions=tuple(other for other in message.reactions if other != reaction))
    state.feed.tell("reaction", channel=message.channel, ts=message.ts)
    return {}


def add_pin(state: State, arguments: Arguments) -> Json:
    _, message = _message(state, arguments, key="timestamp")
    if message.pinned:
        raise SlackError("already_pinned")
    state.messages.change(message, pinned=True)
    state.feed.tell("pin", channel=message.channel, ts=message.ts)
    return {}


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "pins.add": add_pin,
}
