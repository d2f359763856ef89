"""All that the workspace knows, in one place, for the Web API and for the people's side alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, final

from playground.workspace.channels import Channel, Channels, may_read
from playground.workspace.clock import Clock
from playground.workspace.errors import SlackError
from playground.workspace.faults import Faults
from playground.workspace.feed import Feed
from playground.workspace.files import Files
from playground.workspace.limits import Limiter, RateLimits
from playground.workspace.messages import Messages
from playground.workspace.people import BOT_USER, People, Person, UserGroup
from playground.workspace.refusals import audience, is_shown
from playground.workspace.triggers import Triggers
from playground.workspace.views import Views
from playground.workspace.wire import Json


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the Web API as it came in and as it was answered; `error` is empty when it was ok."""

    method: str
    arguments: Mapping[str, Any]
    ok: bool
    error: str
    at: datetime
    answer: Json


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One ping on a person's phone; `text` is the push line."""

    channel: str
    ts: str
    text: str
    thread_ts: str | None = None


@dataclass(frozen=True, kw_only=True)
class Dialog:
    """A confirmation that Slack's client showed before it sent a click."""

    person: str
    action_id: str
    confirm: Json
    accepted: bool


@final
class State:
    """Holds the parts; its own methods answer only what needs several of them."""

    def __init__(
        self,
        *,
        people: Sequence[Person],
        usergroups: Sequence[UserGroup],
        channels: Sequence[Channel],
        limits: RateLimits | None,
        clock: Clock,
    ) -> None:
        self.clock = clock
        self.people = People(people, usergroups)
        self.channels = Channels(channels, self.people)
        self.messages = Messages(clock)
        self.triggers = Triggers(clock)
        self.views = Views()
        self.files = Files()
        self.limiter = Limiter(limits)
        self.faults = Faults()
        self.feed = Feed()
        self.calls: list[Call] = []
        self.dialogs: list[Dialog] = []
        self.notifications: dict[str, list[Notification]] = {person.name: [] for person in self.people.humans}
        self.address = ""

    def readers(self, channel: Channel) -> frozenset[str]:
        return frozenset(person.id for person in self.people.humans if may_read(channel, person))

    def channel_for_app(self, name: object, *, member: bool = True) -> Channel:
        """Raises SlackError: channel_not_found, not_in_channel, is_archived. A user id means the direct message."""
        text = name if isinstance(name, str) else ""
        person = self.people.find(text) if text.startswith("U") else None
        channel = self.channels.direct(person) if person and not person.bot else self.channels.find(text)
        inside = channel is not None and BOT_USER in channel.members
        if channel is None or (channel.private and not inside):
            raise SlackError("channel_not_found")
        if member and not inside:
            raise SlackError("not_in_channel")
        if member and channel.archived:
            raise SlackError("is_archived")
        return channel

    def record(self, method: str, arguments: Mapping[str, Any], *, error: str, answer: Json) -> None:
        """Keep one call; the feed tells of it, but to nobody who only acts as a person."""
        call = Call(method=method, arguments=arguments, ok=not error, error=error, at=self.clock.now(), answer=answer)
        self.calls.append(call)
        self.feed.tell("call", audience=frozenset(), method=method, error=error)
        if is_shown(call):
            self.feed.tell("refused", audience=audience(self, call), method=method)

    def view_changed(self, person_id: str, surface: str) -> None:
        self.feed.tell(surface, audience=frozenset({person_id}), person=person_id)
