"""A tiny, strict stand-in for an API server: it answers what a test foresaw, in order, and records what came."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web
from multidict import CIMultiDictProxy

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass
class ApiServer:
    """Foresee answers with `on`; a request that was not foreseen is answered 501 and remembered as a fault."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    unforeseen: list[str] = field(default_factory=list)
    answers: dict[tuple[str, str], deque[Handler]] = field(default_factory=dict)

    def on(self, method: str, path: str, handler: Handler) -> None:
        self.answers.setdefault((method, path), deque()).append(handler)

    def answer(
        self,
        method: str,
        path: str,
        content: object,
        *,
        status: int = 200,
        headers: list[tuple[str, str]] | None = None,
        content_type: str = "application/json",
    ) -> None:
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)

        async def handler(request: web.Request) -> web.StreamResponse:
            response = web.Response(status=status, body=body, content_type=content_type)
            for name, value in headers or []:
                response.headers.add(name, value)
            return response

        self.on(method, path, handler)

    def refuse(self, method: str, path: str, code: int, reason: str, **details: Any) -> None:
        """A failure in the API server's own form."""
        self.answer(method, path, status_body(code, reason, **details), status=code)

    def stream(self, path: str, *chunks: bytes, cut: bool = False, hold: asyncio.Event | None = None) -> None:
        """An answer that comes in chunks; `cut` breaks the connection after them, `hold` keeps it open until set."""

        async def handler(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "application/json"})
            await response.prepare(request)
            for chunk in chunks:
                await response.write(chunk)
            if hold is not None:
                await hold.wait()
            if cut and request.transport is not None:
                request.transport.abort()
            return response

        self.on("GET", path, handler)

    def cut(self, method: str, path: str) -> None:
        """Take the request and break the connection without an answer."""

        async def handler(request: web.Request) -> web.StreamResponse:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

        self.on(method, path, handler)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.received.append(
            Received(
                method=request.method,
                path=request.raw_path.partition("?")[0],
                query=dict(request.query),
                headers=request.headers,
                body=await request.read(),
            )
        )
        waiting = self.answers.get((request.method, request.raw_path.partition("?")[0]))
        if not waiting:
            self.unforeseen.append(f"{request.method} {request.raw_path}")
            return web.Response(status=501)
        return await waiting.popleft()(request)

    @property
    def sent(self) -> list[str]:
        return [f"{each.method} {each.path}" for each in self.received]

    def check(self) -> None:
        """Nothing else came, and all that was foreseen came."""
        left = [key for key, waiting in self.answers.items() if waiting]
        assert (self.unforeseen, left) == ([], [])


def status_body(code: int, reason: str, message: str = "because", **details: Any) -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message,
        "details": details,
    }


def pod(name: str, version: str = "1", **status: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "resourceVersion": version},
        "spec": {"containers": [{"name": "app", "image": "app:v1"}]},
        "status": status,
    }


def listing(*items: dict[str, Any], version: str = "10", token: str = "") -> dict[str, Any]:
    return {
        "kind": "List",
        "metadata": {"resourceVersion": version} | ({"continue": token} if token else {}),
        "items": list(items),
    }


def event(kind: str, found: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"type": kind, "object": found}) + b"\n"
