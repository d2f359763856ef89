"""One-use addresses, at most ten connections, each envelope to one of them, disconnects announced and not."""

from __future__ import annotations

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.workspace.conftest import web_client


async def raw_socket(workspace, session) -> aiohttp.ClientWebSocketResponse:
    app_client = web_client(workspace, session, workspace.app_token)
    return await session.ws_connect((await app_client.apps_connections_open(app_token=workspace.app_token))["url"])


async def test_each_envelope_goes_to_exactly_one_of_two_connections(workspace, client, connect):
    heard = []
    apps = []

    def listen(name: str) -> AsyncApp:
        app = AsyncApp(client=client)

        @app.command("/eks")
        async def eks(ack, command):
            heard.append((name, command["text"]))
            await ack()

        return app

    for name in ("first", "second"):
        apps.append(listen(name))
        await connect(apps[-1])
    for number in range(6):
        assert (await workspace.command("alice", "platform", f"/eks {number}")).acknowledged
    assert workspace.connections == 2
    assert sorted(text for _, text in heard) == ["0", "1", "2", "3", "4", "5"]
    assert {name for name, _ in heard} == {"first", "second"}


async def test_an_address_is_good_for_one_connection(workspace, session):
    app_client = web_client(workspace, session, workspace.app_token)
    url = (await app_client.apps_connections_open(app_token=workspace.app_token))["url"]
    async with session.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": "A0KAJITORI"}
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_an_eleventh_connection_is_turned_away(workspace, session):
    sockets = [await raw_socket(workspace, session) for _ in range(10)]
    for count, socket in enumerate(sockets, start=1):
        assert (await socket.receive_json())["num_connections"] <= 10, count
    eleventh = await raw_socket(workspace, session)
    assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
    assert (await eleventh.receive()).type is aiohttp.WSMsgType.CLOSE
    assert workspace.connections == 10
    for socket in [*sockets, eleventh]:
        await socket.close()


async def test_the_bot_token_opens_no_connection_and_the_app_token_nothing_else(workspace, session, client):
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=workspace.bot_token)
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await web_client(workspace, session, workspace.app_token).auth_test()
    assert workspace.connections == 0


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_told_disconnect_brings_the_real_client_back(workspace, app, connect, reason):
    await connect(app)
    opened = [call for call in workspace.calls if call.method == "apps.connections.open"]
    await workspace.disconnect_sockets(reason)
    await workspace.wait_for(
        lambda: (
            len([c for c in workspace.calls if c.method == "apps.connections.open"]) > len(opened)
            and workspace.connections == 1
        )
    )


async def test_a_cut_connection_loses_what_was_on_it(workspace, session):
    socket = await raw_socket(workspace, session)
    await socket.receive_json()
    await workspace.drop_sockets()
    assert (await socket.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSE)
    await workspace.wait_for(lambda: workspace.connections == 0)
    await socket.close()


async def test_slow_acknowledgement_of_one_envelope_does_not_hold_up_another(workspace, session):
    socket = await raw_socket(workspace, session)
    await socket.receive_json()
    await workspace.message("alice", "payments-prod", "@kajitori one")
    await workspace.message("alice", "payments-prod", "@kajitori two")
    first, second = await socket.receive_json(), await socket.receive_json()
    await socket.send_json({"envelope_id": second["envelope_id"]})
    await workspace.wait_for(lambda: workspace.deliveries[1].attempts)
    assert workspace.deliveries[0].attempts == []
    assert (first["type"], first["retry_attempt"], first["accepts_response_payload"]) == ("events_api", 0, False)
    await socket.close()
