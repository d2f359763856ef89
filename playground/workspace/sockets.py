"""Socket Mode: one-use addresses, at most ten connections, each envelope to exactly one of them."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import final

from aiohttp import WSMsgType, web

from playground.workspace.feed import Feed
from playground.workspace.people import APP
from playground.workspace.wire import Json

MOST_CONNECTIONS = 10
_HOST = "applink-playground"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What came back for one attempt; `error` is empty when it was acknowledged."""

    payload: Json | None = None
    error: str = ""
    retry: bool = True


@dataclass(kw_only=True)
class Connection:
    """One open socket and the envelopes that it has not acknowledged; a `warned` one gets no more."""

    socket: web.WebSocketResponse
    request: web.Request
    warned: bool = False
    waiting: dict[str, asyncio.Future[Receipt]] = field(default_factory=dict)


@final
class Sockets:
    """All connections of the app. `connections` counts the open ones."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._tickets: set[str] = set()
        self._open: list[Connection] = []
        self._turn = 0
        self.address = ""

    @property
    def connections(self) -> int:
        return len(self._open)

    def open_connection(self) -> Json:
        """The answer of apps.connections.open."""
        ticket = secrets.token_urlsafe(18)
        self._tickets.add(ticket)
        return {"url": f"{self.address}/socket/{ticket}"}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "ticket used or unknown"}, status=404)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self._open) >= MOST_CONNECTIONS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        await self._serve(Connection(socket=socket, request=request))
        return socket

    async def _serve(self, connection: Connection) -> None:
        self._open.append(connection)
        try:
            await connection.socket.send_json(self._hello())
            self._feed.tell("connection", audience=frozenset(), connections=len(self._open))
            async for frame in connection.socket:
                if frame.type is WSMsgType.TEXT:
                    _acknowledge(connection, frame.data)
        except ConnectionError:
            await connection.socket.close()
        finally:
            self._open.remove(connection)
            for waiting in connection.waiting.values():
                if not waiting.done():
                    waiting.set_result(Receipt(error="connection_closed"))
            self._feed.tell("connection", audience=frozenset(), connections=len(self._open))

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {"host": _HOST, "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP},
        }

    async def send(self, envelope: Json) -> Receipt:
        """Give the envelope to one connection and wait, without limit, for its acknowledgement."""
        usable = [connection for connection in self._open if not connection.warned] or self._open
        if not usable:
            return Receipt(error="no_connection")
        self._turn += 1
        connection = usable[self._turn % len(usable)]
        answered: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = answered
        try:
            await connection.socket.send_json(envelope)
            return await answered
        except ConnectionError:
            return Receipt(error="connection_closed")
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    async def disconnect(self, reason: str) -> None:
        """Tell all connections to go; after `warning` they stay open, as Slack leaves about ten seconds."""
        for connection in list(self._open):
            connection.warned = True
            await connection.socket.send_json(_disconnect(reason))
            if reason != "warning":
                await connection.socket.close()

    def drop(self) -> None:
        """Cut the TCP connections, without a close frame."""
        for connection in self._open:
            if connection.request.transport is not None:
                connection.request.transport.abort()

    async def close(self) -> None:
        for connection in list(self._open):
            await connection.socket.close()


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}}


def _acknowledge(connection: Connection, data: str) -> None:
    frame = json.loads(data)
    answered = connection.waiting.get(frame.get("envelope_id", ""))
    if answered is not None and not answered.done():
        answered.set_result(Receipt(payload=frame.get("payload")))
