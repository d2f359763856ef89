"""The conditions that a Wait or a Live view may name: pure questions about objects, in kubectl's order of checks.

A family of operations declares its own in its file: `declare_condition(Condition(name="promoted", evaluate=promoted))`.
"""

from __future__ import annotations

from typing import Final

from bot.operations.conditions.deleted import deleted
from bot.operations.conditions.rolled_out import rolled_out
from bot.operations.conditions.scaled import scaled
from bot.operations.progress import Condition

_CONDITIONS: Final[dict[str, Condition]] = {}


def declare_condition(condition: Condition) -> Condition:
    """Make a condition known by its name. Raises `ValueError` for a name that another one has."""
    if _CONDITIONS.setdefault(condition.name, condition) is not condition:
        raise ValueError(f"the condition {condition.name!r} is declared twice")
    return condition


def condition_of(name: str) -> Condition:
    """The condition of this name. Raises `KeyError`."""
    return _CONDITIONS[name]


ROLLED_OUT: Final = declare_condition(Condition(name="rolled-out", evaluate=rolled_out))
SCALED: Final = declare_condition(Condition(name="scaled", evaluate=scaled))
DELETED: Final = declare_condition(Condition(name="deleted", evaluate=deleted, pods=None))

__all__ = ["DELETED", "ROLLED_OUT", "SCALED", "condition_of", "declare_condition"]
