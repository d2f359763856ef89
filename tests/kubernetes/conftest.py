"""An API server stand-in, a clock that only moves when told, and clients on both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.connection import fixed_connection
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.transport import Transport
from tests.kubernetes.api_server import ApiServer


@dataclass
class FakeClock:
    """Sleeping moves it on and is remembered."""

    moment: datetime = datetime(2026, 11, 24, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


class HalfTokens:
    """Chance that is always in the middle."""

    def hex(self, size: int = 16) -> str:
        return "0" * 2 * size

    def fraction(self) -> float:
        return 0.5


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    found = ApiServer()
    application = web.Application(client_max_size=2**26)
    application.router.add_route("*", "/{path:.*}", found.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()
    found.check()


@pytest.fixture
async def transport(server: ApiServer, clock: FakeClock) -> AsyncIterator[Transport]:
    connection = fixed_connection("blue", server.url, clock=clock, token="secret-token")
    async with Transport(connection, clock=clock, timeout=5.0, largest=100_000, longest_line=10_000) as opened:
        yield opened


@pytest.fixture
def cluster(transport: Transport, clock: FakeClock) -> Cluster:
    return Cluster(name="blue", transport=transport, clock=clock, tokens=HalfTokens())


ALICE = Impersonation("kajitori:alice", ("kajitori:dev", "kajitori:payments", "system:authenticated"))


@pytest.fixture
def client(cluster: Cluster) -> Client:
    return cluster.as_(ALICE)


@pytest.fixture
def bot(cluster: Cluster) -> Client:
    return cluster.as_(None)
