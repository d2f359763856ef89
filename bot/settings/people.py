"""Who is who: the only way from a Slack user to a Kubernetes user, and the teams that they act in."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from bot.settings.clusters import ChannelId, Name, NamespaceName, UserId
from bot.settings.validation import Strict

Locale = Literal["en", "ja"]
RESERVED: Final = ("system:", "eks:", "aws:", "amazon:", "iam:")
"""Names that belong to Kubernetes, EKS and AWS (operations.md §6): nobody may act under them."""

KubernetesName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@:/+-]{0,200}$")]
"""A user or group without the prefix. Printable ASCII only, so that no two look alike and headers carry it as it is."""


class PersonConfig(Strict):
    """One human under one Slack id."""

    user: KubernetesName
    """The Kubernetes user, without the prefix."""

    teams: tuple[Name, ...] = ()
    """Teams of this file; each is also the Kubernetes group of that name, with the prefix."""

    groups: tuple[KubernetesName, ...] = ()
    """Further Kubernetes groups, without the prefix, that policies do not know."""

    name: str = Field(default="", max_length=80)
    """How cards call the person. Empty: as Slack does."""

    email: str = Field(default="", max_length=254)
    """Links second accounts, and finds the person where `identity.email_from_sso` says that e-mails can be trusted."""

    locale: Locale | None = None
    """Language of private replies. `None`: as set in Slack."""

    timezone: str = ""
    """IANA name. Empty: as set in Slack."""

    on_call: bool = False
    """May confirm recoveries alone where the policy says so, and is asked first."""

    same_as: tuple[UserId, ...] = ()
    """Other Slack accounts of the same human: together they have one vote, and none on their own requests."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value) if value else value


class TeamConfig(Strict):
    """A team. Its rights in a cluster are those bound to the group of its name."""

    title: str = Field(default="", max_length=80)
    """How cards call it. Empty: its name."""

    slack_group: Annotated[str, Field(pattern=r"^S[A-Z0-9]{2,20}$")] | None = None
    """The Slack user group that asks mention. It gives no rights and no membership: those stand in this file."""


class ImpersonationConfig(Strict):
    """As whom the bot acts."""

    prefix: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._/-]{0,40}[:/-])?$")] = "kajitori:"
    """Put in front of every user and group. With it, rights bound to these names can be used through the bot only, so
    people's own kubectl can stay read-only and approval cannot be walked around. Empty: people's ordinary names."""


class IdentityConfig(Strict):
    """How a Slack user is found in `people`."""

    email_from_sso: bool = False
    """Slack's e-mails come from single sign-on, so members cannot choose them; then an unlisted id is found by e-mail.
    Off by default: otherwise whoever can change an e-mail in Slack could become someone else."""

    profile_seconds: int = Field(default=300, ge=0, le=3600)
    """Seconds for which a Slack profile is believed. Slack allows 100 lookups a minute; a change of a member is
    announced by an event and forgets the profile at once, so this bounds only what an unseen event costs."""

    ask: UserId | ChannelId | None = None
    """Whom refused people are sent to. `None`: "whoever runs the bot"."""


class ChannelConfig(Strict):
    """The context of one channel."""

    cluster: Name | None = None
    """Cluster of commands that name none. `None`: the default cluster."""

    namespaces: tuple[NamespaceName, ...] = ()
    """The first is the namespace of commands that name none."""

    locale: Locale = "en"
    """Language of what everyone in the channel sees."""

    bound: bool = False
    """Replies to reads of these namespaces may be seen by everyone in the channel; otherwise they are private."""

    outsiders: bool = False
    """Another organisation reads this channel (Slack Connect), and may see cards; otherwise nothing is posted there."""

    @property
    def namespace(self) -> str:
        return self.namespaces[0] if self.namespaces else ""


def known_zone(name: str) -> str:
    """The name itself. Raises `ValueError` if the time zone database does not have it."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!a}") from error
    return name
