"""Where a message of the outbox goes: to its own place, into its thread, over the message that it changes, or anew."""

from __future__ import annotations

from typing import Final

import msgspec

from bot.slack.delivery.messages import Message, MessageKind
from bot.store.messages import Message as Posted
from bot.store.outbox import Claimed

PEOPLE: Final = ("U", "W")
"""How the ids of people begin."""


def addressed(message: Message, claimed: Claimed, target: Posted | None, *, uncertain: bool) -> Message:
    """The message with key, place and priority as the outbox has them; `target` is where `thread_key` was posted.

    An edit of what was never posted, or is no longer there, is a post of its own under the key of what it would edit;
    so the next edit finds it. A reply goes where its parent went, also if that was diverted to a person; where the
    parent is itself a reply, the message says in which thread.
    """
    kind = MessageKind(claimed.kind)
    known = msgspec.structs.replace(
        message,
        key=claimed.key,
        kind=kind,
        priority=claimed.priority,
        uncertain=uncertain,
        since=claimed.created_at.timestamp(),
        **_place(message, claimed),
    )
    if kind in (MessageKind.UPDATE, MessageKind.DELETE):
        return _over(known, claimed, target)
    if target is None or not known.channel:
        return known
    thread = known.thread_ts if known.thread_ts and known.channel == target.channel else target.ts
    return msgspec.structs.replace(known, channel=target.channel, thread_ts=thread)


def _place(message: Message, claimed: Claimed) -> dict[str, str]:
    """Channel and person. The outbox has a person's id as the channel of what goes to them alone."""
    channel = message.channel or claimed.channel
    if channel.startswith(PEOPLE):
        return {"channel": "", "user": message.user or channel}
    return {"channel": channel, "user": message.user}


def _over(message: Message, claimed: Claimed, target: Posted | None) -> Message:
    if target is not None:
        return msgspec.structs.replace(message, channel=target.channel, ts=target.ts)
    key = claimed.thread_key or claimed.key
    if not message.channel:
        return msgspec.structs.replace(message, kind=MessageKind.DIRECT, key=key)
    return msgspec.structs.replace(message, kind=MessageKind.POST, key=key)
