"""A million audit records verified."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import perf_counter

from bench.figures import Result, Side, at_most
from bench.places import KEYRING, folder
from bot.audit.chain import MAC_PURPOSE, START, record_hash, refused_chain
from bot.audit.records import Event, Record, encode
from bot.audit.sealer import seal_waiting
from bot.audit.verification import verify_database
from bot.clock import SystemClock
from bot.operations.json import Object
from bot.store.columns import to_micros
from bot.store.database import Database

ROWS = 1_000_000
CHAIN = 12
"""Records in a chain: as many as a usual request has."""

INSERT = "INSERT INTO audit (chain, position, previous, hash, mac, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)"


async def measure(*, quick: bool, minutes: float) -> Result:
    """Verify a database and, beside it, only read the same rows: what no verification can be faster than."""
    del minutes
    rows = 50_000 if quick else ROWS
    clock = SystemClock()
    with folder() as place:
        address, file = f"sqlite:///{place / 'kajitori.db'}", place / "kajitori.db"
        async with Database.open(address, keyring=KEYRING, clock=clock):
            pass
        _fill(file, rows, clock)
        async with Database.open(address, keyring=KEYRING, clock=clock) as database:
            began = perf_counter()
            await seal_waiting(database)
            sealed = perf_counter() - began
            began = perf_counter()
            report = await verify_database(database)
            took = perf_counter() - began
        reading = _read(file)
    if not report.intact or report.records != rows:
        raise RuntimeError(f"{report.records} records, findings: {[str(each) for each in report.findings]}")
    return Result(
        name="verification",
        how=f"`verify_database` over {rows:,} records in chains of {CHAIN}, sealed by the sealer, in SQLite. The rows "
        "were inserted in bulk, each hashed and authenticated by the same functions as `append` uses.",
        sides=(
            Side(name="verified", count=rows, p50=took * 1e3, per_second=rows / took),
            Side(name="only read, by sqlite3", count=rows, p50=reading * 1e3, per_second=rows / reading),
        ),
        targets=(at_most(f"{ROWS:,} records" + (", extrapolated" if quick else ""), took * ROWS / rows, 10, "s"),),
        notes=(f"sealing them took {sealed:.0f} s ({rows / sealed:,.0f} records/s)",),
    )


def _fill(file: Path, rows: int, clock: SystemClock) -> None:
    def made() -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        hashed = START
        for number in range(rows):
            chain, position = refused_chain(f"command:{number // CHAIN}"), number % CHAIN + 1
            previous = hashed if position > 1 else START
            at = clock.now()
            body = encode(Record(event=Event.REFUSED_COMMAND, at=at, actor="kajitori:alice", detail=DETAIL))
            hashed = record_hash(previous, chain, position, to_micros(at), body)
            mac = KEYRING.mac(MAC_PURPOSE, hashed)
            found.append((chain, position, previous, hashed, mac, body, to_micros(at)))
        return found

    with sqlite3.connect(file) as connection:
        connection.executemany(INSERT, made())


DETAIL: Object = {"command": "rollout undo deployment/checkout -n payments", "cluster": "prod-tokyo", "why": "no right"}


def _read(file: Path) -> float:
    began = perf_counter()
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        for _ in connection.execute("SELECT * FROM audit ORDER BY id"):
            pass
    return perf_counter() - began
