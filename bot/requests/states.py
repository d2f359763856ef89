"""The states of a request and the one table of transitions between them. Anything else is refused.

planned ─► waiting ─► approved ─► executing ─► succeeded | failed | partly_done | needs_attention
              │          │            └─► waiting (the world moved before anything took effect)
              │          └─► succeeded | failed (it was so already, or became impossible, before anything was sent)
              └──────────┴─► rejected · expired · cancelled · halted
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from bot.errors import Bug
from bot.text import text


class State(StrEnum):
    """Where a request is in its life (design §2)."""

    PLANNED = "planned"
    WAITING = "waiting"
    APPROVED = "approved"
    EXECUTING = "executing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PARTLY_DONE = "partly_done"
    NEEDS_ATTENTION = "needs_attention"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    HALTED = "halted"


TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.PLANNED: frozenset({State.WAITING, State.APPROVED, State.SUCCEEDED, State.REJECTED}),
    State.WAITING: frozenset(
        {
            State.WAITING,
            State.APPROVED,
            State.SUCCEEDED,
            State.REJECTED,
            State.EXPIRED,
            State.CANCELLED,
            State.HALTED,
        }
    ),
    State.APPROVED: frozenset(
        {
            State.EXECUTING,
            State.WAITING,
            State.SUCCEEDED,
            State.FAILED,
            State.REJECTED,
            State.EXPIRED,
            State.CANCELLED,
            State.HALTED,
        }
    ),
    State.EXECUTING: frozenset(
        {
            State.SUCCEEDED,
            State.FAILED,
            State.PARTLY_DONE,
            State.NEEDS_ATTENTION,
            State.WAITING,
            State.CANCELLED,
            State.HALTED,
            State.REJECTED,
        }
    ),
    State.NEEDS_ATTENTION: frozenset({State.EXECUTING, State.SUCCEEDED, State.FAILED, State.PARTLY_DONE}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.PARTLY_DONE: frozenset(),
    State.REJECTED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
    State.HALTED: frozenset(),
}

OPEN: Final = frozenset({State.PLANNED, State.WAITING, State.APPROVED, State.EXECUTING, State.NEEDS_ATTENTION})
ENDED: Final = frozenset(State) - OPEN


def check_transition(before: State, after: State) -> None:
    """Raise `Bug` unless the table allows it: callers decide what people may ask, this keeps us honest."""
    if after not in TRANSITIONS[before]:
        raise Bug(text("A request cannot go from {before} to {after}.", before=before.value, after=after.value))
