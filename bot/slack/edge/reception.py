"""What becomes of a delivery before it is acknowledged: answered from memory, refused, or stored; nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import msgspec
import structlog

from bot.errors import Refused
from bot.slack import texts
from bot.slack.edge.answers import Accepted, Answer, Receive, Suggestions, Told
from bot.slack.edge.deliveries import Delivery, Kind

LOG: Final = structlog.get_logger("slack")

_DECODER: Final = msgspec.json.Decoder(Delivery)


class Storing(Protocol):
    """The intake of the store. `store` says whether the key is new; cancelled, it has stored nothing.

    Raises `bot.errors.Unavailable` when it cannot be stored now.
    """

    async def store(self, key: str, kind: str, lane: str, body: bytes) -> bool: ...


Suggest = Callable[[Delivery], Suggestions]
"""Options for an external select, from memory (design §3)."""

Validate = Callable[[Delivery], Answer | None]
"""What is wrong with a modal's inputs, from memory; `None` if nothing is."""


def make_receive(intake: Storing, *, suggest: Suggest, validate: Validate) -> Receive:
    """The one `Receive` of the bot. Who the person is, and what they may, is decided when it is worked on."""

    async def receive(delivery: Delivery) -> Answer:
        if delivery.kind is Kind.OPTIONS:
            return suggest(delivery)
        if delivery.kind is Kind.SUBMIT and (answer := validate(delivery)) is not None:
            return answer
        try:
            body = encode_delivery(delivery)
            fresh = await intake.store(delivery.key, delivery.kind, delivery.lane, body)
        except (Refused, UnicodeEncodeError) as error:
            LOG.warning("not_storable", kind=delivery.kind, why=type(error).__name__)
            return Told(message=texts.NOT_READABLE, locale=delivery.locale)
        return Accepted(duplicate=not fresh)

    return receive


def encode_delivery(delivery: Delivery) -> bytes:
    """A delivery as the inbox holds it, to be sealed: it has a response_url in it."""
    return msgspec.json.encode(delivery)


def decode_delivery(body: bytes) -> Delivery:
    """Raises `msgspec.MsgspecError` for what is no delivery."""
    return _DECODER.decode(body)
