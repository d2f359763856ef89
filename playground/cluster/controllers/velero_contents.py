"""What a backup of the simulated Velero holds, and how a restore brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from playground.cluster.merge_patch import apply_merge_patch
from playground.cluster.problems import Problem
from playground.cluster.resources import (
    BY_KIND,
    EVENTS,
    LEASES,
    NAMESPACES,
    NODES,
    PODS,
    REPLICA_SETS,
    REVISIONS,
    SERVED,
    SLICES,
    VELERO,
    Resource,
)
from playground.cluster.selection import matches_selector
from playground.cluster.store import Store
from playground.cluster.wire import Json, controller_of, equal, labels_of
from playground.cluster.writes import Writer, Writes

NEVER: Final = frozenset({EVENTS, LEASES, NODES, SLICES})
OF_OWNERS: Final = frozenset({PODS, REPLICA_SETS, REVISIONS})
"""Left out where they have an owner, which makes them anew."""
KEPT: Final = ("name", "namespace", "labels", "annotations")
"""Metadata that a restore keeps (`resetMetadata`)."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is taken; empty means all."""

    namespaces: frozenset[str]
    without: frozenset[str]
    kinds: frozenset[str]
    without_kinds: frozenset[str]
    selector: Json | None
    cluster_wide: bool | None

    def takes(self, resource: Resource, found: Json) -> bool:
        names = {resource.plural, resource.kind.lower(), resource.qualified, *resource.short}
        if (self.kinds and not names & self.kinds) or names & self.without_kinds:
            return False
        if self.selector is not None and not matches_selector(self.selector, labels_of(found)):
            return False
        if not resource.namespaced:
            everything = not self.namespaces and not self.without
            named = resource is NAMESPACES and self._has(found["metadata"]["name"])
            return named or (everything if self.cluster_wide is None else self.cluster_wide)
        return self._has(found["metadata"]["namespace"])

    def _has(self, namespace: str) -> bool:
        return (not self.namespaces or namespace in self.namespaces) and namespace not in self.without


def scope_of(found: Json) -> Scope:
    """Of a Backup or a Restore."""
    spec = found["spec"]

    def names(key: str) -> frozenset[str]:
        given = frozenset(spec.get(key) or ())
        return frozenset() if "*" in given else given

    return Scope(
        namespaces=names("includedNamespaces"),
        without=names("excludedNamespaces"),
        kinds=frozenset(each.lower() for each in names("includedResources")),
        without_kinds=frozenset(each.lower() for each in names("excludedResources")),
        selector=spec.get("labelSelector"),
        cluster_wide=spec.get("includeClusterResources"),
    )


def contents(store: Store, scope: Scope) -> Iterator[Json]:
    """The objects of a backup."""
    for resource in SERVED:
        if resource in NEVER or resource.group == VELERO:
            continue
        for each in store.list(resource):
            owned = resource in OF_OWNERS and controller_of(each) is not None
            if not owned and scope.takes(resource, each):
                yield each


def listed(objects: list[Json]) -> dict[str, list[str]]:
    """Velero's list of what is in a backup."""
    found: dict[str, list[str]] = {}
    for each in objects:
        metadata = each["metadata"]
        name = f"{metadata['namespace']}/{metadata['name']}" if "namespace" in metadata else metadata["name"]
        found.setdefault(f"{each['apiVersion']}/{each['kind']}", []).append(name)
    return found


@dataclass(kw_only=True)
class Brought:
    """How many items were looked at, and what was said of them, by namespace."""

    items: int = 0
    warnings: dict[str, list[str]] = field(default_factory=dict)

    def warn(self, namespace: str, message: str) -> None:
        self.warnings.setdefault(namespace, []).append(message)


def put_back(writes: Writes, objects: list[Json], restore: Json) -> Brought:
    """Create what is not there; leave what is, or change it where the restore says `update`."""
    spec, brought, scope = restore["spec"], Brought(), scope_of(restore)
    labels = {"velero.io/backup-name": spec["backupName"], "velero.io/restore-name": restore["metadata"]["name"]}
    mapping = spec.get("namespaceMapping") or {}
    for each in objects:
        resource = BY_KIND[each["apiVersion"], each["kind"]]
        if not scope.takes(resource, each) or resource is NAMESPACES:
            continue
        brought.items += 1
        body = _bare(each, labels)
        namespace = mapping.get(each["metadata"].get("namespace", ""), each["metadata"].get("namespace", ""))
        if namespace:
            _make_namespace(writes, namespace)
            body["metadata"]["namespace"] = namespace
        _put_back(writes, resource, body, brought, update=spec.get("existingResourcePolicy") == "update")
    return brought


def _put_back(writes: Writes, resource: Resource, body: Json, brought: Brought, *, update: bool) -> None:
    namespace, name = body["metadata"].get("namespace", ""), body["metadata"]["name"]
    known, writer = writes.store.get(resource, namespace, name), Writer(manager="velero-server")
    try:
        if known is None:
            writes.create(resource, namespace, body, writer)
        elif equal(known.get("spec"), body.get("spec")) and equal(known.get("data"), body.get("data")):
            return
        elif update:
            writes.change(resource, namespace, name, lambda it: it.update(apply_merge_patch(it, body)), writer)
        else:
            title = f"{resource.kind}:{name}"
            brought.warn(
                namespace, f"could not restore, {title} already exists. Warning: the in-cluster version is different"
            )
    except Problem as problem:
        brought.warn(namespace, str(problem))


def _bare(found: Json, labels: dict[str, str]) -> Json:
    metadata: Any = {key: value for key, value in found["metadata"].items() if key in KEPT}
    metadata["labels"] = {**labels_of(found), **labels}
    return {key: value for key, value in found.items() if key not in ("metadata", "status")} | {"metadata": metadata}


def _make_namespace(writes: Writes, name: str) -> None:
    if writes.store.get(NAMESPACES, "", name) is None:
        writes.create(NAMESPACES, "", {"metadata": {"name": name}}, Writer(manager="velero-server"))
