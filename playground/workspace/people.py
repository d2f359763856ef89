"""The people of the workspace, their teams and groups, in the shapes of `users.info` and `usergroups.list`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import final

from playground.workspace.errors import UnknownName
from playground.workspace.wire import Json

TEAM = "T0KAJITORI"
TEAM_DOMAIN = "kajitori-playground"
OTHER_TEAM = "T0PARTNER"
APP = "A0KAJITORI"
BOT_USER = "U0KAJITORI"
BOT = "B0KAJITORI"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone with an account; `restricted` is a guest, `team` differs for a person of a connected organisation."""

    id: str
    name: str
    real_name: str
    email: str | None = None
    locale: str = "en-US"
    tz: str = "Europe/London"
    title: str = ""
    team: str = TEAM
    restricted: bool = False
    ultra_restricted: bool = False
    stranger: bool = False
    bot: bool = False
    deleted: bool = False
    admin: bool = False

    @property
    def guest(self) -> bool:
        return self.restricted or self.ultra_restricted or self.team != TEAM

    def user(self, *, with_locale: bool = False) -> Json:
        """The `user` object of Slack's Web API."""
        profile: Json = {
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "title": self.title,
            "team": self.team,
        }
        if self.email:
            profile["email"] = self.email
        shape: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.tz,
            "profile": profile,
            "is_admin": self.admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.restricted,
            "is_ultra_restricted": self.ultra_restricted,
            "is_bot": self.bot,
            "is_app_user": False,
            "is_email_confirmed": self.email is not None,
            "updated": 1764000000,
        }
        if self.team != TEAM:
            shape["is_stranger"] = self.stranger
        return shape | ({"locale": self.locale} if with_locale else {})


@dataclass(frozen=True, kw_only=True)
class UserGroup:
    """A user group (`@sre`), mentioned as `<!subteam^S…>`."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...]

    def usergroup(self, *, with_users: bool) -> Json:
        shape: Json = {
            "id": self.id,
            "team_id": TEAM,
            "is_usergroup": True,
            "name": self.name,
            "handle": self.handle,
            "is_external": False,
            "date_delete": 0,
            "user_count": len(self.members),
        }
        return shape | ({"users": list(self.members)} if with_users else {})


def _person(name: str, real_name: str, **rest: object) -> Person:
    return Person(id=f"U0{name.upper()}", name=name, real_name=real_name, email=f"{name}@example.com", **rest)  # type: ignore[arg-type]


KAJITORI = Person(id=BOT_USER, name="kajitori", real_name="Kajitori", bot=True)
DEFAULT_PEOPLE: tuple[Person, ...] = (
    _person("alice", "Alice Archer", title="Developer"),
    _person("bob", "Bob Banno", title="Developer", locale="ja-JP", tz="Asia/Tokyo"),
    _person("carol", "Carol Castro", title="SRE lead", admin=True),
    _person("dave", "Dave Dunn", title="Support"),
    Person(
        id="U0ERIN",
        name="erin",
        real_name="Erin Elsewhere",
        email="erin@partner.example",
        team=OTHER_TEAM,
        restricted=True,
        stranger=True,
    ),
)
DEFAULT_USERGROUPS: tuple[UserGroup, ...] = (
    UserGroup(id="S0DEVELOPERS", handle="developers", name="Developers", members=("U0ALICE", "U0BOB")),
    UserGroup(id="S0SRE", handle="sre", name="SRE", members=("U0CAROL",)),
)


@final
class People:
    """Looks people up by id or name; the app's own user is among them."""

    def __init__(self, people: Sequence[Person], usergroups: Sequence[UserGroup]) -> None:
        self.usergroups = tuple(usergroups)
        self._know(people)

    def _know(self, people: Iterable[Person]) -> None:
        self.humans = tuple(people)
        self.all = (*self.humans, KAJITORI)
        self._by_key = {key: person for person in self.all for key in (person.name, person.id)}

    def speak(self, locale: str) -> None:
        """Everybody changes their language, as in Slack's preferences; the app is not told."""
        self._know(replace(each, locale=locale) for each in self.humans)

    def find(self, name_or_id: str) -> Person | None:
        return self._by_key.get(name_or_id)

    def get(self, name_or_id: str) -> Person:
        """Raises UnknownName."""
        person = self.find(name_or_id)
        if person is None:
            raise UnknownName(f"there is no person {name_or_id!r}")
        return person

    def group(self, group_id: str) -> UserGroup | None:
        return next((group for group in self.usergroups if group.id == group_id), None)
