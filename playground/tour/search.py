"""Whether a text stands anywhere in what the bot keeps: its files as they are, and what came in, decrypted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import load_key, load_settings
from bot.store.inbox import purpose
from bot.store.sealing import Key, Keyring
from playground.glass import rows
from playground.keeping.whole import DATABASE
from playground.workspace.wire import Json

if TYPE_CHECKING:
    from playground.stage import Stage


async def searched(stage: Stage, text: str) -> Json:
    """In how many places was looked, and in how many it was found. What Slack and the clusters keep is theirs."""
    return await asyncio.to_thread(_searched, stage.data, text.encode())


def _searched(data: Path, text: bytes) -> Json:
    keyring = Keyring(Key(load_key(load_settings(data=data, key="", database_url=""))))
    files = [each.read_bytes() for each in sorted((*data.glob(f"{DATABASE}*"), *data.glob("*.log"))) if each.is_file()]
    inbox = [keyring.open(each.body, purpose(each.key)) for each in rows.deliveries(data)]
    places = [*files, *inbox]
    return {"places": len(places), "found": sum(text in each for each in places)}
