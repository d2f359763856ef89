"""The command line for what is left of a change that took effect in part (design §6).

The line that was typed is none: after `rollout undo deploy/a deploy/b` of which only `a` was done it would take `a` to
the bad revision again, and after a restart it would restart it twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.commandline.line import line_of
from bot.commandline.shape import shape_of
from bot.operations.operation import Operation
from bot.operations.plan import Call, Plan
from bot.requests.engine.moves import StepState

_IN_EFFECT: Final = frozenset({StepState.DONE, StepState.ALREADY})
"""States of a step whose call holds now, whoever sent it."""


def rest_of(operation: Operation | None, plan: Plan, steps: Mapping[str, str]) -> str:
    """The same command for the objects whose calls did not take effect; empty if none did, or all.

    Objects are those that the plan was pinned to, by the one argument that names several. An operation whose objects
    are not named so says itself what is left (`Plan.rest`). `steps` are states by step id.
    """
    if plan.rest:
        return plan.rest
    done = {name for call in plan.calls if steps.get(call.id) in _IN_EFFECT for name in _names(call)}
    for word in shape_of(operation.arguments).words if operation is not None else ():
        named = plan.pinned.get(word.field)
        if operation is None or not word.many or not isinstance(named, list):
            continue
        left = [each for each in named if each not in done]
        if 0 < len(left) < len(named):
            return line_of(operation, operation.arguments.model_validate({**plan.pinned, word.field: left}))
    return ""


def _names(call: Call) -> tuple[Any, ...]:
    """How an argument may name the object of a call."""
    return call.target.reference, call.target.name
