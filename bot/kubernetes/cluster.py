"""One configured cluster, and what one identity can do there: get, list, watch, log, and send a plan's call."""

from __future__ import annotations

import builtins
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar, final

import msgspec

from bot.clock import Clock, SystemTokens, Tokens
from bot.errors import Bug
from bot.kubernetes.decoding import Event, Head, OnlyHead, Unreadable, decode, decode_list, head_of
from bot.kubernetes.errors import ClusterUnavailable, Gone, failure, unreachable
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.names import collection_path, object_path, title_of
from bot.kubernetes.responses import Response
from bot.kubernetes.statuses import parse_status
from bot.kubernetes.transport import NO_QUERY, Transport
from bot.operations.json import JSON
from bot.operations.kinds import POD, Kind
from bot.operations.plan import Call
from bot.operations.reader import LogOptions
from bot.text import Code, text

T = TypeVar("T")

PAGE: Final = 500
"""Objects asked for at once, as kubectl does."""

WATCH_SECONDS: Final = 50
"""How long the API server keeps one watch open: a line that died unnoticed is found after this, and a little more."""

GRACE: Final = 10.0
SILENCE: Final = 60.0
"""Seconds without a line after which a log that is not followed counts as stuck."""


class Version(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the API server says it is."""

    git_version: str = ""
    major: str = ""
    minor: str = ""

    def at_least(self, wanted: tuple[int, int]) -> bool:
        """Whether it is that minor version or a newer one. Providers write `36+` for theirs; unreadable is no."""
        numbers = [each.rstrip("+") for each in (self.major, self.minor)]
        return all(each.isdecimal() for each in numbers) and (int(numbers[0]), int(numbers[1])) >= wanted


@dataclass(frozen=True, kw_only=True)
class WatchEvent(Generic[T]):
    """One change. `object` is `None` for a BOOKMARK, which only moves `head.resource_version` on."""

    type: str
    head: Head
    object: T | None


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One cluster and its open transport."""

    name: str
    transport: Transport
    clock: Clock
    tokens: Tokens = field(default_factory=SystemTokens)

    def as_(self, impersonation: Impersonation | None) -> Client:
        """A client with one identity; `None` is the bot's own, or the kubeconfig's own in a terminal."""
        return Client(cluster=self, impersonation=impersonation)


@final
@dataclass(frozen=True, kw_only=True)
class Client:
    """A cluster seen and touched as one identity. Everything raises `bot.kubernetes.errors` kinds.

    `model` decides what is decoded: a lean struct, or `Object` (`dict`) for whole objects. Names are checked before
    anything is sent (`Refused`).
    """

    cluster: Cluster
    impersonation: Impersonation | None

    async def get(self, kind: Kind, name: str, namespace: str, model: type[T]) -> T:
        """One object."""
        path, title = object_path(kind, namespace, name), title_of(kind, namespace, name)
        return self._decode(await self.request("GET", path, title=title), model, title)

    async def list(
        self, kind: Kind, namespace: str, model: type[T], *, labels: str = "", fields: str = "", limit: int = 0
    ) -> list[T]:
        """All objects, page by page; `limit` 0 means all."""
        found, _ = await self.list_with_version(kind, namespace, model, labels=labels, fields=fields, limit=limit)
        return found

    async def list_with_version(
        self, kind: Kind, namespace: str, model: type[T], *, labels: str = "", fields: str = "", limit: int = 0
    ) -> tuple[builtins.list[T], str]:
        """All objects and the resource version they are of. If a page token expires, once more from the start."""
        path, title = collection_path(kind, namespace), title_of(kind, namespace)
        query = _selectors(labels, fields)
        try:
            return await self._pages(path, query, model, limit=limit, title=title)
        except Gone:
            return await self._pages(path, query, model, limit=limit, title=title)

    async def _pages(
        self, path: str, query: dict[str, str], model: type[T], *, limit: int, title: str
    ) -> tuple[builtins.list[T], str]:
        found: builtins.list[T] = []
        token = ""
        while True:
            size = min(PAGE, limit - len(found)) if limit else PAGE
            asked = {**query, "limit": str(size)} | ({"continue": token} if token else {})
            response = await self.request("GET", path, query=asked, title=title)
            try:
                page = decode_list(response.body, model)
            except Unreadable as error:
                raise self._unreadable(title) from error
            found += page.items or []
            token = page.metadata.continue_
            if not token or (limit and len(found) >= limit):
                return found, page.metadata.resource_version

    async def send(
        self, call: Call, *, body: JSON, query: Mapping[str, str], audit_id: str, timeout: float
    ) -> Response:
        """Send a plan's call once: the only way a change goes out. `body` and `query` are the enveloped ones.

        `timeout` (seconds) is how long to wait for the answer; after it the call may still land. Raises `Bug` for a
        call whose path is not one object's.
        """
        target = call.target
        if call.verb == "create" and not call.subresource:
            if target.kind.namespaced and not target.namespace:
                raise Bug(text("{target} would be created in no namespace.", target=Code(str(target))))
            path = collection_path(target.kind, target.namespace)
        else:
            path = object_path(target.kind, target.namespace, target.name, call.subresource)
        if path != call.path:
            raise Bug(text("{path} is not the path that was approved.", path=Code(ascii(path))))
        return await self.request(
            call.method,
            path,
            query=query,
            body=None if body is None else msgspec.json.encode(body),
            content_type=str(call.content_type),
            audit_id=audit_id,
            timeout=timeout,
            title=str(target),
        )

    async def watch(
        self,
        kind: Kind,
        namespace: str,
        model: type[T],
        *,
        fields: str = "",
        labels: str = "",
        resource_version: str = "",
    ) -> AsyncGenerator[WatchEvent[T], None]:
        """The changes after a resource version, until the API server ends the watch (after about a minute).

        An ERROR event is raised as its own kind (`Gone` when the version is too old). Close it with `aclosing`.
        """
        path, title = collection_path(kind, namespace), title_of(kind, namespace)
        seconds = WATCH_SECONDS + round(10 * self.cluster.tokens.fraction())
        query = _selectors(labels, fields) | {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(seconds),
        }
        if resource_version:
            query["resourceVersion"] = resource_version
        async with self.cluster.transport.stream(
            path, query=query, as_=self.impersonation, overall=seconds + GRACE, title=title
        ) as lines:
            async for line in lines:
                if line:
                    yield self._event(line, model, title)

    def _event(self, line: bytes, model: type[T], title: str) -> WatchEvent[T]:
        try:
            event = decode(line, Event)
            if event.type == "BOOKMARK":
                return WatchEvent(type=event.type, head=decode(event.object, OnlyHead).metadata, object=None)
            if event.type in ("ADDED", "MODIFIED", "DELETED"):
                found = decode(event.object, model)
                return WatchEvent(type=event.type, head=head_of(found), object=found)
        except Unreadable as error:
            raise self._unreadable(title) from error
        if event.type != "ERROR":
            raise self._unreadable(title)
        raise failure(parse_status(0, bytes(event.object)), cluster=self.cluster.name, target=title)

    async def log(self, pod: str, namespace: str, options: LogOptions) -> AsyncGenerator[str, None]:
        """A pod's log, line by line; bytes that are no UTF-8 are replaced. Close it with `aclosing`."""
        path = object_path(POD, namespace, pod, "log")
        idle = None if options.follow else SILENCE
        async with self.cluster.transport.stream(
            path,
            query=_log_query(options),
            as_=self.impersonation,
            idle=idle,
            partial=True,
            title=title_of(POD, namespace, pod),
        ) as lines:
            async for line in lines:
                yield line.decode("utf-8", "replace").removesuffix("\r")

    async def version(self) -> Version:
        """The API server's version: also the cheapest way to see whether it answers."""
        return self._decode(await self.request("GET", "/version"), Version, "/version")

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] = NO_QUERY,
        body: bytes | None = None,
        content_type: str = "application/json",
        audit_id: str = "",
        timeout: float | None = None,
        title: str = "",
    ) -> Response:
        """One request as this identity, for this package's own reads and reviews."""
        return await self.cluster.transport.request(
            method,
            path,
            query=query,
            body=body,
            content_type=content_type,
            as_=self.impersonation,
            audit_id=audit_id,
            timeout=timeout,
            title=title,
        )

    def _decode(self, response: Response, model: type[T], title: str) -> T:
        try:
            return decode(response.body, model)
        except Unreadable as error:
            raise self._unreadable(title) from error

    def _unreadable(self, title: str) -> ClusterUnavailable:
        why = text("Its answer is not what an API server answers.")
        return unreachable(self.cluster.name, target=title, why=why, sent=True)


def _selectors(labels: str, fields: str) -> dict[str, str]:
    return {name: value for name, value in (("labelSelector", labels), ("fieldSelector", fields)) if value}


def _log_query(options: LogOptions) -> dict[str, str]:
    query = {
        "container": options.container,
        "sinceSeconds": str(options.since_seconds or ""),
        "tailLines": str(options.tail or ""),
        "limitBytes": str(options.limit_bytes or ""),
        "previous": "true" if options.previous else "",
        "timestamps": "true" if options.timestamps else "",
        "follow": "true" if options.follow else "",
    }
    return {name: value for name, value in query.items() if value}
