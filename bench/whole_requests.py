"""Whole requests a second: asked, planned, rehearsed, approved, sent, followed, ended; and none lost."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg

from bench.asking import approve, ask, card_of
from bench.figures import Result, Side, Target, at_least, at_most
from bench.installation import Installed, Wanted, installed
from bot.store.tables import ENDED_STATES

WORDS = "rollout pause {target}"
"""A change with nothing to wait for: what a cluster takes for a roll-out is not the bot's."""

WANTED = {"SQLite": 30.0, "PostgreSQL": 60.0}
COUNT = "SELECT state, count(*) FROM requests GROUP BY state"
PATIENCE = 300.0
AT_ONCE = 16
"""Commands and presses that are under way; past what can be stored within 1.5 s people are told to try again."""

AGAIN = 20.0
"""Seconds after which what has come to nothing is typed, or pressed, again."""

PERSONS = 41
"""Each asks for some and approves those of the next: one person's deliveries are worked on one after the other."""


async def measure(*, quick: bool, minutes: float) -> Result:
    """Each in a channel of its own, for Slack lets a channel have one message a second."""
    del minutes
    count = 60 if quick else 300
    sides: list[Side] = []
    targets: list[Target] = []
    notes = []
    for database, wanted in WANTED.items():
        async with installed(Wanted(persons=PERSONS, channels=count, deployments=count, database=database)) as up:
            asked, ended, states, used = await _all(up, count, database)
        rate = count / (asked + ended)
        sides += [
            Side(name=f"{database}, asked until the card is there", count=count, per_second=count / asked),
            Side(name=f"{database}, approved until ended", count=count, per_second=count / ended),
            Side(name=f"{database}, whole", count=count, per_second=rate, cpu=used / (asked + ended)),
        ]
        lost = count - states.get("succeeded", 0)
        targets += [
            at_least(f"{database}, whole requests", rate, wanted),
            at_most(f"{database}, lost", lost, 0, ""),
        ]
        notes.append(f"{database}: the bot used {used / count * 1e3:.0f} ms of processor a request; ended as {states}")
    return Result(
        name="requests",
        how=f"`{WORDS}` for {count} Deployments, asked for with sixteen commands under way; when all "
        "cards are there, approved in the same way. Both halves count. Who is told to try again does so.",
        sides=tuple(sides),
        targets=tuple(targets),
        notes=tuple(notes),
    )


async def _all(up: Installed, count: int, database: str) -> tuple[float, float, dict[str, int], float]:
    """Seconds of both halves, how many requests ended in which state, seconds of the bot's processor."""
    before, began = up.bot.cpu(), perf_counter()
    places = asyncio.Semaphore(AT_ONCE)

    async def asked(number: int) -> None:
        async with places:
            await ask(up.slack, number, WORDS, f"p{number % PERSONS:03}")

    async def approved(number: int, card: dict[str, Any]) -> None:
        async with places:
            await approve(up.slack, number, card, f"p{(number + 1) % PERSONS:03}")

    await asyncio.gather(*(asked(number) for number in range(count)))
    cards: dict[int, dict[str, Any]] = {}
    again = perf_counter() + AGAIN
    async with asyncio.timeout(PATIENCE):
        while len(cards) < count:
            await asyncio.sleep(0.1)
            if perf_counter() > again:
                again += AGAIN
                await asyncio.gather(*(asked(number) for number in range(count) if number not in cards))
            found = {number: card_of(up.slack, f"c{number:04}") for number in range(count) if number not in cards}
            cards |= {number: card for number, card in found.items() if card is not None}
    middle = perf_counter()
    await asyncio.gather(*(approved(number, card) for number, card in cards.items()))
    states: dict[str, int] = {}
    again = perf_counter() + AGAIN
    async with asyncio.timeout(PATIENCE):
        while sum(states.get(each, 0) for each in ENDED_STATES) < count:
            await asyncio.sleep(0.1)
            if perf_counter() > again:
                again += AGAIN
                waiting = {number: card_of(up.slack, f"c{number:04}") for number in range(count)}
                await asyncio.gather(*(approved(number, card) for number, card in waiting.items() if card))
            states = await _states(up.place, database)
    return middle - began, perf_counter() - middle, states, up.bot.cpu() - before


async def _states(place: Path, database: str) -> dict[str, int]:
    """Requests by state, read beside the bot."""
    if database == "SQLite":
        with sqlite3.connect(f"file:{place / 'data' / 'kajitori.db'}?mode=ro", uri=True) as connection:
            return dict(connection.execute(COUNT).fetchall())
    socket = next(iter((place / "pg").glob("**/.s.PGSQL.*")), None)
    connection = await asyncpg.connect(
        host=str(socket.parent if socket else place / "pg"), user="postgres", database="kajitori"
    )
    try:
        return {row["state"]: row["count"] for row in await connection.fetch(COUNT)}
    finally:
        await connection.close()
