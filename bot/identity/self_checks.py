"""What `doctor` and the start ask about the bot itself: what it must be denied, and what it needs.

The bot starts only if every denial holds: a token that can become anyone makes every vote worthless (plans.md §7).
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.identity.rbac_manifest import NAME, RBAC, impersonated, watched_kinds
from bot.kubernetes.reviews import Question
from bot.operations.kinds import DEPLOYMENT, NAMESPACE, POD, Kind
from bot.operations.registry import Registry
from bot.settings import Config
from bot.text import Code, Text, text

AUTHENTICATION = "authentication.k8s.io"
SECRET = Kind(kind="Secret", plural="secrets")
SERVICE_ACCOUNT = Kind(kind="ServiceAccount", plural="serviceaccounts", subresources=("token",))
ROLE_BINDING = Kind(kind="RoleBinding", plural="rolebindings", group=RBAC)
CLUSTER_ROLE = Kind(kind="ClusterRole", plural="clusterroles", group=RBAC, namespaced=False)
CLUSTER_ROLE_BINDING = Kind(kind="ClusterRoleBinding", plural="clusterrolebindings", group=RBAC, namespaced=False)
REVIEW = Kind(kind="SubjectAccessReview", plural="subjectaccessreviews", group="authorization.k8s.io", namespaced=False)
EVERYTHING = Kind(kind="*", plural="*", group="*")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One review of the bot's own identity, and what it means if the answer is the other one."""

    question: Question
    allowed: bool
    otherwise: Text


def denials(config: Config) -> tuple[Check, ...]:
    """Everything the bot must not be able to do, each asked by a SelfSubjectAccessReview."""
    return (*_nobody_else(config), *_no_secrets(config), *_not_itself(config))


def needs(config: Config, registry: Registry) -> tuple[Check, ...]:
    """Everything the bot needs. With constrained impersonation the plain verb is denied, and asked in its own form."""
    users, groups = impersonated(config)
    missing = text("The role is older than the configuration; apply {command} anew.", command=Code(f"{NAME} manifest"))
    questions = [Question(verb="create", kind=REVIEW, namespace="")]
    questions += [Question(verb="list", kind=kind, namespace="") for kind in watched_kinds(registry)]
    questions += [_become("users", name) for name in users] + [_become("groups", name) for name in groups]
    return tuple(Check(question=question, allowed=True, otherwise=missing) for question in questions)


def constrained(question: Question) -> Question | None:
    """The same impersonation as constrained impersonation asks it; `None` for any other question."""
    if question.verb != "impersonate" or question.kind.plural not in ("users", "groups"):
        return None
    kind = _identity(question.kind.plural, AUTHENTICATION)
    return Question(verb="impersonate:user-info", kind=kind, namespace="", name=question.name)


def _nobody_else(config: Config) -> list[Check]:
    users, groups = impersonated(config)
    stranger = config.impersonation.prefix + "nobody-of-this-name"
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
    questions = [_become(kind, name) for kind, name in named if name not in (*users, *groups)]
    questions += [each for question in tuple(questions) if (each := constrained(question)) is not None]
    questions += [
        Question(verb="impersonate", kind=SERVICE_ACCOUNT, namespace="kube-system", name="default"),
        Question(verb="impersonate", kind=_identity("uids", AUTHENTICATION), namespace=""),
    ]
    otherwise = text("Whoever holds the bot's token could become somebody else, and no vote would mean anything.")
    return [Check(question=question, allowed=False, otherwise=otherwise) for question in questions]


def _no_secrets(config: Config) -> list[Check]:
    otherwise = text("The bot could read Secrets, which it never needs.")
    return [
        Check(question=Question(verb=verb, kind=SECRET, namespace=namespace), allowed=False, otherwise=otherwise)
        for namespace in ("", "kube-system", config.own.namespace)
        for verb in ("get", "list", "watch")
    ]


def _not_itself(config: Config) -> list[Check]:
    own = config.own.namespace
    questions = [
        Question(verb="patch", kind=DEPLOYMENT, namespace=own),
        Question(verb="create", kind=POD, namespace=own),
        Question(verb="create", kind=POD, namespace=own, subresource="exec"),
        Question(verb="create", kind=POD, namespace=""),
        Question(verb="create", kind=SERVICE_ACCOUNT, namespace=own, subresource="token"),
        Question(verb="create", kind=ROLE_BINDING, namespace=own),
        Question(verb="create", kind=CLUSTER_ROLE_BINDING, namespace=""),
        Question(verb="escalate", kind=CLUSTER_ROLE, namespace=""),
        Question(verb="bind", kind=CLUSTER_ROLE, namespace=""),
        Question(verb="patch", kind=CLUSTER_ROLE, namespace="", name=NAME),
        Question(verb="delete", kind=NAMESPACE, namespace="", name=own),
        Question(verb="*", kind=EVERYTHING, namespace=""),
    ]
    otherwise = text("The bot could change itself or widen its own rights.")
    return [Check(question=question, allowed=False, otherwise=otherwise) for question in questions]


def _become(resource: str, name: str) -> Question:
    return Question(verb="impersonate", kind=_identity(resource, ""), namespace="", name=name)


def _identity(resource: str, group: str) -> Kind:
    return Kind(kind=resource, plural=resource, group=group, namespaced=False)
