"""Who brought a delivery, and with which words: the workspace remembers what it sent, the bot only the key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from playground.workspace.deliveries import Delivery

NAMED_BY: Final = {"command": "trigger_id", "shortcut": "trigger_id", "event": "event_id"}
"""The field of a payload that is the rest of the bot's key; the keys of presses and submissions end with a person."""


class Sender(msgspec.Struct, frozen=True):
    """`user` is None where nobody remembers, as after a restart."""

    user: str | None = None
    words: str = ""


def sender_of(deliveries: Sequence[Delivery], key: str) -> Sender:
    kind, _, rest = key.partition(":")
    if kind not in NAMED_BY:
        return Sender(user=next((each for each in rest.split(":") if each.startswith("U")), None))
    field = NAMED_BY[kind]
    payload = next((each.payload for each in reversed(deliveries) if each.payload.get(field) == rest), {})
    inside = payload.get("event") or payload
    user = payload.get("user_id") or inside.get("user")
    return Sender(user=user.get("id") if isinstance(user, dict) else user, words=str(inside.get("text") or "").strip())
