"""A plain client of the control plane for tests: it shares no code with the bot, which is what it is to judge."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, final
from urllib.parse import urlencode

import urllib3

Object = dict[str, Any]

WAIT = 30
"""Seconds a condition may take to become true; nearly all do within one."""
ENDS_A_WATCH: Final = (410, 429, 500, 504)
"""It is too old, or the server too busy: what a client lists again for."""


@final
class ApiError(Exception):
    """An answer other than 2xx, as the server worded it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


@final
@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: the body is an object, or text where the server sends no JSON (logs)."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Object:
        parsed: Object = json.loads(self.text)
        return parsed


@final
@dataclass(frozen=True, kw_only=True)
class Api:
    """Requests as one user. `headers` go with each: `Impersonate-User` and the like.

    `ask` sends once. Everything else waits and asks again where the server is too busy to look (429), as it is while a
    definition's storage is made: what it refuses like this it has not done.
    """

    url: str
    authority: Path
    token: str
    headers: tuple[tuple[str, str], ...] = ()
    _pool: urllib3.PoolManager = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pool = urllib3.PoolManager(ca_certs=str(self.authority), retries=False, timeout=WAIT, maxsize=8)
        object.__setattr__(self, "_pool", pool)

    def impersonating(self, user: str, *groups: str) -> Api:
        """The same connection as somebody else, each group in a header of its own."""
        headers = (("Impersonate-User", user), *(("Impersonate-Group", group) for group in groups))
        return Api(url=self.url, authority=self.authority, token=self.token, headers=headers)

    def close(self) -> None:
        self._pool.clear()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str | int] | None = None,
        content_type: str = "application/json",
        audit_id: str = "",
    ) -> Answer:
        """One request and its answer, whatever that is."""
        extra = {"Content-Type": content_type} if body is not None else {}
        if audit_id:
            extra["Audit-ID"] = audit_id
        sent = None if body is None else json.dumps(body).encode()
        response = self._pool.request(method, self._address(path, query), body=sent, headers=self._headers(extra))
        return Answer(status=response.status, headers=response.headers, text=response.data.decode())

    def do(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str | int] | None = None,
        content_type: str = "application/json",
    ) -> Object:
        """The object that a request gives. Raises `ApiError`."""
        deadline = time.monotonic() + WAIT
        answer = self.ask(method, path, body, query=query, content_type=content_type)
        while _too_busy(answer) and time.monotonic() < deadline:
            time.sleep(float(answer.headers.get("Retry-After", 1)))
            answer = self.ask(method, path, body, query=query, content_type=content_type)
        if answer.status >= 300:
            raise ApiError(answer.status, answer.text)
        return answer.body

    def get(self, path: str) -> Object:
        return self.do("GET", path)

    def items(self, path: str, *, labels: str = "") -> list[Object]:
        """The objects of a collection, optionally those with labels."""
        found = self.do("GET", path, query={"labelSelector": labels} if labels else None)["items"]
        assert isinstance(found, list)
        return found

    def create(self, path: str, body: Object) -> Object:
        return self.do("POST", path, body)

    def merge(self, path: str, body: Object) -> Object:
        """A merge patch."""
        return self.do("PATCH", path, body, content_type="application/merge-patch+json")

    def delete(self, path: str, **options: object) -> Object:
        return self.do("DELETE", path, options or None)

    def wait(self, path: str, met: Callable[[Object], bool], *, seconds: int = WAIT) -> Object:
        """The object at `path` as soon as it meets a condition; it need not exist yet.

        Raises `TimeoutError` with the object as it last was.
        """
        last: Object | None = None
        for last in self._states(path, seconds=seconds):
            if last is not None and met(last):
                return last
        shown = {key: value for key, value in (last or {}).items() if key != "metadata"}
        raise TimeoutError(f"{path} did not come to what was waited for in {seconds} s: {json.dumps(shown)}")

    def wait_gone(self, path: str, *, seconds: int = WAIT) -> None:
        """Returns when nothing is at `path`. Raises `TimeoutError`."""
        if not any(state is None for state in self._states(path, seconds=seconds)):
            raise TimeoutError(f"{path} is still there after {seconds} s.")

    def _states(self, path: str, *, seconds: int) -> Iterator[Object | None]:
        """The object as it is and each time it changes, `None` where there is none, until the time is over.

        A server may end a watch before that, and does when it is busy: it is listed and watched anew then.
        """
        collection, _, name = path.rpartition("/")
        query: dict[str, str | int] = {"fieldSelector": f"metadata.name={name}"}
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            listed = self.do("GET", collection, query=query)
            yield next(iter(listed["items"]), None)
            version, timeout = listed["metadata"]["resourceVersion"], max(1, round(left))
            watching = query | {"watch": "true", "resourceVersion": version, "timeoutSeconds": timeout}
            try:
                for event in self.watch(collection, watching, seconds=timeout):
                    yield None if event["type"] == "DELETED" else event["object"]
            except ApiError as error:
                if error.status not in ENDS_A_WATCH:
                    raise
                time.sleep(0.2)  # a server that was too busy to watch is not asked again at once

    def watch(self, path: str, query: Mapping[str, str | int], *, seconds: int) -> Iterator[Object]:
        """Events as they come, until the server ends them. Raises `ApiError`."""
        response = self._pool.request(
            "GET",
            self._address(path, query),
            headers=self._headers({}),
            preload_content=False,
            timeout=urllib3.Timeout(connect=WAIT, read=seconds + 5),
        )
        with closing(response):
            if response.status >= 300:
                raise ApiError(response.status, response.data.decode())
            rest = b""
            for chunk in response.stream(2**16):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    event: Object = json.loads(line)
                    if event["type"] == "ERROR":
                        raise ApiError(event["object"]["code"], event["object"]["message"])
                    yield event

    def _address(self, path: str, query: Mapping[str, str | int] | None) -> str:
        return f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")

    def _headers(self, extra: Mapping[str, str]) -> urllib3.HTTPHeaderDict:
        headers = urllib3.HTTPHeaderDict({"Authorization": f"Bearer {self.token}", **extra})
        for name, value in self.headers:
            headers.add(name, value)
        return headers


def _too_busy(answer: Answer) -> bool:
    return answer.status == 429 and "Retry-After" in answer.headers
