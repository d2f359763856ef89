"""`metadata.managedFields`: who set which fields, as updates (not server-side apply) record it.

A field belongs to whoever changed it last; a write that changes nothing leaves everybody's as they are. Rules:
structured-merge-diff `Update`, apimachinery `managedfields` 1.36.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from playground.cluster.resources import NAMESPACES, SERVICES, Resource, is_custom
from playground.cluster.strategic import PLAIN, merge_key
from playground.cluster.wire import Json, clone, equal

MOST: Final = 10
"""Updates kept apart; older ones become one entry."""

ANCIENT: Final = "ancient-changes"
SERVERS_OWN: Final = frozenset(
    {
        *("name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields"),
        *("resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"),
    }
)
ATOMIC: Final = frozenset({"selector", "nodeSelector", "matchLabels", "rules", "subjects", "roleRef"})
STRUCTS: Final = frozenset(
    {
        *("metadata", "spec", "status", "template", "jobTemplate", "strategy", "updateStrategy", "containers"),
        *("scaleTargetRef",),
    }
)
"""Fields that Go always has: setting something in them does not make them somebody's."""
ALLOCATED: Final = frozenset({"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"})
EVERYBODYS: Final = "resources"
"""A field that is a member by itself, be it empty or not."""

Path = tuple[str, ...]
REPLICAS: Final[Path] = ("f:spec", "f:replicas")


def with_manager(before: Json | None, after: Json, *, manager: str, version: str, subresource: str, at: str) -> Json:
    """`after` with the entry of whoever wrote it."""
    entries = [dict(each) for each in (before or {}).get("metadata", {}).get("managedFields") or []]
    metadata = {key: value for key, value in after["metadata"].items() if key != "managedFields"}
    # An object that nobody manages, for instance an empty one, stays so until it is applied (SkipNonAppliedManager).
    if before is not None and not entries:
        return {**after, "metadata": metadata}
    leaves = _custom_leaves if is_custom(after) else _leaves
    old, new = (dict(leaves(each)) for each in _moved(_owned(before) if before else {}, _owned(after)))
    changed = {path for path, value in new.items() if path not in old or not equal(old[path], value)}
    removed = _with_parents(old) - _with_parents(new)
    lost = changed | removed
    identity = {"manager": manager, "operation": "Update", "apiVersion": version, "subresource": subresource}
    kept = []
    mine: set[Path] = set()
    for entry in entries:
        paths = set(_paths(entry["fieldsV1"]))
        if all((entry.get(key) or "") == value for key, value in identity.items()):
            mine = paths - removed
        elif paths - lost:
            kept.append(entry if not paths & lost else {**entry, "fieldsV1": _tree(paths - lost)})
    if changed or mine:
        stamp = at if changed else _time_of(entries, identity, at)
        kept.append(_entry(identity, mine | changed, stamp))
    kept.sort(key=lambda each: (each.get("time", ""), each["manager"], each.get("subresource", "")))
    return {**after, "metadata": {**metadata, **({"managedFields": _bounded(kept)} if kept else {})}}


def owned_at_first(resource: Resource, found: Json, body: Json) -> Json:
    """A new object as its owners are reckoned: with defaults, without what the server itself then puts in."""
    asked: Json = clone(found)
    if resource.status:
        asked.pop("status", None)
    if not resource.custom:
        _without_empty_metadata(asked.get("spec") or {})
    if resource is NAMESPACES:
        asked["spec"] = clone(body.get("spec") or {})
    if resource is SERVICES:
        given = body.get("spec") or {}
        asked["spec"] = {key: value for key, value in asked["spec"].items() if key in given or key not in ALLOCATED}
    return asked


def _without_empty_metadata(spec: Json) -> None:
    """A template without any metadata has none that could be owned, though it is written as an empty one."""
    for name in ("template", "jobTemplate"):
        template = spec.get(name)
        if isinstance(template, dict):
            _without_empty_metadata(template.get("spec") or {})
            if template.get("metadata") == {}:
                del template["metadata"]


def _with_parents(paths: Iterable[Path]) -> set[Path]:
    return {path[:depth] for path in paths for depth in range(1, len(path) + 1)}


def with_scaler(before: Json, after: Json, *, manager: str, version: str) -> Json:
    """`after` with the entry of whoever wrote its scale (`managedfields/scalehandler.go`).

    A Scale of zero replicas has no such field, so that scaling to zero takes the field from everybody; and where it is
    nobody's, scaling leaves no trace of who did it. Its entry has no time.
    """
    if before["spec"].get("replicas") == after["spec"].get("replicas"):
        return after
    entries: list[Json] = before["metadata"].get("managedFields") or []
    kept, owned = [], False
    for entry in entries:
        paths = set(_paths(entry["fieldsV1"]))
        owned = owned or REPLICAS in paths
        if paths - {REPLICAS}:
            kept.append({**entry, "fieldsV1": _tree(paths - {REPLICAS})} if REPLICAS in paths else entry)
    if owned and after["spec"]["replicas"]:
        identity = {"manager": manager, "operation": "Update", "apiVersion": version, "subresource": "scale"}
        kept.append(_entry(identity, {REPLICAS}, ""))
    metadata = {**after["metadata"], "managedFields": _bounded(kept)}
    if not kept:
        del metadata["managedFields"]
    return {**after, "metadata": metadata}


