"""Acting as somebody else in both forms: by the plain verb, and constrained to what is done as them (KEP-5284)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.simulator.asking import APP, APPS, CORE, NS, RBAC, probe

WHO: Final = "authentication.k8s.io"
ALICE: Final = "kajitori:alice"
DEVELOPERS: Final = "kajitori:developers"


def _account(name: str, *rules: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """A service account with a role of its own in the whole cluster."""
    named = {"metadata": {"name": f"{NS}-{name}"}}
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": f"{NS}-{name}"}
    subject = {"kind": "ServiceAccount", "namespace": NS, "name": name}
    yield "POST", f"{CORE}/serviceaccounts", {"metadata": {"name": name}}
    yield "POST", f"/apis/{RBAC}/v1/clusterroles", {**named, "rules": list(rules)}
    binding = {**named, "roleRef": reference, "subjects": [subject]}
    yield "POST", f"/apis/{RBAC}/v1/clusterrolebindings", binding


def _becomes(group: str, verb: str) -> tuple[dict[str, Any], ...]:
    people = {"users": [ALICE], "groups": [DEVELOPERS]}
    return tuple(
        {"apiGroups": [group], "resources": [kind], "verbs": [verb], "resourceNames": names}
        for kind, names in people.items()
    )


ACCOUNTS: Final = (
    *_account("plain", *_becomes("", "impersonate")),
    *_account(
        "constrained",
        *_becomes(WHO, "impersonate:user-info"),
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["impersonate-on:user-info:get"]},
    ),
    *_account("half", *_becomes(WHO, "impersonate:user-info")),
)


def _as(name: str, path: str, account: str, user: str = ALICE, groups: tuple[str, ...] = (DEVELOPERS,)) -> Any:
    return probe(name, "GET", path, account=account, user=user, groups=groups)


IMPERSONATION: Final = (
    _as("plainly as alice", APP, "plain"),
    _as("plainly as alice what she may not", f"{CORE}/secrets", "plain"),
    _as("plainly as eve", APP, "plain", "kajitori:eve"),
    _as("plainly in a group of others", APP, "plain", groups=("kajitori:sre",)),
    _as("constrained as alice", APP, "constrained"),
    _as("constrained as alice, another verb", f"{APPS}/deployments", "constrained"),
    _as("constrained as alice, another kind", f"{CORE}/secrets", "constrained"),
    _as("constrained as eve", APP, "constrained", "kajitori:eve"),
    _as("constrained without what", APP, "half"),
    probe("constrained as oneself", "GET", APP, account="constrained"),
)
