"""The Kubernetes roles, from the operations' own declarations: the bot's, which may almost nothing, and those of teams
in a namespace and over a cluster.

The bot's: create reviews; get, list and watch the kinds that changes aim at, and pods; impersonate exactly the users
and groups of the configuration. Constrained impersonation (beta in Kubernetes 1.36, KEP-5284) also names what
may be done as them; the API server still falls back to the plain verb `impersonate`, so that one is then left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

import yaml

from bot.operations.kinds import NAMESPACE, POD, Kind
from bot.operations.operation import OperationKind, Right
from bot.operations.registry import Registry
from bot.settings import Config

NAME: Final = "kajitori"
RBAC: Final = "rbac.authorization.k8s.io"
AUTHENTICATION: Final = "authentication.k8s.io"
LOOKING: Final = ("get", "list", "watch")
PLAIN: Final = "impersonate"
CONSTRAINED: Final = "impersonate:user-info"
ON: Final = "impersonate-on:user-info:"
WHO_AM_I: Final = Kind(kind="SelfSubjectReview", plural="selfsubjectreviews", group=AUTHENTICATION, namespaced=False)
"""By it the bot proves at its start that it can act as people; every authenticated user may ask it."""

HEADER: Final = (
    "# Made by `kajitori manifest rbac` from the configuration and the operations; a test holds it to them.\n"
)

UNBOUND: Final = (
    "# Nobody is bound to these roles, for they reach into every namespace. Bind those who look after the nodes:\n"
    "# `kajitori manifest cluster --team NAME`, with as many `--team` as there are such teams.\n"
)

Rule: TypeAlias = dict[str, Any]
Document: TypeAlias = dict[str, Any]


def rbac_yaml(config: Config, registry: Registry, *, constrained: bool = False) -> str:
    """The manifest of the bot's own account and role: what whoever runs the bot applies."""
    return HEADER + _dump(bot_documents(config, registry, constrained=constrained))


def teams_yaml(config: Config, registry: Registry, *, namespace: str) -> str:
    """An example for the owners of a namespace: what the operations need, bound to the teams' prefixed groups."""
    return HEADER + _dump(team_documents(config, registry, namespace=namespace))


def cluster_yaml(config: Config, registry: Registry, *, teams: Iterable[str] = ()) -> str:
    """For whoever runs a cluster: what the operations that concern the whole of it need, like its nodes.

    Only `teams` are bound to it; without any the roles are bound to nobody, and the head says how that is done.
    """
    named = tuple(teams)
    return HEADER + ("" if named else UNBOUND) + _dump(cluster_documents(config, registry, teams=named))


def bot_documents(config: Config, registry: Registry, *, constrained: bool = False) -> list[Document]:
    """The bot's service account, role and binding."""
    namespace = config.own.namespace
    rules = [
        {
            "apiGroups": ["authorization.k8s.io"],
            "resources": ["selfsubjectaccessreviews", "subjectaccessreviews"],
            "verbs": ["create"],
        },
        *_grouped((Right(verb, kind) for kind in watched_kinds(registry) for verb in LOOKING), prefix=""),
        *impersonation_rules(config, registry, constrained=constrained),
    ]
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME, "namespace": namespace}},
        {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": NAME}, "rules": rules},
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": NAME},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": NAME},
            "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": namespace}],
        },
    ]


def impersonation_rules(config: Config, registry: Registry, *, constrained: bool) -> list[Rule]:
    """Whom the bot may become, by name; constrained: also for what."""
    users, groups = impersonated(config)
    verb, group = (CONSTRAINED, AUTHENTICATION) if constrained else (PLAIN, "")
    rules = [
        {"apiGroups": [group], "resources": [resource], "resourceNames": list(names), "verbs": [verb]}
        for resource, names in (("users", users), ("groups", groups))
        if names
    ]
    if constrained:
        rules += _grouped(acted_rights(registry), prefix=ON)
    return rules


