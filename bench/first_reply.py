"""From a command to the first words of an answer, beside bare Bolt that only echoes what was typed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from time import perf_counter

from bench.acknowledgement import PAUSE
from bench.figures import Result, at_most, percentile, side
from bench.installation import NAMESPACE, Wanted, installed
from bench.processes import child
from bench.workspaces import Eyes, connected, environment, eyes, workspace
from playground.workspace.server import Workspace

LINE = f"/eks rollout status deployment/app-0 --watch=false -n {NAMESPACE}"
ECHO, SQLITE, POSTGRESQL = "bare Bolt's echo", "the bot, SQLite", "the bot, PostgreSQL"


async def measure(*, quick: bool, minutes: float) -> Result:
    """One command at a time, by turns to each of the three."""
    del minutes
    rounds, each = (3, 20) if quick else (20, 50)
    times: dict[str, list[float]] = {ECHO: [], SQLITE: [], POSTGRESQL: []}
    async with AsyncExitStack() as stack:
        workspaces = {}
        for name, database in ((SQLITE, "SQLite"), (POSTGRESQL, "PostgreSQL")):
            up = await stack.enter_async_context(installed(Wanted(database=database)))
            workspaces[name] = up.slack
        bare = workspaces[ECHO] = await stack.enter_async_context(workspace(persons=4, places=4))
        await stack.enter_async_context(
            child(up.place / "echo.log", "-m", "bench.apps", "echo", environment=environment(bare))
        )
        await connected(bare)
        seen = {name: await stack.enter_async_context(eyes(slack)) for name, slack in workspaces.items()}
        for name, slack in workspaces.items():
            await replies(slack, seen[name], 30)
        for _ in range(rounds):
            for name in times:
                times[name] += await replies(workspaces[name], seen[name], each)
    usual = percentile(times[ECHO], 0.5)
    more = {name: (percentile(times[name], 0.5) - usual) * 1e3 for name in (SQLITE, POSTGRESQL)}
    return Result(
        name="reply",
        how=f"`{LINE}` typed by one person, until the first message of the app is in the channel: the bot on the "
        "simulated cluster (stored, worked on as the person, answered from the outbox) and bare Bolt.",
        sides=tuple(side(name, found) for name, found in times.items()),
        targets=tuple(at_most(f"{name}, more than the echo, p50", added, 15) for name, added in more.items()),
    )


async def replies(slack: Workspace, seen: Eyes, count: int) -> list[float]:
    """Seconds to the first message, one command after the other. Raises `RuntimeError` for one that fails."""
    found = []
    for _ in range(count):
        message = seen.expect("C0C0000")
        began = perf_counter()
        outcome = await slack.command("p000", "c0000", LINE)
        if outcome.error:
            raise RuntimeError(f"not acknowledged: {outcome.error}")
        async with asyncio.timeout(10):
            found.append(await message - began)
        await asyncio.sleep(PAUSE)
    return found
