"""Saying one private sentence to whoever clicked, by the response address that came with the click."""

from __future__ import annotations

from typing import Final

import aiohttp
import structlog

from bot.slack.cards.rich import escape
from bot.slack.edge.app import Tell
from bot.slack.edge.deliveries import Delivery

LOG: Final = structlog.get_logger("slack")


def teller(session: aiohttp.ClientSession) -> Tell:
    """A `Tell` over the shared session. A sentence that cannot be said is logged: there is nobody else to tell."""

    async def tell(delivery: Delivery, sentence: str) -> None:
        body = {"response_type": "ephemeral", "replace_original": False, "text": escape(sentence)}
        try:
            async with session.post(delivery.response_url, json=body) as response:
                response.raise_for_status()
        except (aiohttp.ClientError, TimeoutError) as error:
            LOG.warning("not_told", kind=delivery.kind, why=type(error).__name__)

    return tell
