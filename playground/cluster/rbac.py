"""Role-based access control, as the RBAC authorizer of the API server decides and words it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final

from playground.cluster.resources import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES
from playground.cluster.store import Store
from playground.cluster.users import EVERYONE, MASTERS, User, account_of
from playground.cluster.wire import Json

API: Final = "rbac.authorization.k8s.io"


@dataclass(frozen=True, kw_only=True)
class Attributes:
    """What somebody wants to do; `path` instead of a resource for what is none."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def combined(self) -> str:
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass(frozen=True, kw_only=True)
class Verdict:
    allowed: bool
    reason: str = ""


@final
class Authorizer:
    """Decides by the roles and bindings that are in the store at that moment."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def decide(self, user: User, wanted: Attributes) -> Verdict:
        if MASTERS in user.groups:
            return Verdict(allowed=True)
        missing: list[str] = []
        for reason, rules in self._bound(user, wanted.namespace, missing):
            if any(_allows(rule, wanted) for rule in rules):
                return Verdict(allowed=True, reason=f"RBAC: allowed by {reason}")
        return Verdict(allowed=False, reason=f"RBAC: {_listed(missing)}" if missing else "")

    def rules(self, user: User, namespace: str) -> list[Json]:
        """All rules that hold for a user in a namespace, and cluster-wide."""
        if MASTERS in user.groups:
            return [
                {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
                {"nonResourceURLs": ["*"], "verbs": ["*"]},
            ]
        return [rule for _, rules in self._bound(user, namespace, []) for rule in rules]

    def _bound(self, user: User, namespace: str, missing: list[str]) -> Iterator[tuple[str, list[Json]]]:
        for binding in self._store.list(CLUSTER_ROLE_BINDINGS):
            subject = _subject(binding, user, "")
            if subject:
                name = binding["metadata"]["name"]
                yield from self._role(f'ClusterRoleBinding "{name}" of', binding, "", subject, missing)
        for binding in self._store.list(ROLE_BINDINGS, namespace) if namespace else ():
            subject = _subject(binding, user, namespace)
            if subject:
                name = f"{binding['metadata']['name']}/{namespace}"
                yield from self._role(f'RoleBinding "{name}" of', binding, namespace, subject, missing)

    def _role(
        self, bound: str, binding: Json, namespace: str, subject: str, missing: list[str]
    ) -> Iterator[tuple[str, list[Json]]]:
        kind, name = binding["roleRef"]["kind"], binding["roleRef"]["name"]
        resource = CLUSTER_ROLES if kind == "ClusterRole" else ROLES
        role = self._store.get(resource, "" if resource is CLUSTER_ROLES else namespace, name)
        if role is None:
            missing.append(f'{kind.lower()}.{resource.group} "{name}" not found')
            return
        yield f'{bound} {kind} "{name}" to {subject}', role.get("rules") or []


def bootstrap_roles() -> Iterator[tuple[Json, Json]]:
    """The cluster roles that every cluster has and somebody here may rely on, each with its binding."""
    discovery = ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*"]
    discovery += ["/readyz", "/version", "/version/"]
    basic = [
        {
            "apiGroups": ["authorization.k8s.io"],
            "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
            "verbs": ["create"],
        },
        {"apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"], "verbs": ["create"]},
    ]
    everything = [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
        {"nonResourceURLs": ["*"], "verbs": ["*"]},
    ]
    public = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
    yield _bootstrap("system:public-info-viewer", [{"nonResourceURLs": public, "verbs": ["get"]}], EVERYONE)
    yield _bootstrap("cluster-admin", everything, MASTERS)
    yield _bootstrap("system:basic-user", basic, EVERYONE)
    yield _bootstrap("system:discovery", [{"nonResourceURLs": discovery, "verbs": ["get"]}], EVERYONE)


def _bootstrap(name: str, rules: list[Json], group: str) -> tuple[Json, Json]:
    labels = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    annotations = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
    metadata = {"name": name, "labels": labels, "annotations": annotations}
    reference = {"apiGroup": API, "kind": "ClusterRole", "name": name}
    subject = {"apiGroup": API, "kind": "Group", "name": group}
    return {"metadata": metadata, "rules": rules}, {
        "metadata": metadata,
        "roleRef": reference,
        "subjects": [subject],
    }


def _subject(binding: Json, user: User, namespace: str) -> str:
    """How a reason names the subject by which the binding is about this user; empty if it is not."""
    for subject in binding.get("subjects") or []:
        kind, name = subject["kind"], subject["name"]
        if kind == "User" and name == user.name:
            return f'User "{name}"'
        if kind == "Group" and name in user.groups:
            return f'Group "{name}"'
        if kind == "ServiceAccount" and account_of(user.name) == (subject.get("namespace") or namespace, name):
            return f'ServiceAccount "{name}/{subject.get("namespace") or namespace}"'
    return ""


def _allows(rule: Json, wanted: Attributes) -> bool:
    verbs = rule.get("verbs") or []
    if wanted.verb not in verbs and "*" not in verbs:
        return False
    if wanted.path:
        return any(_path_matches(each, wanted.path) for each in rule.get("nonResourceURLs") or [])
    groups, names = rule.get("apiGroups") or [], rule.get("resourceNames") or []
    return (
        (wanted.group in groups or "*" in groups)
        and any(_resource_matches(each, wanted) for each in rule.get("resources") or [])
        and (not names or wanted.name in names)
    )


def _resource_matches(pattern: str, wanted: Attributes) -> bool:
    if pattern in ("*", wanted.combined):
        return True
    return bool(wanted.subresource) and pattern == f"*/{wanted.subresource}"


def _path_matches(pattern: str, path: str) -> bool:
    return pattern in ("*", path) or (pattern.endswith("*") and path.startswith(pattern.rstrip("*")))


def _listed(missing: list[str]) -> str:
    return missing[0] if len(missing) == 1 else f"[{', '.join(missing)}]"


def refusal(user: User, wanted: Attributes, reason: str) -> str:
    """The sentence of a 403 (apiserver `responsewriters.forbiddenMessage`)."""
    if wanted.path:
        sentence = f'User "{user.name}" cannot {wanted.verb} path "{wanted.path}"'
    else:
        where = f'in the namespace "{wanted.namespace}"' if wanted.namespace else "at the cluster scope"
        what = f'resource "{wanted.combined}" in API group "{wanted.group}"'
        sentence = f'User "{user.name}" cannot {wanted.verb} {what} {where}'
    return f"{sentence}: {reason}" if reason else sentence
