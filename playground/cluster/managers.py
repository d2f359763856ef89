"""`metadata.managedFields`: who set which fields, as updates (not server-side apply) record it.

A field belongs to whoever changed it last; a write that changes nothing leaves everybody's as they are. Rules:
structured-merge-diff `Update`, apimachinery `managedfields` 1.36.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from playground.cluster.json_patch import equal
from playground.cluster.strategic import PLAIN, merge_key
from playground.cluster.wire import Json

MOST: Final = 10
"""Updates kept apart; older ones become one entry."""

ANCIENT: Final = "ancient-changes"
SERVERS_OWN: Final = frozenset(
    {
        *("name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields"),
        *("resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"),
    }
)
ATOMIC: Final = frozenset({"selector", "nodeSelector", "matchLabels", "rules", "subjects", "roleRef", "data"})
Path = tuple[str, ...]


def with_manager(before: Json | None, after: Json, *, manager: str, version: str, subresource: str, at: str) -> Json:
    """`after` with the entry of whoever wrote it."""
    entries = [dict(each) for each in (before or {}).get("metadata", {}).get("managedFields") or []]
    metadata = {key: value for key, value in after["metadata"].items() if key != "managedFields"}
    # An object that nobody manages, for instance an empty one, stays so until it is applied (SkipNonAppliedManager).
    if before is not None and not entries:
        return {**after, "metadata": metadata}
    old, new = dict(_leaves(_owned(before))) if before else {}, dict(_leaves(_owned(after)))
    changed = {path for path, value in new.items() if path not in old or not equal(old[path], value)}
    lost = changed | (old.keys() - new.keys())
    identity = {"manager": manager, "operation": "Update", "apiVersion": version, "subresource": subresource}
    kept = []
    mine: set[Path] = set()
    for entry in entries:
        paths = set(_paths(entry["fieldsV1"]))
        if all((entry.get(key) or "") == value for key, value in identity.items()):
            mine = paths - (old.keys() - new.keys())
        elif paths - lost:
            kept.append(entry if not paths & lost else {**entry, "fieldsV1": _tree(paths - lost)})
    if changed or mine:
        stamp = at if changed else _time_of(entries, identity)
        kept.append(_entry(identity, mine | changed, stamp))
    kept.sort(key=lambda each: (each["time"], each["manager"], each.get("subresource", "")))
    return {**after, "metadata": {**metadata, **({"managedFields": _bounded(kept)} if kept else {})}}


def _time_of(entries: list[Json], identity: Json) -> str:
    return next(
        str(each["time"]) for each in entries if all((each.get(key) or "") == value for key, value in identity.items())
    )


def _entry(identity: Json, paths: set[Path], at: str) -> Json:
    found = {key: identity[key] for key in ("manager", "operation", "apiVersion")}
    found |= {"time": at, "fieldsType": "FieldsV1", "fieldsV1": _tree(paths)}
    return found | ({"subresource": identity["subresource"]} if identity["subresource"] else {})


def _bounded(entries: list[Json]) -> list[Json]:
    while len(entries) > MOST:
        first, second, *rest = entries
        paths = {*_paths(first["fieldsV1"]), *_paths(second["fieldsV1"])}
        merged = _entry({**second, "manager": ANCIENT, "subresource": ""}, paths, second["time"])
        entries = [merged, *rest]
    return entries


def _owned(found: Json) -> Json:
    metadata = {key: value for key, value in found["metadata"].items() if key not in SERVERS_OWN}
    rest = {key: value for key, value in found.items() if key not in ("apiVersion", "kind", "metadata")}
    return {"metadata": metadata, **rest}


def _leaves(value: Any, place: str = "", path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each field that can have an owner, with its value."""
    if isinstance(value, dict) and (not path or path[-1][2:] not in ATOMIC) and (value or not path):
        for key, each in value.items():
            yield from _leaves(each, f"{place}/{key}" if place else key, (*path, f"f:{key}"))
        return
    key = merge_key(place) if isinstance(value, list) else None
    if key is not None and all(isinstance(each, dict) and key in each for each in value):
        for each in value:
            name = {key: each[key]} | ({"protocol": each.get("protocol", "TCP")} if place.endswith("/ports") else {})
            inner = (*path, f"k:{msgspec.json.encode(name).decode()}")
            yield (*inner, "."), None
            for field, part in each.items():
                yield from _leaves(part, f"{place}/{field}", (*inner, f"f:{field}"))
    elif isinstance(value, list) and PLAIN.fullmatch(place):
        for each in value:
            yield (*path, f"v:{msgspec.json.encode(each).decode()}"), None
    elif value is not None:
        yield path, value


def _paths(tree: Json, path: Path = ()) -> Iterator[Path]:
    for key, below in tree.items():
        if below:
            yield from _paths(below, (*path, key))
        else:
            yield (*path, key)


def _tree(paths: set[Path]) -> Json:
    root: Json = {}
    for path in sorted(paths):
        at = root
        for token in path:
            at = at.setdefault(token, {})
    return root
