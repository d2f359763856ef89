"""Channels and who is in them; a direct message with the app is a channel that opens by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import final

from playground.workspace.errors import UnknownName
from playground.workspace.people import BOT_USER, OTHER_TEAM, TEAM, People, Person
from playground.workspace.wire import Json


@dataclass(frozen=True, kw_only=True)
class Channel:
    """`connected_team`: shared with another organisation (Slack Connect). `person`: a direct message with the app."""

    id: str
    name: str
    members: frozenset[str]
    private: bool = False
    archived: bool = False
    connected_team: str | None = None
    person: str | None = None

    @property
    def slash_name(self) -> str:
        """What a slash command's payload calls it."""
        if self.person:
            return "directmessage"
        return "privategroup" if self.private else self.name

    @property
    def type(self) -> str:
        """`channel_type` of a message event."""
        if self.person:
            return "im"
        return "group" if self.private else "channel"

    def conversation(self) -> Json:
        """The `channel` object of Slack's Web API."""
        if self.person:
            return {"id": self.id, "is_im": True, "user": self.person, "is_archived": False, "created": 1764000000}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_general": False,
            "is_shared": self.connected_team is not None,
            "is_ext_shared": self.connected_team is not None,
            "is_org_shared": False,
            "is_member": BOT_USER in self.members,
            "created": 1764000000,
            "creator": "U0CAROL",
            "context_team_id": TEAM,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


_STAFF = frozenset({"U0ALICE", "U0BOB", "U0CAROL", "U0DAVE"})
DEFAULT_CHANNELS: tuple[Channel, ...] = (
    Channel(
        id="C0PAYMENTS",
        name="payments-prod",
        members=_STAFF | {BOT_USER, "U0ERIN"},
        connected_team=OTHER_TEAM,
    ),
    Channel(id="C0PLATFORM", name="platform", members=_STAFF | {BOT_USER}),
    Channel(id="C0RANDOM", name="random", members=_STAFF),
)


@final
class Channels:
    """All channels, by id or name; one direct message with the app a person, listed once it was opened."""

    def __init__(self, channels: Sequence[Channel], people: People) -> None:
        self._by_id = {channel.id: channel for channel in channels}
        for person in people.humans:
            direct = Channel(
                id=f"D0{person.id[2:]}", name=person.name, members=frozenset({person.id, BOT_USER}), person=person.id
            )
            self._by_id[direct.id] = direct

    def all(self) -> list[Channel]:
        return list(self._by_id.values())

    def recall(self, channels: Iterable[Channel]) -> None:
        """Who is in the channels that there are."""
        self._by_id |= {channel.id: channel for channel in channels if channel.id in self._by_id}

    def find(self, name_or_id: str) -> Channel | None:
        """By id, or by name with or without `#`; a direct message only by id."""
        found = self._by_id.get(name_or_id)
        if found is not None:
            return found
        name = name_or_id.removeprefix("#")
        return next((channel for channel in self._by_id.values() if channel.name == name and not channel.person), None)

    def get(self, name_or_id: str) -> Channel:
        """Raises UnknownName."""
        channel = self.find(name_or_id)
        if channel is None:
            raise UnknownName(f"there is no channel {name_or_id!r}")
        return channel

    def direct(self, person: Person) -> Channel:
        return next(channel for channel in self._by_id.values() if channel.person == person.id)

    def join(self, channel: Channel, user_id: str) -> Channel:
        return self._put(replace(channel, members=channel.members | {user_id}))

    def leave(self, channel: Channel, user_id: str) -> Channel:
        return self._put(replace(channel, members=channel.members - {user_id}))

    def archive(self, channel: Channel) -> Channel:
        return self._put(replace(channel, archived=True))

    def _put(self, channel: Channel) -> Channel:
        self._by_id[channel.id] = channel
        return channel


def may_read(channel: Channel, person: Person) -> bool:
    """Members read; full members of the team read any public channel."""
    return person.id in channel.members or not (channel.person or channel.private or person.guest)
