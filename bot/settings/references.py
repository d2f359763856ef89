"""Names in the configuration that must lead somewhere: checked when it is read, not when someone needs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.settings.document import Path
from bot.settings.people import RESERVED
from bot.text import Code, Text, text

if TYPE_CHECKING:
    from bot.settings.config import Config


def check_references(config: Config) -> tuple[Path, Text] | None:
    """The first name that leads nowhere, or that nobody may have, with its path; `None` if all is well."""
    return next(_problems(config), None)


def _problems(config: Config) -> Iterator[tuple[Path, Text]]:
    if config.default_cluster is not None and config.default_cluster not in config.clusters:
        yield ("default_cluster",), _no_cluster(config.default_cluster)
    for channel, context in config.channels.items():
        if context.cluster is not None and context.cluster not in config.clusters:
            yield ("channels", channel, "cluster"), _no_cluster(context.cluster)
        if context.bound and not context.namespaces:
            yield (
                ("channels", channel, "bound"),
                text("a bound channel must name its namespaces"),
            )
    for team in config.teams:
        if _reserved(config, team):
            yield ("teams", team), _belongs_to_the_system(config, team)
    for slack_user, person in config.people.items():
        yield from _person_problems(config, slack_user)
        if _reserved(config, person.user):
            yield ("people", slack_user, "user"), _belongs_to_the_system(config, person.user)


def _person_problems(config: Config, slack_user: str) -> Iterator[tuple[Path, Text]]:
    person = config.people[slack_user]
    for index, team in enumerate(person.teams):
        if team not in config.teams:
            yield ("people", slack_user, "teams", index), text("there is no team {name}", name=Code(team))
    for index, group in enumerate(person.groups):
        if _reserved(config, group):
            yield ("people", slack_user, "groups", index), _belongs_to_the_system(config, group)
    for index, other in enumerate(person.same_as):
        if other == slack_user:
            yield ("people", slack_user, "same_as", index), text("a person is named as their own second account")


def _reserved(config: Config, name: str) -> bool:
    return (config.impersonation.prefix + name).lower().startswith(RESERVED)


def _no_cluster(name: str) -> Text:
    return text("there is no cluster {name}", name=Code(name))


def _belongs_to_the_system(config: Config, name: str) -> Text:
    return text(
        "nobody may act as {name}: that name belongs to the cluster itself",
        name=Code(config.impersonation.prefix + name),
    )
