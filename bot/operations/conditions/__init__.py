"""The conditions that a Wait or a Live view may name: pure questions about objects, in kubectl's order of checks."""

from __future__ import annotations

from typing import Final

from bot.operations.conditions.deleted import deleted
from bot.operations.conditions.rolled_out import rolled_out
from bot.operations.conditions.scaled import scaled
from bot.operations.progress import Condition

CONDITIONS: Final[dict[str, Condition]] = {
    each.name: each
    for each in (
        Condition(name="rolled-out", evaluate=rolled_out),
        Condition(name="scaled", evaluate=scaled),
        Condition(name="deleted", evaluate=deleted, pods=False),
    )
}

__all__ = ["CONDITIONS"]
