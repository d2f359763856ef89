"""Two connections, opened and refreshed apart; what comes on any of them is acknowledged with what was answered."""

from __future__ import annotations

import asyncio

from bot.slack.edge.answers import Told
from bot.text import text


def opened(workspace) -> int:
    return sum(call.method == "apps.connections.open" for call in workspace.calls)


async def both(workspace, clock, sockets) -> None:
    await sockets.ready()
    await clock.until_sleeping()
    await clock.advance(20)
    await workspace.wait_for(lambda: workspace.connections == 2)


async def test_the_second_opens_later_than_the_first(workspace, clock, open_sockets):
    sockets = await open_sockets()
    await sockets.ready()
    await clock.until_sleeping()
    assert workspace.connections == opened(workspace) == 1
    await clock.advance(19)
    assert opened(workspace) == 1
    await clock.advance(1)
    await workspace.wait_for(lambda: workspace.connections == 2)
    assert opened(workspace) == 2


async def test_each_delivery_is_acknowledged_with_what_was_answered(workspace, clock, receive, open_sockets):
    await both(workspace, clock, await open_sockets())
    receive.answers = [Told(message=text("Nothing was done."))]
    told = await workspace.command("alice", "platform", "/eks get pods")
    taken = await workspace.command("bob", "platform", "/eks get nodes")
    assert told.payload == {"response_type": "ephemeral", "text": "Nothing was done."}
    assert taken.acknowledged and taken.payload is None
    assert [delivery.line for delivery in receive.seen] == ["get pods", "get nodes"]


async def test_an_event_that_could_not_be_stored_is_not_acknowledged_and_comes_again(
    workspace, clock, receive, open_sockets
):
    await both(workspace, clock, await open_sockets())
    receive.broken = True
    await workspace.message("alice", "platform", "@kajitori get pods")
    await receive.changed.wait()
    receive.broken = False
    await clock.advance(3)
    await workspace.wait_for(lambda: len(workspace.deliveries[0].attempts) == 2)
    assert [attempt.error for attempt in workspace.deliveries[0].attempts] == ["timeout", ""]
    assert len({delivery.key for delivery in receive.seen}) == 1


async def test_an_announced_end_is_followed_by_the_next_connection_before_the_old_one_closes(
    workspace, clock, receive, open_sockets
):
    sockets = await open_sockets(connections=1, settled=0)
    await sockets.ready()
    receive.gate = asyncio.Event()
    typed = asyncio.create_task(workspace.command("alice", "platform", "/eks get pods"))
    await receive.changed.wait()
    await workspace.disconnect_sockets("warning")
    await workspace.wait_for(lambda: workspace.connections == 2)
    receive.gate.set()
    assert (await typed).acknowledged
    await workspace.wait_for(lambda: workspace.connections == 1)
    assert opened(workspace) == 2


async def test_many_disconnect_frames_lead_to_one_new_connection(workspace, clock, open_sockets):
    sockets = await open_sockets(connections=1, settled=0)
    await sockets.ready()
    for reason in ("warning", "warning", "refresh_requested"):
        await workspace.disconnect_sockets(reason)
    await workspace.wait_for(lambda: opened(workspace) == 2 and workspace.connections == 1)
    await workspace.command("alice", "platform", "/eks one")
    assert opened(workspace) == 2


async def test_what_is_being_received_at_the_end_is_acknowledged_first(workspace, receive, open_sockets):
    sockets = await open_sockets(connections=1)
    await sockets.ready()
    receive.gate = asyncio.Event()
    typed = asyncio.create_task(workspace.command("alice", "platform", "/eks get pods"))
    await receive.changed.wait()
    closing = asyncio.create_task(sockets.close())
    await asyncio.sleep(0)
    receive.gate.set()
    await closing
    assert (await typed).acknowledged
    await workspace.wait_for(lambda: workspace.connections == 0)
    assert (await workspace.command("alice", "platform", "/eks get pods")).error == "dispatch_failed"
