"""What `receive` may answer: each is one way to acknowledge a delivery, or not to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.slack.edge.deliveries import Delivery
from bot.text import Text


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """Stored, or stored before (`duplicate`): acknowledged with nothing to show; a modal closes."""

    duplicate: bool = False


@dataclass(frozen=True, kw_only=True)
class Told:
    """Refused without being stored, nothing was done: the sentence is shown to this person only."""

    message: Text
    locale: str = "en"


@dataclass(frozen=True, kw_only=True)
class FieldErrors:
    """A modal's inputs that cannot be taken, by block id."""

    errors: Mapping[str, Text]
    locale: str = "en"


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """An option list, from memory: labels and values of at most 75 and 150 characters, at most 100 of them."""

    options: tuple[tuple[str, str], ...] = field(default=())


Answer = Accepted | Told | FieldErrors | Suggestions

Receive = Callable[[Delivery], Awaitable[Answer]]
"""Stores a delivery and answers. Raises `bot.errors.Unavailable` when it cannot be stored.

It is cancelled after the recording deadline, and must then leave nothing stored: people are told that nothing was done.
"""
