"""Which groups, versions and resources there are, and the server's version."""

from __future__ import annotations

from typing import Final

from playground.cluster.resources import SERVED, Resource
from playground.cluster.wire import Json

VERSION: Final = {
    "major": "1",
    "minor": "36",
    "emulationMajor": "1",
    "emulationMinor": "36",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35",
    "gitVersion": "v1.36.3",
    "gitCommit": "simulated",
    "gitTreeState": "clean",
    "buildDate": "2026-11-01T00:00:00Z",
    "goVersion": "go1.26.8",
    "compiler": "gc",
    "platform": "linux/amd64",
}
VERBS: Final = ["create", "delete", "get", "list", "patch", "update", "watch"]
REVIEWS: Final = {
    ("authorization.k8s.io", "v1"): (
        "SelfSubjectAccessReview",
        "SelfSubjectRulesReview",
        "SubjectAccessReview",
    ),
    ("authentication.k8s.io", "v1"): ("SelfSubjectReview",),
}


def discovered(path: str) -> Json | str | None:
    """What is at a path that is no resource; None if nothing is."""
    path = path.rstrip("/")
    if path in ("/livez", "/readyz", "/healthz"):
        return "ok"
    if path == "/version":
        return dict(VERSION)
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if path == "/apis":
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(each) for each in _groups()]}
    if path == "/api/v1":
        return _resources("", "v1")
    parts = path.split("/")
    if len(parts) == 4 and parts[1] == "apis" and (parts[2], parts[3]) in _groups():
        return _resources(parts[2], parts[3])
    return None


def _groups() -> list[tuple[str, str]]:
    return sorted({(each.group, each.version) for each in SERVED if each.group} | REVIEWS.keys())


def _group(found: tuple[str, str]) -> Json:
    version = {"groupVersion": "/".join(found), "version": found[1]}
    return {"name": found[0], "versions": [version], "preferredVersion": version}


def _resources(group: str, version: str) -> Json:
    found: list[Json] = []
    for each in SERVED:
        if (each.group, each.version) == (group, version):
            found.append(_resource(each))
            found += [
                {
                    "name": f"{each.plural}/{subresource}",
                    "singularName": "",
                    "namespaced": each.namespaced,
                    "kind": "Scale" if subresource == "scale" else each.kind,
                    "verbs": ["get", "patch", "update"],
                }
                for subresource in each.subresources
            ]
    for kind in REVIEWS.get((group, version), ()):
        found.append(
            {"name": f"{kind.lower()}s", "singularName": kind.lower(), "namespaced": False, "kind": kind}
            | {"verbs": ["create"]}
        )
    written = f"{group}/{version}" if group else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": written, "resources": found}


def _resource(each: Resource) -> Json:
    found: Json = {"name": each.plural, "singularName": each.kind.lower(), "namespaced": each.namespaced}
    return found | {"kind": each.kind, "verbs": VERBS} | ({"shortNames": list(each.short)} if each.short else {})