def impersonated(config: Config) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The full names of all users and groups that the bot acts as."""
    prefix = config.impersonation.prefix
    users = {prefix + person.user for person in config.people.values()}
    groups = {prefix + group for person in config.people.values() for group in (*person.teams, *person.groups)}
    return tuple(sorted(users)), tuple(sorted(groups))


def watched_kinds(registry: Registry) -> tuple[Kind, ...]:
    """The kinds that the bot follows by itself: what changes aim at, their pods, and where `watch` is declared.

    All else is looked at as people, so the bot's own role opens no ConfigMap and never a Secret.
    """
    kinds = {
        right.kind
        for operation in registry
        for right in operation.rights
        if not right.probe
        and (right.verb == "watch" or (operation.kind is OperationKind.CHANGE and right.verb not in LOOKING))
    }
    return tuple(sorted((kind for kind in {*kinds, POD} if not _secret(kind)), key=lambda kind: kind.qualified))


def used_rights(registry: Registry, *, only: Iterable[OperationKind] = tuple(OperationKind)) -> tuple[Right, ...]:
    """What operations need of people: the declared rights, and reading what is written (rehearsal, read-back).

    Never Secrets.
    """
    wanted = frozenset(only)
    declared = {right for operation in registry if operation.kind in wanted for right in operation.rights}
    reading = {Right("get", right.kind) for right in declared}
    return tuple(right for right in declared | reading if not _secret(right.kind))


def acted_rights(registry: Registry) -> tuple[Right, ...]:
    """What the bot does as people: what operations need of them, and the question at its start who it is."""
    return (*used_rights(registry), Right("create", WHO_AM_I))


def team_documents(config: Config, registry: Registry, *, namespace: str) -> list[Document]:
    """Two roles, and a binding of each in one namespace; the first team changes, the others look.

    Who only looks gets no right to write, not even for a probe: what is tried dry could be done as well. What concerns
    the whole cluster is not among it, like evictions: nobody could do that with a right in one namespace.
    """
    within = _part(registry, namespaced=True)
    looks = used_rights(within, only=(OperationKind.READ, OperationKind.PROBE))
    reads = tuple(right for right in looks if right.verb in LOOKING)
    everything = used_rights(within)
    documents = [_cluster_role(f"{NAME}-reads", reads), _cluster_role(f"{NAME}-changes", everything)]
    for team in sorted(config.teams):
        changes = team != "readers"
        role = f"{NAME}-changes" if changes else f"{NAME}-reads"
        documents.append(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": "RoleBinding",
                "metadata": {"name": f"{NAME}-{team}", "namespace": namespace},
                "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
                "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": config.impersonation.prefix + team}],
            }
        )
    return documents


def cluster_documents(config: Config, registry: Registry, *, teams: Iterable[str] = ()) -> list[Document]:
    """Two roles, and a binding of one over the cluster for each of `teams`: of nobody who is not named.

    They look into every namespace, for nodes carry the pods of all.
    """
    whole = _part(registry, namespaced=False)
    reads = used_rights(whole, only=(OperationKind.READ, OperationKind.PROBE))
    roles = {f"{NAME}-cluster-reads": reads, f"{NAME}-cluster-changes": used_rights(whole)}
    documents: list[Document] = [
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
            "rules": _grouped(rights, prefix=""),
        }
        for name, rights in roles.items()
    ]
    for team in sorted(set(teams)):
        role = f"{NAME}-cluster-reads" if team == "readers" else f"{NAME}-cluster-changes"
        documents.append(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": f"{NAME}-cluster-{team}"},
                "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
                "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": config.impersonation.prefix + team}],
            }
        )
    return documents


def _part(registry: Registry, *, namespaced: bool) -> Registry:
    """Only the operations in a namespace, or only those that concern the whole cluster."""
    found = {each.name: each for each in registry if each.namespaced is namespaced}
    return Registry(operations=found, families=registry.families)


def _cluster_role(name: str, rights: Iterable[Right]) -> Document:
    namespaced = (right for right in rights if right.kind.namespaced or _of_the_namespace(right))
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": _grouped(namespaced, prefix=""),
    }


def _of_the_namespace(right: Right) -> bool:
    """Whether a binding in a namespace gives it for the Namespace itself (apiserver `request.RequestInfo`)."""
    return right.kind == NAMESPACE and right.verb not in ("create", "list", "watch")


def _grouped(rights: Iterable[Right], *, prefix: str) -> list[Rule]:
    """As few rules as say the same: one for each API group and set of verbs, in a fixed order."""
    verbs: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for right in rights:
        resource = f"{right.kind.plural}/{right.subresource}" if right.subresource else right.kind.plural
        verbs[(right.kind.group, resource)].add(prefix + right.verb)
    resources: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (group, resource), allowed in sorted(verbs.items()):
        resources[(group, tuple(sorted(allowed)))].append(resource)
    return [
        {"apiGroups": [group], "resources": names, "verbs": list(allowed)}
        for (group, allowed), names in sorted(resources.items())
    ]


def _secret(kind: Kind) -> bool:
    return kind.plural == "secrets" and not kind.group


def _dump(documents: list[Document]) -> str:
    return "---\n".join(yaml.safe_dump(each, sort_keys=False, default_flow_style=False) for each in documents)
