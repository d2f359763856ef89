"""A request that is given up leaves no connection behind, even where the server never answers a TLS goodbye."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.kubernetes.connection import Connection, Credentials
from bot.kubernetes.errors import ClusterUnavailable
from bot.kubernetes.transport import Transport
from tests.controlplane.keys import Authority
from tests.kubernetes.conftest import FakeClock

LONG = 10
"""Seconds, of which none pass where it works; asyncio would wait 30 for the goodbye."""


class Deaf:
    """Takes one TLS connection and reads one request; then it hears only whether the connection is closed."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.asked = threading.Event()
        self.left = threading.Event()

    def serve(self) -> None:
        with self._listening:
            self._listening.settimeout(LONG)
            taken, _ = self._listening.accept()
        secured = self._context.wrap_socket(taken, server_side=True)
        secured.recv(2**16)
        with socket.socket(fileno=secured.detach()) as plain:
            plain.settimeout(LONG)
            self.asked.set()
            try:
                while plain.recv(2**16):
                    pass
            except ConnectionResetError:
                pass
            except TimeoutError:
                return
        self.left.set()


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[Deaf]:
    server = Deaf(context)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        thread.join()


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_of_a_request_that_was_given_up(tmp_path: Path, clock: FakeClock, method: str) -> None:
    authority = Authority(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.server("server"))
    trusting = ssl.create_default_context(cafile=str(authority.file))
    with serving(context) as server:
        connection = Connection(
            name="red",
            base_url=f"https://127.0.0.1:{server.port}",
            load=lambda: Credentials(headers={}, ssl=trusting),
            clock=clock,
        )
        async with Transport(connection, clock=clock) as transport:
            with pytest.raises(ClusterUnavailable):
                await transport.request(method, "/api", timeout=0.5)
        assert server.asked.is_set()
        assert await asyncio.to_thread(server.left.wait, LONG)
