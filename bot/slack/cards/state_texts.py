"""One word and one sign for each state of a request, the same on cards, in replies and in App Home."""

from __future__ import annotations

from typing import Final

from bot.requests.shown import Shown
from bot.requests.states import State
from bot.text import Text, text

STATE_WORDS: Final[dict[State, Text]] = {
    State.PLANNED: text("being planned"),
    State.WAITING: text("waits for approval"),
    State.APPROVED: text("approved"),
    State.EXECUTING: text("running"),
    State.SUCCEEDED: text("done"),
    State.FAILED: text("failed"),
    State.PARTLY_DONE: text("partly done"),
    State.NEEDS_ATTENTION: text("needs a person"),
    State.REJECTED: text("rejected"),
    State.EXPIRED: text("expired"),
    State.CANCELLED: text("cancelled"),
    State.HALTED: text("halted"),
}

_SIGNS: Final[dict[State, str]] = {
    State.PLANNED: "📝",
    State.APPROVED: "☑️",
    State.EXECUTING: "⏳",
    State.SUCCEEDED: "✅",
    State.FAILED: "❌",
    State.PARTLY_DONE: "⚠️",
    State.NEEDS_ATTENTION: "🆘",
    State.REJECTED: "🚫",
    State.EXPIRED: "⌛",
    State.CANCELLED: "⏹️",
    State.HALTED: "🛑",
}


def sign(shown: Shown) -> str:
    """The sign at the head of a card. A waiting card shows where it would act, a stuck one that it stands still."""
    if shown.state is State.WAITING:
        return "🔴" if shown.production else "🔵"
    if shown.state is State.EXECUTING and shown.progress is not None and shown.progress.stuck is not None:
        return "🟠"
    return _SIGNS[shown.state]
