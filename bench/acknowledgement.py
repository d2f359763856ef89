"""How much later a delivery is acknowledged because it is stored first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import perf_counter

from bench.figures import Result, at_most, percentile, side
from bench.places import folder, postgresql
from bench.processes import child
from bench.workspaces import connected, environment, workspace
from playground.workspace.server import Workspace

LINE = "/eks rollout status deployment/checkout -n payments"
SIDES = ("nothing stored", "SQLite", "PostgreSQL")
AT_ONCE = 16
PAUSE = 0.01
"""Seconds between two of one person, so that the app is idle again when the next comes."""


async def measure(*, quick: bool, minutes: float) -> Result:
    """Three processes of the same Bolt configuration, asked in turns, so that a machine that drifts does to all."""
    del minutes
    rounds, each = (3, 40) if quick else (20, 100)
    alone: dict[str, list[float]] = {name: [] for name in SIDES}
    crowd: dict[str, list[float]] = {name: [] for name in SIDES}
    async with _apps() as apps:
        for app in apps.values():
            await _one_by_one(app, 50)
        for _ in range(rounds):
            for name, app in apps.items():
                alone[name] += await _one_by_one(app, each)
            for name, app in apps.items():
                crowd[name] += await _at_once(app, each)
    targets = []
    for name in SIDES[1:]:
        added = (percentile(alone[name], 0.5) - percentile(alone[SIDES[0]], 0.5)) * 1e3
        targets.append(at_most(f"added by storing in {name}, p50", added, 1.5))
        targets.append(at_most(f"{name}, {AT_ONCE} at once, p99", percentile(crowd[name], 0.99) * 1e3, 15))
    return Result(
        name="ack",
        how="A slash command over a real socket to Bolt as the bot configures it, until its acknowledgement is back, "
        "with our receive storing it (encrypted, group commit, on the disk) and with the same receive storing nothing.",
        sides=(
            *(side(f"{name}, one at a time", alone[name]) for name in SIDES),
            *(side(f"{name}, {AT_ONCE} at once", crowd[name]) for name in SIDES),
        ),
        targets=tuple(targets),
    )


@asynccontextmanager
async def _apps() -> AsyncIterator[dict[str, Workspace]]:
    """The workspaces of the three apps, by side."""
    async with AsyncExitStack() as stack:
        place = stack.enter_context(folder())
        create = stack.enter_context(postgresql(place))
        addresses = ("", f"sqlite:///{place / 'inbox.db'}", await create("inbox"))
        found = {}
        for name, address in zip(SIDES, addresses, strict=True):
            found[name] = await stack.enter_async_context(workspace(persons=AT_ONCE, places=1))
            log: Path = place / f"{name.split()[0]}.log"
            settings = environment(found[name]) | ({"KAJITORI_DATABASE_URL": address} if address else {})
            await stack.enter_async_context(child(log, "-m", "bench.apps", "receive", environment=settings))
            await connected(found[name])
        yield found


async def _one_by_one(app: Workspace, count: int) -> list[float]:
    found = []
    for _ in range(count):
        found.append(await _acknowledged(app, "p000"))
        await asyncio.sleep(PAUSE)
    return found


async def _at_once(app: Workspace, count: int) -> list[float]:
    """The same number, by people who each send their next as soon as the last is acknowledged."""

    async def person(number: int) -> list[float]:
        return [await _acknowledged(app, f"p{number:03}") for _ in range(max(1, count // AT_ONCE))]

    found = await asyncio.gather(*(person(number) for number in range(AT_ONCE)))
    return [seconds for each in found for seconds in each]


async def _acknowledged(app: Workspace, person: str) -> float:
    began = perf_counter()  # uvloop's own clock counts whole milliseconds
    outcome = await app.command(person, "c0000", LINE)
    took = perf_counter() - began
    if outcome.error or outcome.payload:
        raise RuntimeError(f"not acknowledged: {outcome.error or outcome.payload}")
    return took
