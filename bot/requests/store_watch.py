"""Does the database take writes? Asked now and then, so that health and log tell it before somebody is refused."""

from __future__ import annotations

from typing import Final

import structlog

from bot.clock import Clock
from bot.observability.health import Health
from bot.store.database import Database
from bot.store.errors import StoreUnavailable
from bot.store.memory import write_proof

LOG: Final = structlog.get_logger("store")
PART: Final = "database"
SECONDS: Final = 5.0


async def watch_store(database: Database, health: Health, clock: Clock) -> None:
    """Do it for ever. Said in the log when it changes, and not each time that it is so."""
    before = "ok"
    while True:
        state = await _state(database)
        if state == "ok":
            health.ready(PART)
        else:
            health.unready(PART, state)
        if state != before:
            log = LOG.info if state == "ok" else LOG.error
            log("store_state", state=state, before=before)
            before = state
        await clock.sleep(SECONDS)


async def _state(database: Database) -> str:
    try:
        async with database.transaction() as tx:
            await write_proof(tx)
    except StoreUnavailable as error:
        return error.state
    return "ok"
