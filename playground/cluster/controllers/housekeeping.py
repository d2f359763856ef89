"""Small controllers: namespaces, orphans, quotas, budgets, nodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, final

from playground.cluster.budgets import budget_status, write_status
from playground.cluster.quota import COUNTED, quota_status
from playground.cluster.resources import (
    ACCOUNTS,
    BUDGETS,
    CONFIG_MAPS,
    DEPLOYMENTS,
    EVENTS,
    NAMESPACES,
    NODES,
    PODS,
    QUOTAS,
    REPLICA_SETS,
    SERVED,
    STATEFUL_SETS,
    Resource,
)
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json, clone
from playground.cluster.writes import Writer, Writes

FOREGROUND: Final = "foregroundDeletion"
OWNERS: Final = {(each.api_version, each.kind): each for each in SERVED}


@final
class Namespaces:
    """A namespace gets its default account; one that goes takes all that is in it."""

    def __init__(self, writes: Writes) -> None:
        self._writes, self._store = writes, writes.store

    def touched(self, change: Change) -> Iterable[Key]:
        if change.resource is NAMESPACES:
            return (("", change.key[1]),)
        if change.after is None and change.resource.namespaced:
            return (("", change.key[0]),)
        return ()

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(NAMESPACES, namespace, name)
        if found is None:
            return None
        if not found["metadata"].get("deletionTimestamp"):
            self.complete(name)
            return None
        left = False
        for resource in SERVED:
            for each in self._store.list(resource, name) if resource.namespaced else ():
                if resource is EVENTS or not each["metadata"].get("deletionTimestamp"):
                    self._writes.delete(resource, name, each["metadata"]["name"], {})
                left = left or self._store.get(resource, name, each["metadata"]["name"]) is not None
        if not left:
            self._store.remove(NAMESPACES, "", name)
        return None

    def complete(self, name: str) -> None:
        if self._store.get(ACCOUNTS, name, "default") is None:
            self._writes.create(ACCOUNTS, name, {"metadata": {"name": "default"}}, Writer())
        if self._store.get(CONFIG_MAPS, name, "kube-root-ca.crt") is None:
            body = {"metadata": {"name": "kube-root-ca.crt"}, "data": {"ca.crt": "(simulated)"}}
            self._writes.create(CONFIG_MAPS, name, body, Writer())


@final
class Garbage:
    """What belonged to an object that is gone goes, too; a foreground deletion waits for it."""

    def __init__(self, writes: Writes) -> None:
        self._writes, self._store = writes, writes.store
        self._gone: dict[Key, tuple[str, str]] = {}

    def touched(self, change: Change) -> Iterable[Key]:
        going = change.after is None or bool(change.after["metadata"].get("deletionTimestamp"))
        if not going or change.resource in (EVENTS, NAMESPACES):
            found = change.after
            owners = (found["metadata"].get("ownerReferences") or ()) if found and change.before is None else ()
            return [self._note(found["metadata"].get("namespace", ""), each["uid"]) for each in owners if found]
        metadata = (change.after or change.before or {})["metadata"]
        keys = [self._note(metadata.get("namespace", ""), metadata["uid"])]
        owners = metadata.get("ownerReferences") or ()
        return keys + [self._note(metadata.get("namespace", ""), each["uid"]) for each in owners]

    def _note(self, namespace: str, uid: str) -> Key:
        return namespace, uid

    def reconcile(self, namespace: str, name: str) -> float | None:
        """`name` is a uid: an object that is gone or going."""
        owner = self._find(namespace, name)
        if owner is not None and FOREGROUND not in (owner[1]["metadata"].get("finalizers") or ()):
            return None
        below = [
            (resource, each)
            for resource in SERVED
            if resource.namespaced
            for each in self._store.list(resource, namespace)
            if any(reference["uid"] == name for reference in each["metadata"].get("ownerReferences") or ())
        ]
        for resource, each in below:
            if not each["metadata"].get("deletionTimestamp"):
                self._writes.delete(resource, namespace, each["metadata"]["name"], {})
        if owner is not None and not below:
            self._release(*owner)
        return None

    def _find(self, namespace: str, uid: str) -> tuple[Resource, Json] | None:
        for resource in SERVED:
            for each in self._store.list(resource, namespace) if resource.namespaced else ():
                if each["metadata"]["uid"] == uid:
                    return resource, each
        return None

    def _release(self, resource: Resource, found: Json) -> None:
        metadata = found["metadata"]
        left = [each for each in metadata["finalizers"] if each != FOREGROUND]
        if not left:
            self._store.remove(resource, metadata["namespace"], metadata["name"])
            return
        written = clone(found)
        written["metadata"]["finalizers"] = left
        self._store.put(resource, written)


@final
class Quotas:
    """A quota's status follows what its namespace uses."""

    def __init__(self, writes: Writes) -> None:
        self._writes, self._store = writes, writes.store
        self._counted = frozenset(COUNTED.values())

    def touched(self, change: Change) -> Iterable[Key]:
        if change.resource is QUOTAS:
            return (change.key,)
        if change.resource not in self._counted:
            return ()
        quotas = self._store.list(QUOTAS, change.key[0])
        return [(change.key[0], each["metadata"]["name"]) for each in quotas]

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(QUOTAS, namespace, name)
        if found is not None:
            write_status(self._writes, QUOTAS, found, quota_status(self._store, found))
        return None


@final
class Budgets:
    """A disruption budget's status follows its pods."""

    def __init__(self, writes: Writes) -> None:
        self._writes, self._store = writes, writes.store

    def touched(self, change: Change) -> Iterable[Key]:
        if change.resource is BUDGETS:
            return (change.key,)
        if change.resource not in (PODS, DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS):
            return ()
        budgets = self._store.list(BUDGETS, change.key[0])
        return [(change.key[0], each["metadata"]["name"]) for each in budgets]

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(BUDGETS, namespace, name)
        if found is not None:
            write_status(self._writes, BUDGETS, found, budget_status(self._store, found, self._writes.pace.stamp()))
        return None


@final
class Nodes:
    """A cordoned node carries the taint that says so (`node lifecycle controller`)."""

    def __init__(self, writes: Writes) -> None:
        self._writes, self._store = writes, writes.store

    def touched(self, change: Change) -> Iterable[Key]:
        return (change.key,) if change.resource is NODES else ()

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(NODES, namespace, name)
        if found is None:
            return None
        key = "node.kubernetes.io/unschedulable"
        taints = found["spec"].get("taints") or []
        tainted = any(each["key"] == key for each in taints)
        if bool(found["spec"].get("unschedulable")) == tainted:
            return None

        def change(it: Json) -> None:
            others = [each for each in taints if each["key"] != key]
            added = [] if tainted else [{"key": key, "effect": "NoSchedule", "timeAdded": self._writes.pace.stamp()}]
            it["spec"]["taints"] = [*others, *added]
            if not it["spec"]["taints"]:
                del it["spec"]["taints"]

        self._writes.change(NODES, namespace, name, change, Writer())
        return None
