"""Whatever the connection does in between: every state shown existed, none is shown twice in a row, the last is true.

A small API server with a history plays one random life after another: watches that end early, break inside a line,
answer 410 as a status or as an event, lists that fail, bookmarks in between.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web

from bot.kubernetes.cluster import Cluster
from bot.kubernetes.connection import fixed_connection
from bot.kubernetes.transport import Transport
from bot.kubernetes.watches import follow
from bot.operations.kinds import POD
from bot.operations.models import Pod
from tests.kubernetes.api_server import event, listing, pod, status_body
from tests.kubernetes.conftest import ALICE, FakeClock, HalfTokens

State = dict[str, str]
"""Name to version."""


class History:
    """Objects that come, change and go, one version a step; what is older than `oldest` is forgotten at times."""

    def __init__(self, chance: random.Random, steps: int) -> None:
        self.chance = chance
        self.states: list[State] = [{}]
        self.events: list[bytes] = [b""]
        for version in range(1, steps + 1):
            state = dict(self.states[-1])
            name = chance.choice("abcd")
            kind = "ADDED" if name not in state else chance.choice(["MODIFIED", "DELETED"])
            state[name] = str(version)
            if kind == "DELETED":
                del state[name]
            self.states.append(state)
            self.events.append(event(kind, pod(name, str(version))))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if self.chance.random() < 0.15:
            code = self.chance.choice([429, 500, 503, 401])
            return web.json_response(status_body(code, "x"), status=code)
        if "watch" not in request.query:
            at = self.chance.randrange(len(self.states)) if self.chance.random() < 0.3 else len(self.states) // 2
            return web.json_response(listing(*self.items(at), version=str(at)))
        return await self.watch(request, int(request.query["resourceVersion"]))

    def items(self, at: int) -> list[dict[str, Any]]:
        return [pod(name, version) for name, version in self.states[at].items()]

    async def watch(self, request: web.Request, at: int) -> web.StreamResponse:
        if self.chance.random() < 0.1:
            return web.json_response(status_body(410, "Expired"), status=410)
        response = web.StreamResponse()
        await response.prepare(request)
        upto = min(len(self.events) - 1, at + self.chance.randrange(6))
        for version in range(at + 1, upto + 1):
            await response.write(self.events[version])
            if self.chance.random() < 0.2:
                bookmark = {"kind": "Pod", "metadata": {"resourceVersion": str(version)}}
                await response.write(event("BOOKMARK", bookmark))
        ending = self.chance.random()
        if ending < 0.1:
            await response.write(event("ERROR", status_body(410, "Expired")))
        elif ending < 0.3 and upto + 1 < len(self.events):
            await response.write(self.events[upto + 1][: self.chance.randrange(1, 60)])
            if ending < 0.2 and request.transport is not None:
                request.transport.abort()
        return response


@pytest.fixture
async def served(request: pytest.FixtureRequest, clock: FakeClock) -> AsyncIterator[tuple[History, Cluster]]:
    history = History(random.Random(request.param), steps=30)
    application = web.Application()
    application.router.add_get("/{path:.*}", history.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    connection = fixed_connection("blue", f"http://127.0.0.1:{runner.addresses[0][1]}", clock=clock)
    async with Transport(connection, clock=clock) as transport:
        yield history, Cluster(name="blue", transport=transport, clock=clock, tokens=HalfTokens())
    await runner.cleanup()


@pytest.mark.parametrize("served", range(40), indirect=True)
async def test_through_any_life_of_the_connection(served: tuple[History, Cluster]) -> None:
    history, cluster = served
    shown: list[State] = []
    async with aclosing(follow(cluster.as_(ALICE), POD, "shop", Pod)) as snapshots:
        async for snapshot in snapshots:
            shown.append({name: each.metadata.resource_version for name, each in snapshot.items()})
            if shown[-1] == history.states[-1]:
                break
    assert all(state in history.states for state in shown)
    assert all(one != other for one, other in pairwise(shown))
    assert shown[-1] == history.states[-1]
