"""What Slack says about a user (`users.info`), and whether that is a full member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.settings import SlackConfig
from bot.text import Text, text


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A Slack user. The flags are as `users.info` has them (slack.md §1.7)."""

    user: str
    team: str
    name: str
    email: str = ""
    locale: str = ""
    timezone: str = ""
    enterprise: str = ""
    enterprise_teams: tuple[str, ...] = ()
    deleted: bool
    is_bot: bool
    is_restricted: bool
    is_ultra_restricted: bool
    is_stranger: bool


class ProfileSource(Protocol):
    """Where profiles come from: Slack's Web API. Raises `Unavailable` when Slack does not answer."""

    async def users_info(self, user: str) -> Profile: ...


def read_profile(user: Mapping[str, Any]) -> Profile:
    """The `user` object of a `users.info` answer (asked with `include_locale=true`).

    Slack leaves out `is_stranger` for people of one's own organisation; any other flag that is missing counts as true,
    because what is not known must mean no.
    """
    profile = _mapping(user.get("profile"))
    enterprise = _mapping(user.get("enterprise_user"))
    teams = enterprise.get("teams")
    return Profile(
        user=_word(user.get("id")),
        team=_word(user.get("team_id")),
        name=_word(profile.get("display_name")) or _word(profile.get("real_name")) or _word(user.get("name")),
        email=_word(profile.get("email")),
        locale=_word(user.get("locale")),
        timezone=_word(user.get("tz")),
        enterprise=_word(enterprise.get("enterprise_id")),
        enterprise_teams=tuple(each for each in teams if isinstance(each, str)) if isinstance(teams, list) else (),
        deleted=user.get("deleted") is not False,
        is_bot=user.get("is_bot") is not False,
        is_restricted=user.get("is_restricted") is not False,
        is_ultra_restricted=user.get("is_ultra_restricted") is not False,
        is_stranger=bool(user.get("is_stranger", False)),
    )


def why_not_a_member(profile: Profile, slack: SlackConfig) -> Text | None:
    """Why this is not a full member of the workspace; `None` if it is one."""
    if profile.deleted:
        return text("The account is deactivated.")
    if profile.is_bot or profile.user == "USLACKBOT":
        return text("It is a bot, and bots do not ask for changes.")
    if profile.is_stranger or not _belongs(profile, slack):
        return text("The account belongs to another workspace.")
    if profile.is_restricted or profile.is_ultra_restricted:
        return text("Guests of the workspace may not use it.")
    return None


def _belongs(profile: Profile, slack: SlackConfig) -> bool:
    if profile.team == slack.team_id:
        return True
    return (
        slack.enterprise_id is not None
        and profile.enterprise == slack.enterprise_id
        and slack.team_id in profile.enterprise_teams
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
