"""Each look at what is due goes by an index, so that a year of ended requests costs the next one nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.store import arriving, inbox, leases, messages, outbox, plans, requests, steps, votes
from bot.store.database import Database, Transaction
from tests.databases import SQLite, opened

WHOLE = re.compile(r"SCAN \w+\b(?! USING INDEX)")
"""SQLite's word for a table that is read from its beginning to its end (https://www.sqlite.org/eqp.html)."""


async def _all_looks(tx: Transaction) -> None:
    await inbox.claim(tx, 16, "worker", 5)
    await arriving.waiting(tx)
    await outbox.claim(tx, 16, "sender", 5, busy_channels=["C1"], held_kinds=["home"], crowded=["C2"])
    await outbox.next_due(tx)
    await leases.claim_next(tx, "engine", 5)
    await requests.due_for_expiry(tx)
    await requests.waiting_for(tx, "user:alice")
    await requests.latest_of(tx, "user:alice")
    await requests.under_way(tx)
    await requests.count_open(tx, "user:alice")
    await requests.same_open(tx, "prod", "digest")
    await requests.same_line_waiting(tx, "prod", "shop", "rollout undo deploy/app")
    await requests.last_succeeded(tx, "prod", "shop", "rollout undo deploy/app")
    await requests.all_ways_back_of(tx, [1, 2])
    await requests.load(tx, 1)
    await plans.current_plans(tx, [1, 2])
    await votes.current_votes(tx, [1, 2])
    await steps.current_states(tx, [1, 2])
    await messages.messages_of(tx, ["a", "b"])
    await messages.message_at(tx, "C1", "1.0")


async def _plans(database: Database) -> dict[str, list[str]]:
    asked: dict[str, Any] = {}
    engine = database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: asked.setdefault(sql, values))
    async with database.transaction() as tx:
        await _all_looks(tx)
    async with database.transaction() as tx:
        connection = tx.connection
        return {
            sql: [row[3] for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
            for sql, values in list(asked.items())
        }


async def test_every_look_goes_by_an_index(sqlite: SQLite, tmp_path: Path) -> None:
    async with opened(await sqlite.fresh(tmp_path / "kajitori.db")) as database:
        found = await _plans(database)
    whole = {sql: lines for sql, lines in found.items() if any(WHOLE.search(line) for line in lines)}
    assert whole == {}
    assert len(found) >= 20
