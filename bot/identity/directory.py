"""Who is this Slack user? Answered from the configuration and Slack's profile; whatever is not certain is refused."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, final

from bot.clock import Clock
from bot.errors import KajitoriError, Unavailable
from bot.identity.errors import NotAMember, Unknown
from bot.identity.humans import human_keys
from bot.identity.person import Person, normalised_email
from bot.identity.profiles import Profile, ProfileSource, why_not_a_member
from bot.settings import Config, PersonConfig
from bot.text import Code, Mention, Text, Value, text

LOOKUP_SECONDS: Final = 2.5
"""How long Slack is waited for: a click has to be answered within three seconds."""

MOST_PROFILES: Final = 10_000
"""Profiles kept; the one unused for longest goes first."""


@dataclass(frozen=True)
class _Kept:
    profile: Profile
    until: float


@final
class Directory:
    """Resolves people. One a process; `reconfigure` when the configuration is read again."""

    def __init__(self, *, config: Config, source: ProfileSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}
        self._forgotten = 0
        self.reconfigure(config)

    def reconfigure(self, config: Config) -> None:
        """Take up another configuration, whole."""
        self._config, self._keys = config, human_keys(config)

    async def resolve(self, user: str, team: str) -> Person:
        """The person behind a Slack user id that came in a delivery of workspace `team`.

        Raises `NotAMember` or `Unknown` for people, `Unavailable` when Slack cannot be asked: no answer is no.
        """
        slack = self._config.slack
        if team != slack.team_id:
            raise self._not_a_member(user, text("The account belongs to another workspace."))
        profile = await self._profile(user)
        why = why_not_a_member(profile, slack)
        if profile.user != user:
            why = text("Slack answered about somebody else.")
        if why is not None:
            raise self._not_a_member(user, why)
        entry = self._config.people.get(user) or self._by_email(profile)
        if entry is None:
            raise self._unknown(user)
        return self._person(user, entry, profile)

    def configured(self, user: str) -> Person | None:
        """The person as far as the configuration alone knows, for cards that name who can vote. No ground to act on."""
        entry = self._config.people.get(user)
        return None if entry is None else self._person(user, entry, None)

    async def language(self, user: str, otherwise: str) -> str:
        """The language of what one person alone reads: as configured, else as Slack says, else `otherwise`."""
        entry = self._config.people.get(user)
        if entry is not None and entry.locale:
            return entry.locale
        try:
            profile = await self._profile(user)
        except KajitoriError:
            return otherwise
        return "ja" if profile.locale.startswith("ja") else "en"

    @property
    def everyone(self) -> tuple[Person, ...]:
        """All configured people, people on call first. No ground to act on: `resolve` decides that."""
        found = [self._person(user, entry, None) for user, entry in self._config.people.items()]
        return tuple(sorted(found, key=lambda person: not person.on_call))

    def forget(self, user: str) -> None:
        """Slack announced a change of this user (`user_change`): ask again next time, also if asked right now."""
        self._kept.pop(user, None)
        self._forgotten += 1

    async def _profile(self, user: str) -> Profile:
        lock = self._asking.setdefault(user, asyncio.Lock())
        try:
            async with lock:
                kept = self._kept.get(user)
                if kept is not None and self._clock.monotonic() < kept.until:
                    self._kept.move_to_end(user)
                    return kept.profile
                return await self._ask(user)
        finally:
            if not lock.locked():
                self._asking.pop(user, None)

    async def _ask(self, user: str) -> Profile:
        self._kept.pop(user, None)
        before = self._forgotten
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                profile = await self._source.users_info(user)
        except TimeoutError as error:
            raise Unavailable(
                text("Slack does not say now who {person} is.", person=Mention(user)),
                why=text("Without that nobody can act."),
                next=text("Try again in a moment; nothing was done."),
            ) from error
        if before == self._forgotten:
            until = self._clock.monotonic() + self._config.identity.profile_seconds
            self._kept[user] = _Kept(profile, until)
            while len(self._kept) > MOST_PROFILES:
                self._kept.popitem(last=False)
        return profile

    def _by_email(self, profile: Profile) -> PersonConfig | None:
        """The only entry with exactly this e-mail, where the configuration declares Slack's e-mails trustworthy."""
        if not self._config.identity.email_from_sso or not profile.email:
            return None
        wanted = profile.email.strip().casefold()
        found = [each for each in self._config.people.values() if each.email.strip().casefold() == wanted]
        return found[0] if len({each.user for each in found}) == 1 else None

    def _person(self, user: str, entry: PersonConfig, profile: Profile | None) -> Person:
        prefix = self._config.impersonation.prefix
        email = (profile.email if profile is not None else "") or entry.email
        key = self._keys.get(f"slack:{user}") or self._keys[f"user:{entry.user.casefold()}"]
        other = self._keys.get(f"email:{normalised_email(email)}", key)
        japanese = profile is not None and profile.locale.startswith("ja")
        return Person(
            slack_user=user,
            team=self._config.slack.team_id,
            name=entry.name or (profile.name if profile is not None else "") or entry.user,
            user=prefix + entry.user,
            groups=tuple(dict.fromkeys(prefix + group for group in (*entry.teams, *entry.groups))),
            teams=entry.teams,
            email=email,
            locale=entry.locale or ("ja" if japanese else "en"),
            timezone=entry.timezone or (profile.timezone if profile is not None else "") or "UTC",
            key=key,
            also=() if other == key else (other,),
            on_call=entry.on_call,
        )

    def _not_a_member(self, user: str, why: Text) -> NotAMember:
        return NotAMember(
            text("{person} may not use this bot.", person=Mention(user)), target=user, why=why, next=self._whom_to_ask()
        )

    def _unknown(self, user: str) -> Unknown:
        return Unknown(
            text("I do not know which Kubernetes user {person} is.", person=Mention(user)),
            target=user,
            why=text("The configuration names nobody with the id {id}.", id=Code(user)),
            next=self._whom_to_ask(),
        )

    def _whom_to_ask(self) -> Text:
        ask = self._config.identity.ask
        if ask is None:
            return text("Ask whoever runs the bot to be added.")
        whom: Value = Mention(ask) if ask.startswith(("U", "W")) else Code(ask)
        return text("Ask {whom} to be added.", whom=whom)
