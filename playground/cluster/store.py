"""All objects, each change numbered: what etcd and the watch cache are to the real one.

Stored objects are never changed in place; whoever wants another one writes another one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, final

from playground.cluster.resources import Resource
from playground.cluster.wire import Json, clone

KEPT: Final = 20_000
"""Changes that a watch can still go back to."""

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Change:
    """`after` is None for a deletion; `before` then is the object as it last was, with the version of its end."""

    version: int
    resource: Resource
    before: Json | None
    after: Json | None

    @property
    def key(self) -> Key:
        metadata = (self.after or self.before or {})["metadata"]
        return metadata.get("namespace", ""), metadata["name"]


@final
class Store:
    """`version` numbers all changes of all objects, as etcd's revision does."""

    def __init__(self) -> None:
        self.version = 1
        self.compacted = 0
        """Changes up to this one are forgotten: a watch from before it gets 410."""
        self._objects: dict[Resource, dict[Key, Json]] = {}
        self._changes: deque[Change] = deque()
        self._listeners: list[Callable[[Change], None]] = []

    def get(self, resource: Resource, namespace: str, name: str) -> Json | None:
        return self._objects.get(resource, {}).get((namespace, name))

    def known(self, resource: Resource, namespace: str, name: str) -> Json:
        """An object that must be there. Raises `KeyError`."""
        return self._objects[resource][namespace, name]

    def list(self, resource: Resource, namespace: str = "") -> list[Json]:
        """Ordered by namespace and name, as etcd's keys are."""
        found = self._objects.get(resource, {})
        return [found[key] for key in sorted(found) if not namespace or key[0] == namespace]

    def put(self, resource: Resource, found: Json) -> Json:
        """Write an object; returns it with its new resource version."""
        metadata = found["metadata"]
        key = (metadata.get("namespace", ""), metadata["name"])
        objects = self._objects.setdefault(resource, {})
        self.version += 1
        written: Json = clone(found)
        written["metadata"]["resourceVersion"] = str(self.version)
        before = objects.get(key)
        objects[key] = written
        self._tell(Change(version=self.version, resource=resource, before=before, after=written))
        return written

    def remove(self, resource: Resource, namespace: str, name: str) -> Json:
        """Raises `KeyError`."""
        before: Json = clone(self._objects[resource].pop((namespace, name)))
        self.version += 1
        before["metadata"]["resourceVersion"] = str(self.version)
        self._tell(Change(version=self.version, resource=resource, before=before, after=None))
        return before

    def all(self) -> Iterator[Json]:
        """Every object."""
        for each in self._objects.values():
            yield from each.values()

    def recall(self, objects: Iterable[tuple[Resource, Json]], version: int) -> None:
        """Be as it was at `version`, in a store that is empty yet. Listeners hear of each object as of a new one."""
        self.version = self.compacted = version
        for resource, found in objects:
            metadata = found["metadata"]
            self._objects.setdefault(resource, {})[metadata.get("namespace", ""), metadata["name"]] = found
        for resource, each in list(self._objects.items()):
            for found in list(each.values()):
                change = Change(version=version, resource=resource, before=None, after=found)
                for listener in tuple(self._listeners):
                    listener(change)

    def since(self, version: int) -> Iterator[Change]:
        """The changes after a version, oldest first."""
        return (change for change in tuple(self._changes) if change.version > version)

    def compact(self) -> None:
        """Forget how everything came to be what it is now."""
        self._changes.clear()
        self.compacted = self.version

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Be told of each change, within it; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, change: Change) -> None:
        self._changes.append(change)
        if len(self._changes) > KEPT:
            self.compacted = self._changes.popleft().version
        for listener in tuple(self._listeners):
            listener(change)
