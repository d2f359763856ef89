"""The cluster from the inside: what a test or the playground does in it without going over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, final

import yaml

from playground.cluster.asked import read_address
from playground.cluster.merge_patch import apply_merge_patch
from playground.cluster.problems import no_such_path
from playground.cluster.resources import BY_KIND, NAMESPACES, Resource
from playground.cluster.selection import by_labels
from playground.cluster.store import Change, Store
from playground.cluster.wire import Json
from playground.cluster.writes import Writer, Writes

WAIT: Final = 30.0
MANAGER: Final = "tests"


@final
class Admin:
    """Addresses are the API's own paths. Everything raises `Problem`, as the server would answer it."""

    def __init__(self, writes: Writes, store: Store, settle: Callable[[str], None]) -> None:
        self._writes, self._store, self._settle = writes, store, settle

    def get(self, path: str) -> Json:
        resource, namespace, name = self._place(path)
        return self._writes.current(resource, namespace, name)

    def items(self, path: str, *, labels: str = "") -> list[Json]:
        """The objects of a collection."""
        resource, namespace, _ = self._place(path)
        selects = by_labels(labels)
        return [each for each in self._store.list(resource, namespace) if selects(each)]

    def create(self, path: str, body: Json) -> Json:
        resource, namespace, _ = self._place(path)
        found = self._writes.create(resource, namespace, body, Writer(manager=MANAGER))
        if resource is NAMESPACES:
            self._settle(found["metadata"]["name"])
        return found

    def merge(self, path: str, body: Json, *, status: bool = False) -> Json:
        """A merge patch."""
        return self.change(path, lambda found: apply_merge_patch(found, body), status=status)

    def change(
        self, path: str, change: Callable[[Json], Json], *, status: bool = False, manager: str = MANAGER
    ) -> Json:
        """Write what `change` makes of the object, as this field manager."""
        resource, namespace, name = self._place(path)
        wanted = change(self._writes.current(resource, namespace, name))
        writer = Writer(manager=manager)
        return self._writes.update(resource, namespace, name, wanted, writer, "status" if status else "")

    def delete(self, path: str, **options: Any) -> Json:
        resource, namespace, name = self._place(path)
        return self._writes.delete(resource, namespace, name, options)

    def apply(self, manifest: str | Iterable[Json], *, namespace: str = "") -> None:
        """Make the objects be as written: create them, or merge into what is there. Lists are replaced."""
        documents = yaml.safe_load_all(manifest) if isinstance(manifest, str) else manifest
        for each in documents:
            if each:
                self._apply(each, namespace)

    def _apply(self, wanted: Json, namespace: str) -> None:
        resource = BY_KIND.get((wanted["apiVersion"], wanted["kind"]))
        if resource is None:
            raise no_such_path()
        where = (wanted["metadata"].get("namespace") or namespace) if resource.namespaced else ""
        name = wanted["metadata"]["name"]
        known = self._store.get(resource, where, name)
        if known is None:
            self.create(resource.path(where), wanted)
        else:
            merged = apply_merge_patch(known, wanted)
            self._writes.update(resource, where, name, merged, Writer(manager=MANAGER))

    def load(self, objects: Sequence[Json]) -> None:
        """Put objects into the store exactly as they are, identities and status too: a recorded state."""
        for each in objects:
            resource = BY_KIND.get((each["apiVersion"], each["kind"]))
            if resource is None:
                raise no_such_path()
            self._store.put(resource, each)

    async def until(self, path: str, met: Callable[[Json], bool], *, seconds: float = WAIT) -> Json:
        """The object as soon as it is as wanted; it need not exist yet. Raises `TimeoutError` with its last state."""
        resource, namespace, name = self._place(path)

        def found() -> Json | None:
            it = self._store.get(resource, namespace, name)
            return it if it is not None and met(it) else None

        try:
            it: Json = await self._when(found, seconds)
        except TimeoutError:
            last = self._store.get(resource, namespace, name)
            raise TimeoutError(f"{path} did not come to what was waited for in {seconds} s: {last}") from None
        return it

    async def until_gone(self, path: str, *, seconds: float = WAIT) -> None:
        """Raises `TimeoutError`."""
        resource, namespace, name = self._place(path)
        await self._when(lambda: True if self._store.get(resource, namespace, name) is None else None, seconds)

    async def when(self, path: str, met: Callable[[list[Json]], bool], *, labels: str = "") -> list[Json]:
        """A collection as soon as it is as wanted. Raises `TimeoutError`."""

        def found() -> list[Json] | None:
            items = self.items(path, labels=labels)
            return items if met(items) else None

        listed: list[Json] = await self._when(found, WAIT)
        return listed

    async def eventually(self, met: Callable[[], bool], *, seconds: float = WAIT) -> None:
        """Returns once it is so; asked again after each change. Raises `TimeoutError`."""
        await self._when(lambda: True if met() else None, seconds)

    async def _when(self, found: Callable[[], Any], seconds: float) -> Any:
        changed = asyncio.Event()

        def heard(_: Change) -> None:
            changed.set()

        stop = self._store.listen(heard)
        try:
            async with asyncio.timeout(seconds):
                while (it := found()) is None:
                    changed.clear()
                    await changed.wait()
                return it
        finally:
            stop()

    def _place(self, path: str) -> tuple[Resource, str, str]:
        asked = read_address("GET", path, {})
        resource = asked.resource
        if resource is None or asked.subresource:
            raise no_such_path()
        return resource, asked.namespace if resource.namespaced else "", asked.name
