"""Forged HTTP requests leave a trace, bounded, because whoever forges one can forge a million."""

from __future__ import annotations

from typing import Final

import structlog

from bot.audit.records import Event
from bot.errors import Unavailable
from bot.requests.records import record_refused
from bot.requests.services import Services
from bot.slack.edge.http_mode import Forgery, OnForgery
from bot.slack.edge.throttle import Throttle

LOG: Final = structlog.get_logger("slack")
PER_MINUTE: Final = 10
"""Forgeries of one address that are recorded in a minute; all are logged."""


def recorder(services: Services) -> OnForgery:
    """Logs each, records the first few of each address."""
    throttle = Throttle(clock=services.clock, limit=PER_MINUTE)

    async def on_forgery(forgery: Forgery) -> None:
        LOG.warning("forged", why=forgery.why, remote=forgery.remote, size=forgery.size)
        if not throttle.admits(forgery.remote):
            return
        try:
            async with services.database.transaction() as tx:
                await record_refused(
                    tx,
                    services,
                    f"forgery:{services.tokens.hex(8)}",
                    Event.REFUSED_FORGERY,
                    actor=forgery.remote,
                    why=forgery.why,
                    path=forgery.path,
                    size=forgery.size,
                )
        except Unavailable as error:
            LOG.error("forgery_not_recorded", why=str(error))

    return on_forgery