def _time_of(entries: list[Json], identity: Json, at: str) -> str:
    return next(
        str(each.get("time", at))
        for each in entries
        if all((each.get(key) or "") == value for key, value in identity.items())
    )


def _entry(identity: Json, paths: set[Path], at: str) -> Json:
    found = {key: identity[key] for key in ("manager", "operation", "apiVersion")}
    if at:
        found["time"] = at
    found |= {"fieldsType": "FieldsV1", "fieldsV1": _tree(paths)}
    return found | ({"subresource": identity["subresource"]} if identity["subresource"] else {})


def _bounded(entries: list[Json]) -> list[Json]:
    while len(entries) > MOST:
        first, second, *rest = entries
        paths = {*_paths(first["fieldsV1"]), *_paths(second["fieldsV1"])}
        merged = _entry({**second, "manager": ANCIENT, "subresource": ""}, paths, second.get("time", ""))
        entries = [merged, *rest]
    return entries


def _owned(found: Json) -> Json:
    metadata = {key: value for key, value in found["metadata"].items() if key not in SERVERS_OWN}
    rest = {key: value for key, value in found.items() if key not in ("apiVersion", "kind", "metadata")}
    return {"metadata": metadata, **rest}


def _moved(before: Json, after: Json) -> tuple[Json, Json]:
    """Both without the parts that are the same, in which no field changed its owner: mostly only the status moved."""
    same = {key for key, value in after.items() if key in before and before[key] == value}
    kept = [{key: value for key, value in each.items() if key not in same} for each in (before, after)]
    return kept[0], kept[1]


def _leaves(value: Any, place: str = "", path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each field that can have an owner, with its value."""
    name = path[-1][2:] if path else ""
    if not value and len(path) == 1 and name in STRUCTS:
        return
    granular = isinstance(value, dict) and name not in ATOMIC
    if value and path and not path[-1].startswith("k:") and name not in STRUCTS:
        merges = isinstance(value, list) and (merge_key(place) is not None or PLAIN.fullmatch(place) is not None)
        if granular or merges or name == EVERYBODYS:
            yield path, None
    elif name == EVERYBODYS:
        yield path, None
        return
    if granular and (value or not path):
        for key, each in value.items():
            yield from _leaves(each, f"{place}/{key}" if place else key, (*path, f"f:{key}"))
        return
    key = merge_key(place) if isinstance(value, list) else None
    if key is not None and all(isinstance(each, dict) and key in each for each in value):
        yield from _keyed(value, key, place, path)
    elif isinstance(value, list) and PLAIN.fullmatch(place):
        for each in value:
            yield (*path, f"v:{msgspec.json.encode(each).decode()}"), None
    elif value is not None:
        yield path, value


def _keyed(value: list[Json], key: str, place: str, path: Path) -> Iterator[tuple[Path, Any]]:
    for each in value:
        keyed = {key: each[key]} | ({"protocol": each.get("protocol", "TCP")} if place.endswith("/ports") else {})
        inner = (*path, f"k:{msgspec.json.encode(keyed).decode()}")
        yield inner, None
        for field, part in each.items():
            yield from _leaves(part, f"{place}/{field}", (*inner, f"f:{field}"))


def _custom_leaves(value: Any, place: str = "", path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Without a built-in type each object is a member itself; metadata is as anywhere, and so are a spec's lists."""
    if not path:
        yield from _leaves({key: each for key, each in value.items() if key == "metadata"})
        value = {key: each for key, each in value.items() if key != "metadata"}
    if isinstance(value, list) and place.startswith("spec/") and merge_key(place) is not None:
        yield path, None
        yield from _leaves(value, place, path)
        return
    if not isinstance(value, dict) or (value and path and path[-1][2:] in ATOMIC):
        yield path, value
        return
    if path:
        yield path, None
    for key, each in value.items():
        yield from _custom_leaves(each, f"{place}/{key}" if place else key, (*path, f"f:{key}"))


def _paths(tree: Json, path: Path = ()) -> Iterator[Path]:
    """The members of a written set; `.` within one says that it is a member itself."""
    for key, below in tree.items():
        if key != ".":
            if not below or "." in below:
                yield (*path, key)
            yield from _paths(below, (*path, key))


def _tree(paths: set[Path]) -> Json:
    root: Json = {}
    for path in sorted(paths):
        at = root
        for depth, token in enumerate(path, start=1):
            if token not in at and at is not root and path[: depth - 1] in paths:
                at["."] = {}
            at = at.setdefault(token, {})
    return root
