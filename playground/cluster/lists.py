"""Lists in pages, and their selectors."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import msgspec

from playground.cluster.problems import bad_request, gone
from playground.cluster.resources import Resource
from playground.cluster.selection import BadSelector, Selects, by_fields, by_labels
from playground.cluster.store import Store
from playground.cluster.wire import Json


def selector_of(resource: Resource, query: Mapping[str, str]) -> Selects:
    """Raises `Problem` 400."""
    try:
        labels, fields = by_labels(query.get("labelSelector", "")), by_fields(resource, query.get("fieldSelector", ""))
    except BadSelector as error:
        raise bad_request(str(error)) from error
    return lambda found: labels(found) and fields(found)


def listed(store: Store, resource: Resource, namespace: str, query: Mapping[str, str]) -> Json:
    """A page. A continued list goes on from its place; a token from before a compaction is answered 410."""
    selects = selector_of(resource, query)
    limit = _number(query.get("limit", ""), "limit")
    version, after = str(store.version), ("", "")
    if query.get("continue"):
        version, after = _place(query["continue"])
        if int(version) < store.compacted:
            message = (
                "The provided continue parameter is too old to display a consistent list result. You can start a new "
                "list without the continue parameter, or use the continue token in this response to retrieve the "
                "remainder of the results. Continuing with the provided token results in an inconsistent list - "
                "objects that were created, modified, or deleted between the time the first chunk was returned and "
                "now may show up in the list."
            )
            raise gone(message)
    found = [each for each in store.list(resource, namespace) if selects(each) and _key(each) > after]
    metadata: Json = {"resourceVersion": version} | ({"continue": ""} if resource.custom else {})
    if limit and len(found) > limit:
        metadata["continue"] = _token(version, _key(found[limit - 1]))
        # With a selector the API server cannot know how many are left.
        if not query.get("labelSelector") and not query.get("fieldSelector"):
            metadata["remainingItemCount"] = len(found) - limit
        found = found[:limit]
    return {
        "kind": f"{resource.kind}List",
        "apiVersion": resource.api_version,
        "metadata": metadata,
        "items": found if resource.custom else [bare(each) for each in found],
    }


def bare(found: Json) -> Json:
    """An object within a list: built-in kinds come without apiVersion and kind there."""
    return {key: value for key, value in found.items() if key not in ("apiVersion", "kind")}


def _number(written: str, name: str) -> int:
    if written and not written.isdecimal():
        raise bad_request(f'unable to convert {name} "{written}"')
    return int(written or 0)


def _key(found: Json) -> tuple[str, str]:
    return found["metadata"].get("namespace", ""), found["metadata"]["name"]


def _token(version: str, key: tuple[str, str]) -> str:
    content = {"v": "meta.k8s.io/v1", "rv": int(version), "start": "/".join(key)}
    return base64.urlsafe_b64encode(msgspec.json.encode(content)).decode().rstrip("=")


def _place(token: str) -> tuple[str, tuple[str, str]]:
    try:
        content: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        namespace, _, name = str(content["start"]).partition("/")
        return str(int(content["rv"])), (namespace, name)
    except (ValueError, KeyError, TypeError, msgspec.DecodeError) as error:
        why = "continue key is not valid: illegal base64 data at input byte 0"
        raise bad_request(f"invalid continue token: {why}") from error
