"""From the press of Approve to the call in the API server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from bench.asking import Wire, approve, ask, card_of, until
from bench.figures import Result, at_most, percentile, side
from bench.installation import Installed, Wanted, installed

WORDS = "scale {target} --replicas=2"
RATE = 10.0
VOTERS = tuple(f"p{number:03}" for number in range(1, 21))
"""Several, for one person's deliveries are worked on one after the other."""


async def measure(*, quick: bool, minutes: float) -> Result:
    """One by one, then ten a second, on each database."""
    del minutes
    alone, many = (10, 20) if quick else (60, 200)
    sides, targets = [], []
    for database in ("SQLite", "PostgreSQL"):
        wanted = Wanted(persons=len(VOTERS) + 1, channels=alone + many, deployments=alone + many, database=database)
        async with installed(wanted) as up:
            await asyncio.sleep(1)
            single = await one_by_one(up, alone)
            crowd = await at_a_rate(up, range(alone, alone + many))
        sides += [side(f"{database}, one by one", single), side(f"{database}, {RATE:.0f}/s", crowd)]
        targets.append(at_most(f"{database}, one by one, p50", percentile(single, 0.5) * 1e3, 150))
        targets.append(at_most(f"{database}, {RATE:.0f}/s, p99", percentile(crowd, 0.99) * 1e3, 500))
    return Result(
        name="approval",
        how=f"`{WORDS}` is asked for and its card shown; then another person presses Approve (ten "
        "people by turns). Until the changed object "
        "is in the simulated API server's store: vote stored, plan and rights looked at again, intent stored, sent.",
        sides=tuple(sides),
        targets=tuple(targets),
    )


async def one_by_one(up: Installed, count: int) -> list[float]:
    """Seconds, each request asked for after the one before was sent."""
    wire = Wire(up)
    found = []
    for number in range(count):
        await ask(up.slack, number, WORDS)
        card = await until(lambda number=number: card_of(up.slack, f"c{number:04}"))  # type: ignore[misc]
        await asyncio.sleep(0.3)
        began = await approve(up.slack, number, card)
        await until(lambda number=number: f"app-{number}" in wire.at)  # type: ignore[misc]
        found.append(wire.at[f"app-{number}"] - began)
    wire.close()
    return found


async def at_a_rate(up: Installed, numbers: range) -> list[float]:
    """Seconds, all cards there before the first press, and then a press each tenth of a second."""
    wire = Wire(up)
    for number in numbers:
        await ask(up.slack, number, WORDS, VOTERS[-1 - number % (len(VOTERS) // 2)])
    cards = {number: await until(lambda n=number: card_of(up.slack, f"c{n:04}")) for number in numbers}  # type: ignore[misc]
    await asyncio.sleep(1)
    presses: list[Awaitable[float]] = []
    for number in numbers:
        presses.append(
            asyncio.create_task(approve(up.slack, number, cards[number], VOTERS[number % (len(VOTERS) // 2)]))
        )
        await asyncio.sleep(1 / RATE)
    began = dict(zip(numbers, await asyncio.gather(*presses), strict=True))
    await until(lambda: all(f"app-{number}" in wire.at for number in numbers))
    wire.close()
    return [wire.at[f"app-{number}"] - began[number] for number in numbers]
