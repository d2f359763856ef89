"""One card a request, edited in place: what it shows in each state. Pure; what it shows comes from the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from bot.requests.shown import Shown
from bot.requests.states import State
from bot.slack.cards import ended as card_ended
from bot.slack.cards import running as card_running
from bot.slack.cards import waiting as card_waiting
from bot.slack.cards.limits import Block, fit_message
from bot.slack.cards.parts import notification


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A message's notification line and blocks, within Slack's limits."""

    text: str
    blocks: list[Block]


CARDS: Final[dict[State, Callable[[Shown, str], list[Block]]]] = {
    State.PLANNED: card_waiting.planned,
    State.WAITING: card_waiting.waiting,
    State.APPROVED: card_waiting.approved,
    State.EXECUTING: card_running.running,
    State.SUCCEEDED: card_ended.succeeded,
    State.FAILED: card_ended.failed,
    State.PARTLY_DONE: card_ended.partly_done,
    State.NEEDS_ATTENTION: card_ended.needs_attention,
    State.REJECTED: card_ended.stopped,
    State.EXPIRED: card_ended.stopped,
    State.CANCELLED: card_ended.stopped,
    State.HALTED: card_ended.stopped,
}


def card(shown: Shown, locale: str) -> Card:
    """The request's card as it is now, in a language."""
    line, blocks = fit_message(notification(shown, locale), CARDS[shown.state](shown, locale), locale)
    return Card(text=line, blocks=blocks)
