"""Commands a second, sustained: sent at fixed moments whether or not the ones before were answered."""

from __future__ import annotations

import asyncio
from time import perf_counter

from bench.figures import Result, at_least, at_most, percentile, side
from bench.first_reply import LINE
from bench.installation import Installed, Wanted, installed
from bench.workspaces import eyes
from playground.workspace.server import Workspace

PERSONS = 100
RATE = 200.0
LATE = 20.0
"""Seconds after the last command in which answers still count as answers."""


async def measure(*, quick: bool, minutes: float) -> Result:
    """At the wanted rate, and at what the machine can take: half of it, a quarter."""
    seconds = 5.0 if quick else minutes * 60
    sides, notes, best = [], [], 0.0
    p99 = float("inf")
    for rate in (RATE, RATE / 2, RATE / 4, RATE / 8):
        async with installed(Wanted(persons=PERSONS, channels=PERSONS)) as up:
            await send(up.slack, rate=20, seconds=2)
            before, began = up.bot.cpu(), perf_counter()
            times, sent, took = await send(up.slack, rate=rate, seconds=seconds)
            used = up.bot.cpu() - before
            cpu = used / (perf_counter() - began)
            sides.append(side(f"sent at {rate:.0f}/s", times, per_second=len(times) / took, cpu=cpu))
            notes.append(_note(rate, sent, times, up, used))
        if rate == RATE:
            p99 = percentile(times, 0.99) * 1e3
        if len(times) == sent and percentile(times, 0.99) <= 0.25:
            best = rate
            break
    return Result(
        name="commands",
        how=f"`{LINE}` by {PERSONS} people in {PERSONS} channels for {seconds:.0f} s, sent at fixed moments; the time "
        "runs from the moment at which it was due to the answer. SQLite.",
        sides=tuple(sides),
        targets=(
            at_least("commands/s sustained with every answer within 250 ms at p99", best, RATE),
            at_most(f"p99 at {RATE:.0f}/s", p99, 250),
        ),
        notes=tuple(notes),
    )


def _note(rate: float, sent: int, times: list[float], up: Installed, used: float) -> str:
    each = used / max(1, len(times)) * 1e3
    return (
        f"{rate:.0f}/s: {sent} sent, {sent - len(times)} not answered in time; the bot used {each:.1f} ms of processor "
        f"a command and has {up.bot.memory():.0f} MB"
    )


async def send(slack: Workspace, *, rate: float, seconds: float) -> tuple[list[float], int, float]:
    """Times of the answered ones, how many were sent, and seconds from the first to the last answer."""
    async with eyes(slack) as seen, asyncio.TaskGroup() as group:
        waiting = []
        began = perf_counter()
        total = int(rate * seconds)
        for number in range(total):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - perf_counter()))
            person = number % PERSONS
            waiting.append((due, seen.expect(f"C0C{person:04}")))
            group.create_task(slack.command(f"p{person:03}", f"c{person:04}", LINE))
        await asyncio.wait({message for _, message in waiting}, timeout=LATE)
        ends = [(message.result() - due, message.result()) for due, message in waiting if message.done()]
        return [took for took, _ in ends], total, max((at for _, at in ends), default=began) - began
