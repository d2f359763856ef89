"""Authentication, impersonation, authorization, reviews, quotas and Pod Security."""

from __future__ import annotations

from typing import Any, Final

from tests.simulator.asking import (
    APP,
    APPS,
    CORE,
    MERGE,
    NS,
    REVIEWS,
    WHO,
    deployment,
    probe,
)


def review(**attributes: str) -> dict[str, Any]:
    return {"spec": {"user": "kajitori:alice", "groups": ["kajitori:developers"], "resourceAttributes": attributes}}


POD_SECURITY: Final = (
    probe("restricted template", "POST", f"/apis/apps/v1/namespaces/{NS}-strict/deployments", deployment("app")),
    probe(
        "host network in restricted",
        "POST",
        f"/apis/apps/v1/namespaces/{NS}-strict/deployments",
        deployment("host", hostNetwork=True),
        query={"dryRun": "All"},
    ),
    probe(
        "host network with baseline",
        "POST",
        f"/apis/apps/v1/namespaces/{NS}-base/deployments",
        deployment("host", hostNetwork=True),
        query={"dryRun": "All"},
    ),
    probe(
        "privileged pod in restricted",
        "POST",
        f"/api/v1/namespaces/{NS}-strict/pods",
        {
            "metadata": {"name": "p"},
            "spec": {"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": True}}]},
        },
    ),
    probe(
        "host path with baseline",
        "POST",
        f"/apis/apps/v1/namespaces/{NS}-base/deployments",
        deployment("path", volumes=[{"name": "v", "hostPath": {"path": "/"}}]),
        query={"dryRun": "All"},
    ),
)
QUOTA: Final = (
    probe("beyond the quota", "POST", f"{CORE}/secrets", {"metadata": {"name": "s"}, "type": "Opaque"}),
    probe("beyond the quota dry", "POST", f"{CORE}/secrets", {"metadata": {"name": "s"}}, query={"dryRun": "All"}),
)
RIGHTS: Final = (
    probe("deploy once more", "POST", f"{APPS}/deployments", deployment("app")),
    probe("a token that is wrong", "GET", "/api/v1/namespaces", token="wrong"),
    probe("groups without a user", "GET", "/api/v1/namespaces", groups=("kajitori:developers",)),
    probe("may get", "GET", f"{APPS}/deployments/none", user="kajitori:alice", groups=("kajitori:developers",)),
    probe(
        "may not patch", "PATCH", APP, {}, content_type=MERGE, user="kajitori:alice", groups=("kajitori:developers",)
    ),
    probe("may not list", "GET", f"{CORE}/pods", user="kajitori:alice", groups=("kajitori:developers",)),
    probe("may not list everywhere", "GET", "/api/v1/pods", user="kajitori:alice"),
    probe("may not see a node", "GET", "/api/v1/nodes/n", user="kajitori:alice"),
    probe(
        "may scale one",
        "PATCH",
        f"{APP}/scale",
        {"spec": {"replicas": 0}},
        content_type=MERGE,
        user="kajitori:alice",
        groups=("kajitori:developers",),
    ),
    probe(
        "may not scale another",
        "PATCH",
        f"{APPS}/deployments/b/scale",
        {"spec": {"replicas": 0}},
        content_type=MERGE,
        user="kajitori:alice",
        groups=("kajitori:developers",),
    ),
    probe("bound to a role that is missing", "GET", f"{CORE}/pods", user="kajitori:eve"),
    probe("a path", "GET", "/metrics", user="kajitori:alice"),
    probe("who am I", "POST", WHO, {}, user="kajitori:alice", groups=("kajitori:developers", "kajitori:sre")),
    probe(
        "review yes",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        review(verb="get", group="apps", resource="deployments", namespace=NS),
    ),
    probe(
        "review no",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        review(verb="delete", group="apps", resource="deployments", namespace=NS),
    ),
    probe(
        "review by name",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        review(verb="patch", group="apps", resource="deployments", subresource="scale", namespace=NS, name="app"),
    ),
    probe(
        "review without the name",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        review(verb="patch", group="apps", resource="deployments", subresource="scale", namespace=NS),
    ),
    probe(
        "review of nobody",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}},
    ),
    probe("review of nothing", "POST", f"{REVIEWS}/subjectaccessreviews", {"spec": {"user": "a"}}),
    probe(
        "review of a missing role",
        "POST",
        f"{REVIEWS}/subjectaccessreviews",
        {"spec": {"user": "kajitori:eve", "resourceAttributes": {"verb": "get", "resource": "pods", "namespace": NS}}},
    ),
    probe(
        "own review",
        "POST",
        f"{REVIEWS}/selfsubjectaccessreviews",
        {"spec": {"resourceAttributes": {"verb": "get", "group": "apps", "resource": "deployments", "namespace": NS}}},
        user="kajitori:alice",
        groups=("kajitori:developers",),
    ),
    probe(
        "own rules",
        "POST",
        f"{REVIEWS}/selfsubjectrulesreviews",
        {"spec": {"namespace": NS}},
        user="kajitori:alice",
        groups=("kajitori:developers",),
    ),
)
