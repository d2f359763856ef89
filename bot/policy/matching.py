"""Whether a rule is about what is asked, and whether one rule takes everything that another would decide."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from bot.policy.asked import Asked
from bot.policy.model import Match


def matches(match: Match, asked: Asked) -> bool:
    """Whether every key of the match fits."""
    return (
        _any(match.clusters, asked.cluster)
        and _any(match.environments, asked.environment)
        and _any(match.namespaces, asked.namespace)
        and _any(match.operations, asked.operation)
        and (not match.requester_teams or not set(match.requester_teams).isdisjoint(asked.requester.teams))
        and match.production in (None, asked.production)
        and match.destructive in (None, asked.destructive)
        and match.recovery in (None, asked.recovery)
        and (match.min_pods is None or asked.pods >= match.min_pods)
    )


def covers(wide: Match, narrow: Match) -> bool:
    """Whether `wide` surely matches everything that `narrow` does. In doubt it does not."""
    return (
        _globs_cover(wide.clusters, narrow.clusters)
        and _globs_cover(wide.environments, narrow.environments)
        and _globs_cover(wide.namespaces, narrow.namespaces)
        and _globs_cover(wide.operations, narrow.operations)
        and _all_in(wide.requester_teams, narrow.requester_teams, lambda one, other: one == other)
        and wide.production in (None, narrow.production)
        and wide.destructive in (None, narrow.destructive)
        and wide.recovery in (None, narrow.recovery)
        and (wide.min_pods is None or (narrow.min_pods is not None and narrow.min_pods >= wide.min_pods))
    )


def _any(globs: tuple[str, ...], value: str) -> bool:
    return not globs or any(fnmatchcase(value, glob) for glob in globs)


def _globs_cover(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    return _all_in(wide, narrow, _glob_covers)


def _glob_covers(wide: str, narrow: str) -> bool:
    plain = not any(mark in narrow for mark in "*?[")
    return wide in ("*", narrow) or (plain and fnmatchcase(narrow, wide))


def _all_in(wide: tuple[str, ...], narrow: tuple[str, ...], covered: Callable[[str, str], bool]) -> bool:
    if not wide:
        return True
    return bool(narrow) and all(any(covered(one, other) for one in wide) for other in narrow)
