"""The HTTP server over real HTTP: health for probes, the routes it was given, and nothing said about faults."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.clock import SystemClock, SystemTokens
from bot.errors import Unavailable
from bot.observability.health import Health
from bot.web.server import build_web, serve_web


@pytest.fixture
def health() -> Health:
    return Health(SystemClock())


async def broken(request: web.Request) -> web.StreamResponse:
    raise ValueError("the password is hunter2")


async def events(request: web.Request) -> web.StreamResponse:
    return web.Response(text=await request.text())


@pytest.fixture
async def address(health: Health) -> AsyncIterator[str]:
    routes = [web.post("/slack/events", events), web.get("/broken", broken)]
    application = build_web(routes, health=health, tokens=SystemTokens())
    async with serve_web(application, host="127.0.0.1", port=0) as port:
        yield f"http://127.0.0.1:{port}"


async def test_probes_are_answered_with_every_part(address: str, health: Health) -> None:
    health.expect("slack")
    async with aiohttp.ClientSession(trust_env=False) as session:
        async with session.get(f"{address}/healthz") as alive:
            assert (alive.status, await alive.json()) == (200, {"ok": True, "parts": []})
        async with session.get(f"{address}/readyz") as ready:
            assert ready.status == 503
            assert await ready.json() == {
                "ok": False,
                "parts": [{"name": "slack", "ok": False, "state": "starting"}],
            }
        health.ready("slack")
        async with session.get(f"{address}/readyz") as ready:
            assert (ready.status, ready.headers["Cache-Control"]) == (200, "no-store")


async def test_routes_of_others_are_mounted(address: str) -> None:
    async with (
        aiohttp.ClientSession(trust_env=False) as session,
        session.post(f"{address}/slack/events", data="payload") as answer,
    ):
        assert (answer.status, await answer.text()) == (200, "payload")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/", 404), ("POST", "/healthz", 405)])
async def test_anything_else_is_refused(address: str, method: str, path: str, status: int) -> None:
    async with (
        aiohttp.ClientSession(trust_env=False) as session,
        session.request(method, address + path) as answer,
    ):
        assert answer.status == status


async def test_a_fault_is_answered_with_an_id_that_the_log_has_and_nothing_more(address: str) -> None:
    with capture_logs() as logged:
        async with (
            aiohttp.ClientSession(trust_env=False) as session,
            session.get(f"{address}/broken") as answer,
        ):
            told = await answer.json()

    assert answer.status == 500
    assert told == {"error": "internal", "id": logged[0]["id"]}
    assert logged[0]["event"] == "request_failed"


async def test_a_taken_address_is_named(address: str, health: Health) -> None:
    port = int(address.rsplit(":", 1)[1])
    application = build_web(health=health, tokens=SystemTokens())
    with pytest.raises(Unavailable) as caught:
        async with serve_web(application, host="127.0.0.1", port=port):
            raise AssertionError("the address is taken")
    assert f"127.0.0.1:{port}" in str(caught.value)
