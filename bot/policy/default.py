"""The built-in default (design §6.5): what holds where no policy file says otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.policy.model import Policy

APPROVALS: Final = 1
"""Votes of another person for a change: nobody changes anything alone."""

DESTRUCTIVE_APPROVALS: Final = 2
"""For deleting, restoring over what exists, draining past a budget, Helm."""

EXPIRES: Final = timedelta(minutes=15)
"""A vote was given for the world as it was; after this time it is another world. Also for what was approved and not
started."""

BACK_WINDOW: Final = timedelta(minutes=30)
"""One vote covers the way back for this long (messages.md rule 5)."""

DEFAULT_POLICY: Final = Policy()
"""No rules of its own: `bot.policy.decisions` fills in the above. On its own it lets nobody confirm a recovery alone:
that takes a rule with `aloneOnCall`, because it lowers what design §6.5 asks of every change. Break-glass is open to
everyone who has the rights, because it is loud and reviewed, and the night must not depend on a second person."""


def approvals_by_default(*, destructive: bool) -> int:
    return DESTRUCTIVE_APPROVALS if destructive else APPROVALS
