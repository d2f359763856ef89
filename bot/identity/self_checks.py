"""What `doctor` and the start ask about the bot itself: what it must be denied, and what it needs.

The bot starts only if every denial holds: a token that can become anyone makes every vote worthless (plans.md §7).
Constrained impersonation asks in words of its own (Kubernetes 1.36, `pkg/endpoints/filters/impersonation/mode.go`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.identity.rbac_manifest import (
    AUTHENTICATION,
    CONSTRAINED,
    LOOKING,
    NAME,
    ON,
    PLAIN,
    RBAC,
    acted_rights,
    impersonated,
    used_rights,
    watched_kinds,
)
from bot.kubernetes.reviews import Question
from bot.operations.kinds import DEPLOYMENT, NAMESPACE, NODE, POD, Kind
from bot.operations.operation import OperationKind
from bot.operations.registry import Registry
from bot.settings import Config
from bot.text import Text, text

SECRET = Kind(kind="Secret", plural="secrets")
SERVICE_ACCOUNT = Kind(kind="ServiceAccount", plural="serviceaccounts", subresources=("token",))
ROLE_BINDING = Kind(kind="RoleBinding", plural="rolebindings", group=RBAC)
CLUSTER_ROLE = Kind(kind="ClusterRole", plural="clusterroles", group=RBAC, namespaced=False)
CLUSTER_ROLE_BINDING = Kind(kind="ClusterRoleBinding", plural="clusterrolebindings", group=RBAC, namespaced=False)
REVIEW = Kind(kind="SubjectAccessReview", plural="subjectaccessreviews", group="authorization.k8s.io", namespaced=False)
SIGNING = Kind(kind="CertificateSigningRequest", plural="certificatesigningrequests", group="certificates.k8s.io")
EVERYTHING = Kind(kind="*", plural="*", group="*")

STRANGER = text("Whoever holds the bot's token could become somebody else, and no vote would mean anything.")
SECRETS = text("The bot never needs to read Secrets.")
ITSELF = text("The bot could change itself or widen its own rights.")
UNASKED = text("The bot changes things as people only, never in its own name.")
OLD_ROLE = text("The role is older than the configuration.")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One review of the bot's own identity, and what it means if the answer is the other one."""

    question: Question
    allowed: bool
    otherwise: Text


def denials(config: Config, registry: Registry) -> tuple[Check, ...]:
    """Everything the bot must not be able to do, each asked by a SelfSubjectAccessReview."""
    return (
        *_denied(_nobody_else(config), STRANGER),
        *_denied(_no_secrets(config), SECRETS),
        *_denied(_not_itself(config), ITSELF),
        *_denied(_no_changes(registry), UNASKED),
    )


def needs(config: Config, registry: Registry, *, constrained: bool) -> tuple[Check, ...]:
    """Everything the bot needs, with plain or with constrained impersonation."""
    questions = [Question(verb="create", kind=REVIEW, namespace="")]
    questions += [Question(verb=verb, kind=kind, namespace="") for kind in watched_kinds(registry) for verb in LOOKING]
    becoming = becomes(config)
    if constrained:
        questions += [constrain(each) for each in becoming]
        questions += [
            Question(verb=f"{ON}{right.verb}", kind=right.kind, namespace="", subresource=right.subresource)
            for right in acted_rights(registry)
        ]
    else:
        questions += becoming
    return tuple(Check(question=each, allowed=True, otherwise=OLD_ROLE) for each in questions)


def becomes(config: Config) -> list[Question]:
    """Plain impersonation of everybody whom the configuration names."""
    users, groups = impersonated(config)
    return [_become("users", name) for name in users] + [_become("groups", name) for name in groups]


def constrain(question: Question) -> Question:
    """The same impersonation of a user or group as constrained impersonation asks it."""
    kind = _identity(question.kind.plural, AUTHENTICATION)
    return Question(verb=CONSTRAINED, kind=kind, namespace="", name=question.name)


def _denied(questions: Iterable[Question], otherwise: Text) -> list[Check]:
    return [Check(question=question, allowed=False, otherwise=otherwise) for question in questions]


