"""The whole list of what the API server lets the bot do, held against what it may: what nobody thought of to ask.

Single questions find no right that is bound to a name: one Secret, or the impersonation of somebody who left. The list
is RBAC's; other authorizers may leave theirs out of it, so it stands beside the questions and replaces none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final

import msgspec

from bot.identity.rbac_manifest import AUTHENTICATION, LOOKING, ON, impersonated
from bot.identity.self_checks import ITSELF, SECRETS, STRANGER, UNASKED, Check
from bot.kubernetes.reviews import Question, Rule
from bot.operations.kinds import Kind
from bot.settings import Config
from bot.text import Text

ASKING: Final = frozenset(
    {
        ("authorization.k8s.io", "selfsubjectaccessreviews"),
        ("authorization.k8s.io", "selfsubjectrulesreviews"),
        ("authorization.k8s.io", "subjectaccessreviews"),
        ("authorization.k8s.io", "localsubjectaccessreviews"),
        (AUTHENTICATION, "selfsubjectreviews"),
    }
)
"""What may be created, because it only asks. Every authenticated user may most of it (`system:basic-user`)."""

HARMLESS: Final = frozenset({"", "status", "scale", "log"})
"""Parts of objects that may be looked at. Of others (`nodes/proxy`, `pods/exec`) even a `get` is more than a look."""


class _Right(msgspec.Struct, frozen=True, kw_only=True):
    verb: str
    group: str
    resource: str
    subresource: str
    name: str


def namespaces_to_list(config: Config) -> tuple[str, ...]:
    """Where the list is asked for: the bot's own namespace, the cluster's, and those that it serves."""
    found = {"kube-system", config.own.namespace}
    for cluster in config.clusters.values():
        found |= {cluster.namespace, *cluster.namespaces}
    for channel in config.channels.values():
        found |= {*channel.namespaces}
    return tuple(sorted(found))


def excess(rules: Mapping[str, Sequence[Rule]], config: Config) -> tuple[Check, ...]:
    """What the lists (by namespace) hold and must not, as checks that failed; once where it is so in all of them."""
    expected = dict(zip(("users", "groups"), map(frozenset, impersonated(config)), strict=True))
    where: dict[tuple[_Right, Text], list[str]] = {}
    for namespace, listed in rules.items():
        for right in dict.fromkeys(_rights(listed)):
            meaning = _why_not(right, expected)
            if meaning is not None:
                where.setdefault((right, meaning), []).append(namespace)
    return tuple(
        Check(question=_question(right, namespace), allowed=False, otherwise=meaning)
        for (right, meaning), namespaces in where.items()
        for namespace in ([""] if len(namespaces) == len(rules) else namespaces)
    )


def _rights(rules: Sequence[Rule]) -> Iterator[_Right]:
    for rule in rules:
        names = rule.resource_names or ("",)
        for verb, group, full, name in product(rule.verbs, rule.api_groups, rule.resources, names):
            resource, _, subresource = full.partition("/")
            yield _Right(verb=verb, group=group, resource=resource, subresource=subresource, name=name)


def _why_not(right: _Right, expected: Mapping[str, frozenset[str]]) -> Text | None:
    if right.verb.startswith("impersonate") and not right.verb.startswith("impersonate-on:"):
        return None if right.name in expected.get(right.resource, frozenset()) else STRANGER
    looks = right.verb.removeprefix(ON) in LOOKING
    if looks and right.resource in ("secrets", "*") and right.group in ("", "*"):
        return SECRETS
    if right.verb.startswith("impersonate-on:"):
        return None
    if looks:
        return None if right.subresource in HARMLESS else ITSELF
    if right.verb == "create" and (right.group, right.resource) in ASKING:
        return None
    return UNASKED


def _question(right: _Right, namespace: str) -> Question:
    kind = Kind(kind=right.resource, plural=right.resource, group=right.group)
    return Question(verb=right.verb, kind=kind, namespace=namespace, name=right.name, subresource=right.subresource)
