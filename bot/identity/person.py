"""A person: one Slack account resolved to whom the bot acts as, and to the human behind it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from bot.kubernetes.identity import Impersonation
from bot.text import Mention


@dataclass(frozen=True, kw_only=True)
class Person:
    """`user` and `groups` are the Kubernetes names as they are impersonated, prefix included; `teams` the plain ones.

    `key` is the same for all accounts of one human, as far as the configuration knows; `also` are keys of other
    configured people whose mailbox Slack shows for this account. `email` is empty if unknown.
    `locale` is `en` or `ja`, `timezone` an IANA name.
    """

    slack_user: str
    team: str
    name: str
    user: str
    groups: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    email: str = ""
    locale: str = "en"
    timezone: str = "UTC"
    key: str
    also: tuple[str, ...] = ()
    on_call: bool = False

    @property
    def impersonation(self) -> Impersonation:
        """As whom requests are made. Raises `Refused` for names that belong to the system."""
        return Impersonation(user=self.user, groups=self.groups)

    @property
    def mention(self) -> Mention:
        return Mention(user=self.slack_user, name=self.name)

    @property
    def marks(self) -> frozenset[str]:
        """Everything by which two accounts are known to be the same human: they have one vote if one mark is shared."""
        found = {f"key:{key}" for key in (self.key, *self.also)}
        found |= {f"user:{self.user.casefold()}", f"slack:{self.slack_user}"}
        mailbox = normalised_email(self.email)
        return frozenset(found | {f"email:{mailbox}"} if mailbox else found)


def same_human(one: Person, other: Person) -> bool:
    """Whether two accounts are known to belong to one human."""
    return not one.marks.isdisjoint(other.marks)


def normalised_email(address: str) -> str:
    """One form for all spellings of a mailbox: case, Unicode form and `+tag` do not count. Empty for no address.

    Used only to take votes away (two accounts, one human), never to find out who someone is.
    """
    mailbox, at, domain = unicodedata.normalize("NFKC", address).strip().casefold().rpartition("@")
    return f"{mailbox.split('+', 1)[0]}@{domain}" if at and mailbox and domain else ""
