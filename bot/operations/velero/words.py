"""The words of a backup's and a restore's filters, made absolute: what means more than it says is refused.

Velero 1.18 reads every word as a pattern (`pkg/util/collections`: gobwas/glob) and resolves kinds by discovery: plural,
singular, short name, the beginning of a group. What a plan says that it touches has to hold against all of that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from bot.errors import NotUnderstood, Refused
from bot.operations.arguments import NAMESPACE_PATTERN
from bot.operations.kinds import find_kind
from bot.operations.velero.arguments import ScopeArguments
from bot.text import Code, text

A = TypeVar("A", bound=ScopeArguments)
AUTHORITY: Final = ("rbac.authorization.k8s.io", "admissionregistration.k8s.io", "certificates.k8s.io")
"""API groups whose objects say who may do what, the bot included."""
_IN_GROUPS: Final = {
    AUTHORITY[0]: ("role", "rolebinding", "clusterrole", "clusterrolebinding"),
    AUTHORITY[1]: (
        "mutatingwebhookconfiguration",
        "validatingwebhookconfiguration",
        *("mutatingadmissionpolicy", "mutatingadmissionpolicybinding"),
        *("validatingadmissionpolicy", "validatingadmissionpolicybinding"),
    ),
    AUTHORITY[2]: ("certificatesigningrequest",),
}
_NAMESPACE: Final = re.compile(NAMESPACE_PATTERN)
PLAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
"""A kind by plural and group. Without capitals and anything that a pattern is made of."""


def plural_of(singular: str) -> str:
    """The plural of a kind that we do not know, in lower case: as Kubernetes' own kinds make it."""
    if singular.endswith("y"):
        return singular[:-1] + "ies"
    return singular + ("es" if singular.endswith(("s", "x", "ch")) else "s")


NEVER_RESTORED: Final = tuple(
    sorted(f"{plural_of(each)}.{group}" for group, names in _IN_GROUPS.items() for each in names)
)
"""What every restore leaves out, by full names: an exclusion outweighs whatever includes it."""
_NAMES: Final = frozenset(word for names in _IN_GROUPS.values() for each in names for word in (each, plural_of(each)))


def absolute(arguments: A) -> A:
    """The arguments with kinds by their full names. Raises `NotUnderstood` for patterns and what names nothing."""
    for included in (arguments.include_namespaces, arguments.exclude_namespaces):
        if [*included] != ["*"]:
            check_namespaces(included)
    return arguments.model_copy(
        update={
            "include_resources": _kinds(arguments.include_resources),
            "exclude_resources": _kinds(arguments.exclude_resources),
        }
    )


def is_namespace(word: str) -> bool:
    return bool(word) and _NAMESPACE.fullmatch(word) is not None


def check_namespaces(words: Sequence[str]) -> None:
    """Raise `NotUnderstood` for a word that is not the name of one namespace."""
    for word in words:
        if not is_namespace(word):
            raise NotUnderstood(
                text("{word} is not the name of a namespace.", word=_cut(word)),
                why=text("Velero reads patterns in it, and what they match is known too late to vote on."),
                next=text("Name each namespace, or {all} alone for all of them.", all=Code("*")),
            )


def check_no_authority(words: Sequence[str]) -> None:
    """Raise `Refused` for a kind that says who may do what, by whatever name Velero would know it."""
    for word in words:
        name, _, group = word.lower().partition(".")
        in_group = bool(group) and any(each.startswith(group) for each in AUTHORITY)
        if in_group or (not group and name in _NAMES):
            raise Refused(
                text("{word} comes back by no restore.", word=_cut(word)),
                why=text("It says who may do what, and a backup can be older than a right that was taken away."),
                next=text("Leave it out. Whoever runs the cluster can apply it with their own tools."),
            )


def could_mean(word: str, group: str) -> bool:
    """Whether a word that is no kind we know could be the name of some kind in this group."""
    return find_kind(word) is None and group.startswith(word.partition(".")[2])


def _kinds(words: Sequence[str]) -> tuple[str, ...]:
    return ("*",) if [*words] == ["*"] else tuple(dict.fromkeys(map(_kind, words)))


def _kind(word: str) -> str:
    kind = find_kind(word)
    if kind is not None:
        return kind.qualified
    if not PLAIN.fullmatch(word) and word.lower() not in _NAMES:
        raise NotUnderstood(
            text("{word} is not the name of a kind.", word=_cut(word)),
            why=text("Velero reads patterns in it, and what they match is known too late to vote on."),
            next=text("Write plurals in lower case, like {example}.", example=Code("secrets,widgets.example.com")),
        )
    return word.lower()


def _cut(word: str) -> Code:
    return Code(word[:80] or "''")
