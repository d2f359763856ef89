"""Ten thousand requests that wait: what they cost while nothing happens, and how soon a restarted bot is ready."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

from bench.asking import ask, card_of, until
from bench.figures import Result, Side, at_most
from bench.installation import Wanted, prepare, run_bot
from bench.places import folder
from bench.processes import cores
from bench.workspaces import environment, workspace
from playground.cluster.server import SimulatedCluster

REQUESTS = 10_000
WORDS = "rollout pause {target}"


async def measure(*, quick: bool, minutes: float) -> Result:
    """The same bot with one waiting request and, started again, with ten thousand."""
    del minutes
    count, seconds = (1_000, 5.0) if quick else (REQUESTS, 60.0)
    async with AsyncExitStack() as stack:
        place = stack.enter_context(folder())
        slack = await stack.enter_async_context(workspace(persons=4, places=4))
        cluster = await stack.enter_async_context(SimulatedCluster(seed=1))
        settings = environment(slack) | prepare(place, cluster, Wanted())
        began = perf_counter()
        async with run_bot(place, settings, slack) as bot:
            ready = perf_counter() - began
            await ask(slack, 0, WORDS)
            await until(lambda: card_of(slack, "c0000"))
            await asyncio.sleep(10)
            few = Side(name="1 waits", p50=ready * 1e3, cpu=await cores(bot, seconds), memory=bot.memory())
        await until(lambda: slack.connections == 0)
        _copy(place / "data" / "kajitori.db", count)
        began = perf_counter()
        async with run_bot(place, settings, slack) as bot:
            ready = perf_counter() - began
            await asyncio.sleep(10)
            many = Side(name=f"{count:,} wait", p50=ready * 1e3, cpu=await cores(bot, seconds), memory=bot.memory())
    return Result(
        name="waiting",
        how=f"`kajitori run` on SQLite over {seconds:.0f} s without work (two sockets with their pings, sealer, "
        "outbox, engine, upkeep). The waiting requests are copies of one that was asked for; p50 is the one start, "
        "from the start of the process until Slack counts a connection.",
        sides=(few, many),
        targets=(
            at_most("idle", (many.cpu or 0.0) * 100, 1, "% of a core"),
            at_most("restart until ready", ready, 3, "s"),
        ),
    )


def _copy(file: Path, count: int) -> None:
    """Rows as they are; what is sealed in them belongs to the first one, which nothing looks at while they wait."""
    with sqlite3.connect(file) as connection:
        for table, number in (("requests", "id"), ("plans", "request_id")):
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            values = ", ".join("?" if name == number else name for name in names)
            insert = f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {number} = 1"
            connection.executemany(insert, [(copy,) for copy in range(2, count + 1)])
    connection.close()
