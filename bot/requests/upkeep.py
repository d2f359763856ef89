"""What has to be done now and then: forget what is no longer needed against doubles, take up a changed policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Final

import structlog

from bot.audit.chain import append, service_chain
from bot.audit.records import Event, Record
from bot.errors import Refused, Unavailable
from bot.requests.records import MACHINE
from bot.requests.services import Services
from bot.store import inbox, outbox

LOG: Final = structlog.get_logger("upkeep")
SECONDS: Final = 5.0
PURGES: Final = 120
"""Rounds between two purges: ten minutes."""
INBOX_KEPT: Final = timedelta(days=1)
"""How long a delivery's key recognises a repeat; Slack sends the last one after about five minutes."""
OUTBOX_KEPT: Final = timedelta(days=7)


async def keep_up(services: Services) -> None:
    """Do it for ever. What a database that does not answer let nobody do is done in the next round."""
    changed = _watch(services.config.policy)
    recorded = ""
    for rounds in count(1):
        try:
            if changed():
                _reload(services)
            if recorded != services.policy().version:
                recorded = await _record_policy(services)
            if rounds % PURGES == 0:
                async with services.database.transaction() as tx:
                    await inbox.purge(tx, INBOX_KEPT)
                    await outbox.purge(tx, OUTBOX_KEPT)
        except Unavailable as error:
            LOG.warning("store_unavailable", why=str(error))
        await services.clock.sleep(SECONDS)


def _reload(services: Services) -> None:
    """Take up a changed policy file whole; a wrong one changes nothing and is said."""
    try:
        if services.policy.reload():
            LOG.info("policy_loaded", version=services.policy().version)
    except Refused as error:
        LOG.error("policy_refused", why=str(error))


async def _record_policy(services: Services) -> str:
    version = services.policy().version
    record = Record(event=Event.POLICY_LOADED, at=services.clock.now(), actor=MACHINE, detail={"version": version})
    async with services.database.transaction() as tx:
        await append(tx, service_chain(services.owner), record)
    return version


def _watch(path: Path | None) -> Callable[[], bool]:
    """Whether the file has changed since it was asked last; ConfigMaps replace it by a link, so its target counts."""
    seen = _stamp(path)

    def changed() -> bool:
        nonlocal seen
        now = _stamp(path)
        before, seen = seen, now
        return now != before

    return changed


def _stamp(path: Path | None) -> tuple[int, int, int]:
    if path is None:
        return (0, 0, 0)
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)
