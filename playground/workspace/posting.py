"""Putting messages into channels, changing and removing them, and ringing the phones of those they mention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playground.workspace.blocks import attachments_problems, blocks_problems, with_ids
from playground.workspace.channels import Channel
from playground.workspace.errors import SlackError
from playground.workspace.mentions import mentioned
from playground.workspace.messages import Message
from playground.workspace.people import BOT_USER
from playground.workspace.state import Notification, State
from playground.workspace.wire import Json

LONGEST_TEXT = 40_000


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a message says, already found acceptable."""

    text: str = ""
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()


def content(state: State, text: Any, blocks: Any, attachments: Any = None) -> Content:
    """Raises SlackError: no_text, invalid_blocks with Slack's messages, invalid_attachments, too_many_attachments."""
    if not isinstance(text or "", str):
        raise SlackError("invalid_arguments", "[ERROR] must be a string [json-pointer:/text]")
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    if attachments and isinstance(attachments, list) and len(attachments) > 100:
        raise SlackError("too_many_attachments")
    problems = blocks_problems(blocks) if blocks else []
    problems += attachments_problems(attachments) if attachments else []
    if problems:
        raise SlackError("invalid_blocks", *problems)
    return Content(
        text=(text or "")[:LONGEST_TEXT],
        blocks=tuple(with_ids(blocks or [], state.views.next_id)),
        attachments=tuple(attachments or ()),
    )


def audience(state: State, message: Message) -> frozenset[str]:
    if message.reader:
        return frozenset({message.reader})
    return state.readers(state.channels.get(message.channel))


def _tell(state: State, kind: str, message: Message) -> None:
    state.feed.tell(
        kind, audience=audience(state, message), channel=message.channel, ts=message.ts, thread_ts=message.thread_ts
    )


def parent_of(state: State, channel: Channel, thread_ts: str | None) -> str | None:
    """Raises SlackError cannot_reply_to_message unless it is a message of the channel outside any thread."""
    if not thread_ts:
        return None
    parent = state.messages.find(channel.id, thread_ts)
    if parent is None or parent.thread_ts or parent.reader:
        raise SlackError("cannot_reply_to_message")
    return thread_ts


def post(state: State, channel: Channel, said: Content, **rest: Any) -> Message:
    """`rest` are further fields of `Message`; a message of the app unless it names a `user`."""
    user = rest.pop("user", BOT_USER)
    message = Message(
        channel=channel.id,
        ts=state.messages.next_ts(),
        user=user,
        from_app=user == BOT_USER,
        text=said.text,
        blocks=said.blocks,
        attachments=said.attachments,
        **rest,
    )
    state.messages.put(message)
    _notify(state, channel, message)
    _tell(state, "message", message)
    return message


def notice(state: State, channel: Channel, reader: str, text: str) -> Message:
    """Slack's own words to one person, such as that a command failed."""
    message = Message(
        channel=channel.id, ts=state.messages.next_ts(), user="USLACKBOT", text=text, reader=reader, from_slack=True
    )
    state.messages.put(message)
    _tell(state, "message", message)
    return message


def edit(state: State, message: Message, said: Content, **rest: Any) -> Message:
    """An edit notifies nobody, whomever it mentions."""
    changed = state.messages.change(
        message,
        text=said.text,
        blocks=said.blocks,
        attachments=said.attachments,
        edited_ts=state.messages.next_ts(),
        **rest,
    )
    _tell(state, "message_changed", changed)
    return changed


def remove(state: State, message: Message) -> None:
    state.messages.remove(message)
    _tell(state, "message_deleted", message)


def _notify(state: State, channel: Channel, message: Message) -> None:
    if message.reader:
        return
    told = mentioned(message.text, [*message.blocks, *message.attachments], channel, state.people)
    if channel.person:
        told |= {channel.person}
    for person in state.people.humans:
        if person.id in told and person.id != message.user:
            state.notifications[person.name].append(
                Notification(channel=channel.id, ts=message.ts, text=message.text, thread_ts=message.thread_ts)
            )
            state.feed.tell("notification", audience=frozenset({person.id}), channel=channel.id, text=message.text)
