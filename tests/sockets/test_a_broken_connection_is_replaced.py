"""Cut, silent, refused and disabled connections: a new one after a pause, or a stop, and an operator hears of it."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import WSMsgType, web

from bot.slack.edge.sockets import Trouble
from tests.sockets.test_two_connections_are_held_open import opened


async def test_a_cut_connection_is_replaced(workspace, receive, open_sockets):
    sockets = await open_sockets(connections=1, settled=0)
    await sockets.ready()
    await workspace.drop_sockets()
    await workspace.wait_for(lambda: opened(workspace) == 2 and workspace.connections == 1)
    assert (await workspace.command("alice", "platform", "/eks get pods")).acknowledged
    assert [delivery.line for delivery in receive.seen] == ["get pods"]


async def test_connections_that_end_at_once_are_opened_ever_more_slowly(workspace, clock, open_sockets):
    sockets = await open_sockets(connections=1, settled=30)
    await sockets.ready()
    for count, pause in ((1, 0.75), (2, 1.5), (3, 3.0)):
        await workspace.disconnect_sockets("refresh_requested")
        await clock.until_sleeping()
        await clock.advance(pause - 0.01)
        assert opened(workspace) == count
        await clock.advance(0.02)
        await workspace.wait_for(lambda count=count: opened(workspace) == count + 1 and workspace.connections == 1)


async def test_a_disabled_link_stops_everything_and_is_reported(workspace, clock, reports, open_sockets):
    sockets = await open_sockets(connections=1)
    await sockets.ready()
    await workspace.disconnect_sockets("link_disabled")
    await workspace.wait_for(lambda: workspace.connections == 0)
    await sockets.close()
    assert [report.trouble for report in reports] == [Trouble.LINK_DISABLED]
    assert opened(workspace) == 1 and sockets.connections == 0


async def test_too_many_connections_are_reported_and_not_insisted_on(workspace, clock, reports, session, open_sockets):
    others = []
    for _ in range(10):
        url = workspace._sockets.open_connection()["url"]
        others.append(await session.ws_connect(url))
    await workspace.wait_for(lambda: workspace.connections == 10)
    await open_sockets(connections=1)
    await clock.until_sleeping()
    assert [report.trouble for report in reports] == [Trouble.TOO_MANY]
    assert opened(workspace) == 1
    for other in others:
        await other.close()


async def test_connections_of_strangers_are_reported(workspace, clock, reports, session, open_sockets):
    ghost = await session.ws_connect(workspace._sockets.open_connection()["url"])
    await workspace.wait_for(lambda: workspace.connections == 1)
    sockets = await open_sockets(connections=1)
    await sockets.ready()
    assert [(report.trouble, report.ours, report.counted) for report in reports] == [(Trouble.STRANGERS, 1, 2)]
    await ghost.close()


async def test_connections_of_other_replicas_are_no_strangers(workspace, reports, session, open_sockets):
    replica = await session.ws_connect(workspace._sockets.open_connection()["url"])
    await workspace.wait_for(lambda: workspace.connections == 1)
    sockets = await open_sockets(connections=1, others=1)
    await sockets.ready()
    assert reports == []
    await replica.close()


async def test_a_refused_token_is_reported_and_tried_again_later(workspace, clock, reports, open_sockets):
    workspace.faults.error("apps.connections.open", "invalid_auth")
    sockets = await open_sockets(connections=1)
    await clock.until_sleeping()
    assert [(report.trouble, report.why) for report in reports] == [(Trouble.REFUSED, "invalid_auth")]
    await clock.advance(1)
    await sockets.ready()


@pytest.fixture
async def deaf(workspace):
    """A place that takes connections and says what it is told to, or nothing; it never answers a ping."""
    dialled: asyncio.Queue[str] = asyncio.Queue()
    hello: list[bool] = []

    async def open_(request: web.Request) -> web.Response:
        number = dialled.qsize()
        return web.json_response({"ok": True, "url": f"ws://127.0.0.1:{runner.addresses[0][1]}/socket/{number}"})

    async def socket(request: web.Request) -> web.WebSocketResponse:
        opened = web.WebSocketResponse(autoping=False)
        await opened.prepare(request)
        if hello:
            await opened.send_json({"type": "hello", "num_connections": 1})
        dialled.put_nowait(request.path)
        while (await opened.receive()).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR):
            continue
        return opened

    app = web.Application()
    app.router.add_post("/api/apps.connections.open", open_)
    app.router.add_get("/socket/{number}", socket)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/", dialled, hello
    await runner.cleanup()


async def test_without_a_hello_a_new_client_dials_a_new_address(deaf, workspace, clock, reports, open_sockets):
    address, dialled, _ = deaf
    await open_sockets(address, connections=1, hello=0.2, ping=5.0)
    first = await dialled.get()
    await clock.until_sleeping()
    dialled.put_nowait(first)
    assert [report.trouble for report in reports] == [Trouble.NO_HELLO]
    await clock.advance(1)
    assert await dialled.get() == first
    assert await dialled.get() != first


async def test_without_a_pong_a_new_client_is_opened(deaf, clock, open_sockets):
    address, dialled, hello = deaf
    hello.append(True)
    sockets = await open_sockets(address, connections=1, settled=0)
    await sockets.ready()
    await dialled.get()
    async with asyncio.timeout(10):
        await dialled.get()
