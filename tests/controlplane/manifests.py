"""Server-side apply of whatever stands in a manifest, as `kubectl apply --server-side` does it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

import yaml

from tests.controlplane.api import Answer, Api, ApiError, Object

MANAGER: Final = "tests"


def documents(manifest: str) -> list[Object]:
    """The objects of a YAML text; empty documents do not count."""
    return [each for each in yaml.safe_load_all(manifest) if each]


def apply(api: Api, manifest: str | Iterable[Object], *, namespace: str = "", dry_run: bool = False) -> list[Answer]:
    """Apply objects in their order; those that name no namespace go to `namespace`. The answers hold the warnings.

    Raises `ApiError` for the first one that is refused, and for fields that the API server does not know.
    """
    objects = documents(manifest) if isinstance(manifest, str) else list(manifest)
    query: dict[str, str | int] = {"fieldManager": MANAGER, "force": "true", "fieldValidation": "Strict"}
    if dry_run:
        query["dryRun"] = "All"
    return [_apply_one(api, each, query, namespace=namespace) for each in objects]


def path_of(api: Api, found: Mapping[str, object], *, namespace: str = "") -> str:
    """Where an object lives, by the server's own discovery. Raises `ApiError` for kinds that it does not serve."""
    version, metadata = str(found["apiVersion"]), found["metadata"]
    assert isinstance(metadata, dict)
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    for resource in api.get(root)["resources"]:
        if resource["kind"] == found["kind"] and "/" not in resource["name"]:
            within = f"/namespaces/{metadata.get('namespace') or namespace}" if resource["namespaced"] else ""
            return f"{root}{within}/{resource['name']}/{metadata['name']}"
    raise ApiError(404, f"{found['kind']} of {version} is not served.")


def _apply_one(api: Api, found: Object, query: Mapping[str, str | int], *, namespace: str) -> Answer:
    path = path_of(api, found, namespace=namespace)
    answer = api.ask("PATCH", path, found, query=query, content_type="application/apply-patch+yaml")
    if answer.status >= 300:
        raise ApiError(answer.status, f"{path}: {json.loads(answer.text).get('message', answer.text)}")
    return answer
