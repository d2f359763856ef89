"""Down, slow, cut, too large, no JSON: one typed error each, in time, and a write is never sent twice."""

from __future__ import annotations

import asyncio
import socket

import pytest
from aiohttp import web

from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.connection import Connection, Credentials, fixed_connection
from bot.kubernetes.errors import ClusterUnavailable, Unauthorized
from bot.kubernetes.transport import Transport
from bot.operations.json import Object
from bot.operations.kinds import POD
from bot.operations.models import Pod
from bot.text import text
from tests.kubernetes.api_server import ApiServer, pod
from tests.kubernetes.conftest import ALICE, FakeClock

PATH = "/api/v1/namespaces/shop/pods/app-1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_cluster_that_is_down(clock: FakeClock) -> None:
    connection = fixed_connection("red", f"http://127.0.0.1:{free_port()}", clock=clock)
    async with Transport(connection, clock=clock) as transport:
        with pytest.raises(ClusterUnavailable) as caught:
            await transport.request("DELETE", PATH, body=b"{}", content_type="application/json")
    assert caught.value.sent is False
    assert str(caught.value.what) == "red does not answer."


async def test_a_name_that_does_not_exist(clock: FakeClock) -> None:
    async with Transport(fixed_connection("red", "http://nowhere.invalid", clock=clock), clock=clock) as transport:
        with pytest.raises(ClusterUnavailable) as caught:
            await transport.request("GET", PATH)
    assert caught.value.sent is False


async def test_tls_where_there_is_none(server: ApiServer, clock: FakeClock) -> None:
    connection = fixed_connection("red", server.url.replace("http://", "https://"), clock=clock)
    async with Transport(connection, clock=clock) as transport:
        with pytest.raises(ClusterUnavailable) as caught:
            await transport.request("GET", PATH)
    assert "TLS" in str(caught.value.why)
    assert server.sent == []


async def test_a_slow_answer_ends_at_the_deadline_and_may_have_landed(server: ApiServer, client: Client) -> None:
    never = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    server.on("PATCH", PATH, slow)
    with pytest.raises(ClusterUnavailable) as caught:
        await client.request("PATCH", PATH, body=b"{}", timeout=0.2)
    assert caught.value.sent is True
    assert "0.2 s" in str(caught.value.why)
    never.set()


async def test_a_slow_cluster_delays_only_itself(server: ApiServer, client: Client, clock: FakeClock) -> None:
    never = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.json_response(pod("app-1"))

    server.on("GET", "/slow", slow)
    server.answer("GET", PATH, pod("app-1"))
    connection = fixed_connection("slow", server.url, clock=clock)
    async with Transport(connection, clock=clock, concurrent=1) as other:
        first = asyncio.create_task(other.request("GET", "/slow", timeout=30))
        await asyncio.sleep(0)
        with pytest.raises(ClusterUnavailable) as caught:
            await other.request("DELETE", PATH, timeout=0.1)
        assert caught.value.sent is False
        await client.get(POD, "app-1", "shop", Object)
        never.set()
        await first
    assert server.sent == ["GET /slow", f"GET {PATH}"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "PATCH"])
async def test_a_write_whose_connection_breaks_is_not_sent_again(
    server: ApiServer, client: Client, method: str
) -> None:
    server.answer("GET", PATH, pod("app-1"))
    server.cut(method, PATH)
    await client.get(POD, "app-1", "shop", Object)  # so that a kept connection is used
    with pytest.raises(ClusterUnavailable) as caught:
        await client.request(method, PATH, body=b"{}")
    assert caught.value.sent is True
    assert server.sent == [f"GET {PATH}", f"{method} {PATH}"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"metadata":{"name":"a"', b"<html>", b"null", b"[]", b'{"metadata":7}', b"\xff"]
)
async def test_an_answer_that_cannot_be_read(server: ApiServer, client: Client, body: bytes) -> None:
    server.answer("GET", PATH, body)
    with pytest.raises(ClusterUnavailable):
        await client.get(POD, "app-1", "shop", Pod)


async def test_an_answer_that_is_cut_off(server: ApiServer, client: Client) -> None:
    server.stream(PATH, b'{"metadata":{}', cut=True)
    with pytest.raises(ClusterUnavailable):
        await client.get(POD, "app-1", "shop", Object)


@pytest.mark.parametrize("declared", [True, False])
async def test_an_answer_that_is_too_large(server: ApiServer, client: Client, declared: bool) -> None:
    if declared:
        server.answer("GET", PATH, b"x" * 200_000)
    else:
        server.stream(PATH, *[b"x" * 20_000] * 10)
    with pytest.raises(ClusterUnavailable) as caught:
        await client.get(POD, "app-1", "shop", Object)
    assert "larger than" in str(caught.value.why)


async def test_a_proxy_of_the_environment_is_not_used(
    server: ApiServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    server.answer("GET", PATH, pod("app-1"))
    assert (await client.get(POD, "app-1", "shop", Pod)).metadata.name == "app-1"


async def test_without_credentials_nothing_is_sent(server: ApiServer, clock: FakeClock) -> None:
    def load() -> Credentials:
        raise Unauthorized(text("no credentials"))

    connection = Connection(name="blue", base_url=server.url, load=load, clock=clock)
    async with Transport(connection, clock=clock) as transport:
        client = Cluster(name="blue", transport=transport, clock=clock).as_(ALICE)
        with pytest.raises(Unauthorized):
            await client.get(POD, "app-1", "shop", Object)
    assert server.sent == []