def _nobody_else(config: Config) -> list[Question]:
    users, groups = impersonated(config)
    stranger = f"{config.impersonation.prefix}nobody-of-this-name"
    named = [
        ("users", "system:admin"),
        ("users", "system:kube-controller-manager"),
        ("users", stranger),
        ("users", ""),
        ("groups", "system:masters"),
        ("groups", "system:nodes"),
        ("groups", stranger),
        ("groups", ""),
    ]
    questions = [_become(resource, name) for resource, name in named if name not in (*users, *groups)]
    return [
        *questions,
        *map(constrain, questions),
        Question(verb=PLAIN, kind=SERVICE_ACCOUNT, namespace="kube-system", name="default"),
        Question(verb=PLAIN, kind=SERVICE_ACCOUNT, namespace=config.own.namespace, name=NAME),
        Question(verb="impersonate:serviceaccount", kind=_service_account(), namespace="kube-system", name="default"),
        Question(verb="impersonate:arbitrary-node", kind=_identity("nodes", AUTHENTICATION), namespace=""),
        Question(verb=PLAIN, kind=_identity("uids", AUTHENTICATION), namespace=""),
        Question(verb=CONSTRAINED, kind=_identity("uids", AUTHENTICATION), namespace=""),
    ]


def _no_secrets(config: Config) -> list[Question]:
    """In all namespaces, and in those where a forgotten binding is likeliest."""
    namespaces = {"", "kube-system", config.own.namespace}
    for cluster in config.clusters.values():
        namespaces |= {cluster.namespace, *cluster.namespaces}
    for channel in config.channels.values():
        namespaces |= {*channel.namespaces}
    verbs = (*LOOKING, *(f"{ON}{verb}" for verb in LOOKING))
    return [Question(verb=verb, kind=SECRET, namespace=namespace) for namespace in sorted(namespaces) for verb in verbs]


def _not_itself(config: Config) -> list[Question]:
    own = config.own.namespace
    return [
        Question(verb="patch", kind=DEPLOYMENT, namespace=own),
        Question(verb="create", kind=POD, namespace=own),
        Question(verb="create", kind=POD, namespace=own, subresource="exec"),
        Question(verb="create", kind=POD, namespace=""),
        Question(verb="create", kind=POD, namespace="", subresource="exec"),
        Question(verb="create", kind=SERVICE_ACCOUNT, namespace=own, subresource="token"),
        Question(verb="create", kind=SERVICE_ACCOUNT, namespace="kube-system", subresource="token"),
        Question(verb="create", kind=NODE, namespace="", subresource="proxy"),
        Question(verb="update", kind=SIGNING, namespace="", subresource="approval"),
        Question(verb="create", kind=ROLE_BINDING, namespace=own),
        Question(verb="create", kind=CLUSTER_ROLE_BINDING, namespace=""),
        Question(verb="escalate", kind=CLUSTER_ROLE, namespace=""),
        Question(verb="bind", kind=CLUSTER_ROLE, namespace=""),
        Question(verb="patch", kind=CLUSTER_ROLE, namespace="", name=NAME),
        Question(verb="update", kind=CLUSTER_ROLE, namespace="", name=NAME),
        Question(verb="delete", kind=NAMESPACE, namespace="", name=own),
        Question(verb="*", kind=EVERYTHING, namespace=""),
    ]


def _no_changes(registry: Registry) -> list[Question]:
    """What operations do as people. Reading is the bot's as well, for it watches."""
    rights = used_rights(registry, only=(OperationKind.CHANGE, OperationKind.PROBE))
    return [
        Question(verb=right.verb, kind=right.kind, namespace="", subresource=right.subresource)
        for right in sorted(rights, key=lambda each: (each.verb, each.kind.qualified, each.subresource))
        if right.verb not in LOOKING
    ]


def _become(resource: str, name: str) -> Question:
    return Question(verb=PLAIN, kind=_identity(resource, ""), namespace="", name=name)


def _identity(resource: str, group: str) -> Kind:
    return Kind(kind=resource, plural=resource, group=group, namespaced=False)


def _service_account() -> Kind:
    return Kind(kind="ServiceAccount", plural="serviceaccounts", group=AUTHENTICATION)
