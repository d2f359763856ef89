"""Watches: what happened after a version, line by line, until their time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, final

import msgspec
from aiohttp import web

from playground.cluster.asked import TRUE
from playground.cluster.faults import Faults
from playground.cluster.lists import selector_of
from playground.cluster.pace import Clock
from playground.cluster.problems import bad_request, gone
from playground.cluster.resources import Resource
from playground.cluster.selection import Selects
from playground.cluster.store import Change, Store
from playground.cluster.wire import Json

LONGEST: Final = 3600
INITIAL_END: Final = "k8s.io/initial-events-end"


@final
class Watch:
    """One open watch. `end` cuts it, as a dying API server does."""

    def __init__(self, store: Store, resource: Resource, namespace: str, query: Mapping[str, str]) -> None:
        self._store, self._resource, self._namespace = store, resource, namespace
        self._selects: Selects = selector_of(resource, query)
        self._bookmarks = query.get("allowWatchBookmarks") in TRUE
        self._initial = query.get("sendInitialEvents") in TRUE
        self._version = query.get("resourceVersion", "")
        written = query.get("timeoutSeconds", "")
        if (written and not written.isdecimal()) or (self._version and not self._version.isdecimal()):
            raise bad_request(f'invalid value "{written or self._version}"')
        self.seconds = int(written or LONGEST)
        self._waiting: asyncio.Queue[Change | None] = asyncio.Queue()
        self.cut = False

    def end(self) -> None:
        self.cut = True
        self._waiting.put_nowait(None)

    async def send(
        self, request: web.Request, headers: dict[str, str], *, clock: Clock, faults: Faults
    ) -> web.StreamResponse:
        """Answer the request with the stream; returns when it is over."""
        response = web.StreamResponse(headers={"Content-Type": "application/json", **headers})
        stop = self._store.listen(self._waiting.put_nowait)
        timer = asyncio.create_task(self._over(clock), name="end of a watch")
        try:
            first = self._first()
            await response.prepare(request)
            await response.write(b"".join(_line(*each) for each in first))
            if first and first[-1][0] == "ERROR":
                return response
            while (change := await self._waiting.get()) is not None:
                event = self._event(change)
                if faults.frozen:
                    await faults.thawed()
                if event is not None:
                    await response.write(_line(*event))
            if self._bookmarks and not self.cut:
                await response.write(_line("BOOKMARK", self._bookmark(self._store.version)))
        except ConnectionResetError:  # whoever watched has left
            return response
        finally:
            stop()
            timer.cancel()
        if self.cut and request.transport is not None:
            request.transport.close()
            return response
        with suppress(ConnectionResetError):  # whoever watched has left
            await response.write_eof()
        return response

    async def _over(self, clock: Clock) -> None:
        await clock.sleep(self.seconds)
        self._waiting.put_nowait(None)

    def _first(self) -> list[tuple[str, Json]]:
        """What is sent at once: the state, what happened since a version, or that it is forgotten."""
        version = int(self._version or 0)
        if version and version < self._store.compacted:
            message = f"too old resource version: {version} ({self._store.compacted})"
            return [("ERROR", gone(message).status())]
        if version and not self._initial:
            events = [self._event(each) for each in self._store.since(version)]
            return [each for each in events if each is not None]
        found = [each for each in self._store.list(self._resource, self._namespace) if self._selects(each)]
        state: list[tuple[str, Json]] = [("ADDED", each) for each in found]
        if self._initial and self._bookmarks:
            bookmark = self._bookmark(self._store.version)
            bookmark["metadata"]["annotations"] = {INITIAL_END: "true"}
            state.append(("BOOKMARK", bookmark))
        return state

    def _event(self, change: Change) -> tuple[str, Json] | None:
        if change.resource is not self._resource or (self._namespace and change.key[0] != self._namespace):
            return None
        was = change.before is not None and self._selects(change.before)
        now = change.after is not None and self._selects(change.after)
        if now and change.after is not None:
            return ("MODIFIED" if was else "ADDED"), change.after
        if was and change.before is not None:
            metadata = {**change.before["metadata"], "resourceVersion": str(change.version)}
            return "DELETED", {**change.before, "metadata": metadata}
        return None

    def _bookmark(self, version: int) -> Json:
        metadata: Json = {"resourceVersion": str(version), "creationTimestamp": None}
        return {"kind": self._resource.kind, "apiVersion": self._resource.api_version, "metadata": metadata}


def _line(kind: str, found: Json) -> bytes:
    return msgspec.json.encode({"type": kind, "object": found}) + b"\n"
