"""Words that all questions use: addresses, content types, a workload that controllers leave alone."""

from __future__ import annotations

from typing import Any, Final

from tests.simulator.probing import NS, Probe

CORE: Final = f"/api/v1/namespaces/{NS}"
APPS: Final = f"/apis/apps/v1/namespaces/{NS}"
RBAC: Final = "rbac.authorization.k8s.io"
JSON_PATCH: Final = "application/json-patch+json"
MERGE: Final = "application/merge-patch+json"
STRATEGIC: Final = "application/strategic-merge-patch+json"
MAP: Final = f"{CORE}/configmaps/a"
APP: Final = f"{APPS}/deployments/app"
REVIEWS: Final = "/apis/authorization.k8s.io/v1"
WHO: Final = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def deployment(name: str, **pod: Any) -> dict[str, Any]:
    """A paused one, so that controllers leave it alone."""
    containers = [{"name": "app", "image": "registry.local/app:v1"}, {"name": "side", "image": "registry.local/side"}]
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers, **pod}}
    spec = {"replicas": 0, "paused": True, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


def probe(name: str, method: str, path: str, body: Any = None, **more: Any) -> Probe:
    return Probe(name=name, method=method, path=path, body=body, **more)
