"""All questions in their order: later ones build on what earlier ones left."""

from __future__ import annotations

from typing import Any, Final

from tests.simulator.asking import (
    CORE,
    NS,
    RBAC,
)
from tests.simulator.questions_of_applications import APPLICATIONS_ASKED
from tests.simulator.questions_of_custom_kinds import CUSTOM
from tests.simulator.questions_of_impersonation import ACCOUNTS, IMPERSONATION
from tests.simulator.questions_of_jobs import JOBS
from tests.simulator.questions_of_limits import LIMITS
from tests.simulator.questions_of_objects import OBJECTS, READS
from tests.simulator.questions_of_patches import PATCHES
from tests.simulator.questions_of_policies import POLICIES
from tests.simulator.questions_of_rights import POD_SECURITY, QUOTA, RIGHTS
from tests.simulator.questions_of_workloads import WORKLOADS


def role(name: str, *rules: dict[str, Any]) -> tuple[str, str, Any]:
    return "POST", f"/apis/{RBAC}/v1/namespaces/{NS}/roles", {"metadata": {"name": name}, "rules": list(rules)}


def bind(name: str, role_name: str, kind: str, subject: str) -> tuple[str, str, Any]:
    body = {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": role_name},
        "subjects": [{"apiGroup": RBAC, "kind": kind, "name": subject}],
    }
    return "POST", f"/apis/{RBAC}/v1/namespaces/{NS}/rolebindings", body


SETUP: Final[tuple[tuple[str, str, Any], ...]] = (
    ("POST", "/api/v1/namespaces", {"metadata": {"name": NS}}),
    (
        "POST",
        "/api/v1/namespaces",
        {"metadata": {"name": f"{NS}-strict", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
    ),
    (
        "POST",
        "/api/v1/namespaces",
        {"metadata": {"name": f"{NS}-base", "labels": {"pod-security.kubernetes.io/warn": "baseline"}}},
    ),
    role(
        "looks",
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]},
        {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
        {"apiGroups": ["apps"], "resources": ["deployments/scale"], "resourceNames": ["app"], "verbs": ["patch"]},
    ),
    bind("looks", "looks", "Group", "kajitori:developers"),
    (
        "POST",
        f"{CORE}/resourcequotas",
        {"metadata": {"name": "few"}, "spec": {"hard": {"count/secrets": "0"}}},
    ),
    bind("nothing", "no-such-role", "User", "kajitori:eve"),
    *ACCOUNTS,
)
PROBES: Final = (
    *OBJECTS,
    *WORKLOADS,
    *PATCHES,
    *POD_SECURITY,
    *QUOTA,
    *LIMITS,
    *JOBS,
    *CUSTOM,
    *APPLICATIONS_ASKED,
    *POLICIES,
    *IMPERSONATION,
    *RIGHTS,
    *READS,
)
