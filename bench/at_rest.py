"""Memory of the bot that waits, with three clusters, and how long it takes to be there."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from time import perf_counter

from bench.figures import Result, Side, at_most, percentile
from bench.installation import NAMESPACE, Wanted, prepare, run_bot
from bench.places import folder
from bench.processes import child
from bench.workspaces import environment, workspace
from playground.cluster.server import SimulatedCluster

IMPORTS = "import bot.app, bot.terminal.run"
HOLD = "; import sys; sys.stdout.write('up\\n'); sys.stdout.flush(); sys.stdin.read(); __import__('time').sleep(60)"


async def measure(*, quick: bool, minutes: float) -> Result:
    """The bot after a while of nothing, beside a process that has only imported it, and one that imports Bolt."""
    del minutes
    rounds = 2 if quick else 5
    memory: dict[str, list[float]] = {"the bot at rest": []}
    took: dict[str, list[float]] = {"the bot at rest": []}
    for _ in range(rounds):
        seconds, resident = await _bot(2 if quick else 20)
        took["the bot at rest"].append(seconds)
        memory["the bot at rest"].append(resident)
        for name, line in (("only imported", IMPORTS), ("only Bolt imported", "import slack_bolt.async_app")):
            seconds, resident = await _imported(line)
            took.setdefault(name, []).append(seconds)
            memory.setdefault(name, []).append(resident)
    sides = tuple(
        Side(
            name=name,
            count=rounds,
            p50=percentile(took[name], 0.5) * 1e3,
            p99=max(took[name]) * 1e3,
            memory=percentile(memory[name], 0.5),
        )
        for name in memory
    )
    return Result(
        name="memory",
        how="`kajitori run` with three (simulated) clusters, two sockets and SQLite, after twenty seconds without "
        "work; resident memory. Times: from the start of the process until Slack counts a connection, or has imported.",
        sides=sides,
        targets=(at_most("at rest, three clusters", percentile(memory["the bot at rest"], 0.5), 200, "MB"),),
    )


async def _bot(rest: float) -> tuple[float, float]:
    async with AsyncExitStack() as stack:
        place = stack.enter_context(folder())
        slack = await stack.enter_async_context(workspace(persons=4, places=4))
        cluster = await stack.enter_async_context(SimulatedCluster(seed=1))
        settings = environment(slack) | prepare(place, cluster, Wanted(clusters=3, deployments=20))
        began = perf_counter()
        bot = await stack.enter_async_context(run_bot(place, settings, slack))
        seconds = perf_counter() - began
        for number in range(3):
            await slack.command("p000", "c0000", f"/eks get pods -n {NAMESPACE} --context=cluster-{number}")
        await asyncio.sleep(rest)
        return seconds, bot.memory()


async def _imported(line: str) -> tuple[float, float]:
    with folder() as place:
        began = perf_counter()
        async with child(place / "log", "-c", line + HOLD) as process:
            await process.line()
            return perf_counter() - began, process.memory()
