"""What is wrong with a policy beyond its shape: rules that can never decide, names that lead nowhere, votes that nobody
could give. A rule that is silently without effect is worse than a refused file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from bot.identity.humans import human_keys
from bot.policy.decisions import WAY_BACK, voters_of
from bot.policy.matching import covers
from bot.policy.model import From, Match, Policy
from bot.settings import Config
from bot.settings.document import Path
from bot.text import Code, Text, text

Problem = tuple[Path, Text]


def double_names(policy: Policy) -> Iterator[Problem]:
    """Rules and freezes share one space of names, because a decision names what decided."""
    seen = {"default", "read", WAY_BACK, "break-glass"}
    named = [(("rules", index, "name"), rule.name) for index, rule in enumerate(policy.rules)]
    named += [(("freezes", index, "name"), freeze.name) for index, freeze in enumerate(policy.freezes)]
    for path, name in named:
        if name in seen:
            yield path, text("the name {name} is already taken", name=Code(name))
        seen.add(name)


def shadowed_rules(policy: Policy) -> Iterator[Problem]:
    """Rules that can never decide: an earlier one, or one that refuses, takes all that they match."""
    for index, rule in enumerate(policy.rules):
        for other_index, other in enumerate(policy.rules):
            refuses = other.decision.refuse is not None
            before = other_index < index and not (rule.decision.refuse is not None and not refuses)
            wins = before or (refuses and rule.decision.refuse is None)
            if other_index != index and wins and covers(other.match, rule.match):
                yield (
                    ("rules", index),
                    text(
                        "the rule {rule} can never decide: {other} takes everything that it matches",
                        rule=Code(rule.name),
                        other=Code(other.name),
                    ),
                )


def unknown_names(policy: Policy, config: Config, operations: Collection[str]) -> Iterator[Problem]:
    """Patterns and names that fit nothing there is. Without `operations` those are not checked."""
    for path, match in _matches(policy):
        environments = {cluster.environment for cluster in config.clusters.values()}
        yield from _nothing_fits((*path, "clusters"), match.clusters, config.clusters)
        yield from _nothing_fits((*path, "environments"), match.environments, environments)
        if operations:
            yield from _nothing_fits((*path, "operations"), match.operations, operations)
        yield from _nothing_fits((*path, "requesterTeams"), match.requester_teams, config.teams)
    for path, circle in _circles(policy):
        yield from _nothing_fits((*path, "teams"), circle.teams, config.teams)
        yield from _nothing_fits((*path, "people"), circle.people, config.people)


def too_few_voters(policy: Policy, config: Config) -> Iterator[Problem]:
    """Rules that ask for more votes than there are humans who could give them."""
    keys = human_keys(config)
    for index, rule in enumerate(policy.rules):
        circle = voters_of(rule.decision.from_)
        able = {
            keys[f"slack:{user}"]
            for user, person in config.people.items()
            if circle.anyone or user in circle.people or not circle.teams.isdisjoint(person.teams)
        }
        if rule.decision.approvals is not None and rule.decision.approvals > len(able):
            yield (
                ("rules", index, "decision", "approvals"),
                text(
                    "the rule {rule} asks for {count} votes, but only {able} people could give one",
                    rule=Code(rule.name),
                    count=rule.decision.approvals,
                    able=len(able),
                ),
            )


def _nothing_fits(path: Path, globs: tuple[str, ...], names: Collection[str]) -> Iterator[Problem]:
    for index, glob in enumerate(globs):
        if not any(fnmatchcase(name, glob) for name in names):
            yield (*path, index), text("{name} fits nothing that there is", name=Code(glob))


def _matches(policy: Policy) -> Iterator[tuple[Path, Match]]:
    for index, rule in enumerate(policy.rules):
        yield ("rules", index, "match"), rule.match
    for index, freeze in enumerate(policy.freezes):
        yield ("freezes", index, "match"), freeze.match


def _circles(policy: Policy) -> Iterator[tuple[Path, From]]:
    for index, rule in enumerate(policy.rules):
        if rule.decision.from_ is not None:
            yield ("rules", index, "decision", "from"), rule.decision.from_
    yield ("breakGlass", "from"), policy.break_glass.from_
