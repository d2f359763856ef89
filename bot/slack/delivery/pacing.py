"""When a message may go: Slack's rates as token buckets, decided from moments that are handed in.

Rates (slack.md §1.3): about one post a second and channel with short bursts; fifty `chat.update` a minute for the
whole workspace, shared by every running request; what Slack asks for in `Retry-After` comes before all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Final, final

from bot.slack.delivery.messages import METHODS, Message, MessageKind

POSTS_PER_SECOND: Final = 1.0
POST_BURST: Final = 3.0
UPDATES_PER_SECOND: Final = 40 / 60
UPDATE_BURST: Final = 10.0
"""A burst and a minute at that rate make fifty, so that no minute holds more, wherever Slack begins to count."""

SAME_MESSAGE: Final = 1.5
"""Seconds between two edits of one message; nobody reads faster (slack.md §1.3)."""

RESERVE: Final = ((50, 4.0), (30, 2.0), (20, 1.0))
"""Priority from which on, and how many edits it must leave in the bucket for what is more urgent."""


@dataclass(kw_only=True)
class Bucket:
    """Tokens that fill at a rate (a second) up to a burst."""

    rate: float
    burst: float
    tokens: float
    at: float

    def level(self, now: float) -> float:
        return min(self.burst, self.tokens + (now - self.at) * self.rate)

    def wait(self, now: float, reserve: float = 0.0) -> float:
        """Seconds until one can be taken and `reserve` are left."""
        return max(0.0, (1.0 + reserve - self.level(now)) / self.rate)

    def take(self, now: float) -> None:
        self.tokens, self.at = self.level(now) - 1.0, now


@final
@dataclass
class Pace:
    """What has been sent lately. `now` is the clock's `monotonic`, in seconds."""

    posts: dict[str, Bucket] = field(default_factory=dict)
    edited: dict[tuple[str, str], float] = field(default_factory=dict)
    blocked: dict[str, float] = field(default_factory=dict)
    updates: Bucket = field(
        default_factory=lambda: Bucket(rate=UPDATES_PER_SECOND, burst=UPDATE_BURST, tokens=UPDATE_BURST, at=0.0)
    )

    def wait(self, message: Message, now: float) -> float:
        """Seconds until this message may go; 0 is now."""
        waits = [self.blocked.get(scope, 0.0) - now for scope in scopes(message)]
        if message.kind is MessageKind.UPDATE:
            waits.append(self.updates.wait(now, reserve(message.priority)))
            waits.append(self.edited.get((message.channel, message.ts), -SAME_MESSAGE) + SAME_MESSAGE - now)
        elif message.kind in (MessageKind.POST, MessageKind.DIRECT):
            waits.append(self._bucket(message, now).wait(now))
        return max(0.0, *waits)

    def crowded(self, now: float) -> tuple[str, ...]:
        """The channels, and people, who can have no new message now."""
        return tuple(place for place, bucket in self.posts.items() if bucket.wait(now) > 0)

    def relief(self, now: float) -> float:
        """Seconds until the first rate that holds messages up lets one go; infinite if none does."""
        waits = [bucket.wait(now) for bucket in (self.updates, *self.posts.values())]
        return min((wait for wait in waits if wait > 0), default=inf)

    def take(self, message: Message, now: float) -> None:
        """Count a message that is being sent."""
        if message.kind is MessageKind.UPDATE:
            self.updates.take(now)
            self.edited = {key: at for key, at in self.edited.items() if now - at < SAME_MESSAGE}
            self.edited[(message.channel, message.ts)] = now
        elif message.kind in (MessageKind.POST, MessageKind.DIRECT):
            self._bucket(message, now).take(now)
            self.posts = {key: each for key, each in self.posts.items() if each.level(now) < each.burst}

    def refuse(self, message: Message, now: float, seconds: float) -> None:
        """Slack asked to wait: for posts in that channel only, else for the method."""
        self.blocked = {scope: until for scope, until in self.blocked.items() if until > now}
        self.blocked[scopes(message)[-1]] = now + seconds

    def _bucket(self, message: Message, now: float) -> Bucket:
        new = Bucket(rate=POSTS_PER_SECOND, burst=POST_BURST, tokens=POST_BURST, at=now)
        return self.posts.setdefault(_place(message), new)


def _place(message: Message) -> str:
    return message.user if message.kind is MessageKind.DIRECT else message.channel


def scopes(message: Message) -> tuple[str, ...]:
    """What a `Retry-After` holds up: the method, and for posts the method in that channel."""
    method = METHODS[message.kind]
    if message.kind in (MessageKind.POST, MessageKind.DIRECT):
        return (method, f"{method} {_place(message)}")
    return (method,)


def reserve(priority: int) -> float:
    """How many edits this priority must leave for more urgent ones."""
    return next((kept for least, kept in RESERVE if priority >= least), 0.0)


def coalesce(messages: Iterable[Message]) -> tuple[list[Message], list[Message]]:
    """Those to send, most urgent first, and those that a newer edit of the same message (or Home) makes pointless.

    `messages` come oldest first. The edit that is kept takes the most urgent priority among those it replaces.
    """
    kept: dict[tuple[str, ...], Message] = {}
    superseded: list[Message] = []
    for message in messages:
        place = _same(message)
        older = kept.pop(place, None)
        if older is not None:
            superseded.append(older)
        kept[place] = message
    urgency: dict[tuple[str, ...], int] = {}
    for message in (*superseded, *kept.values()):
        urgency[_same(message)] = min(message.priority, urgency.get(_same(message), message.priority))
    return sorted(kept.values(), key=lambda each: urgency[_same(each)]), superseded


def _same(message: Message) -> tuple[str, ...]:
    if message.kind is MessageKind.UPDATE:
        return ("update", message.channel, message.ts)
    if message.kind is MessageKind.HOME:
        return ("home", message.user)
    return ("key", message.key)
