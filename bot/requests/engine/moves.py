"""What an attempt does next: a pure answer from the plan and the stored step records. The engine performs it.

Because it asks the records and nothing else, an attempt that was killed anywhere goes on where the records say.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from bot.operations.plan import Call, Plan, Step, Wait
from bot.requests.states import State


class StepState(StrEnum):
    """Intended: its intent is stored, so it may have been sent. The others are ends; `already`: not by us."""

    INTENDED = "intended"
    DONE = "done"
    ALREADY = "already"
    FAILED = "failed"
    UNKNOWN = "unknown"


SETTLED: Final = frozenset({StepState.DONE, StepState.ALREADY})


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Begin a step that was never begun; `new_group`: judge halt, expiry, rights and policy first."""

    step: Step
    new_group: bool


class ReadBack(msgspec.Struct, frozen=True, kw_only=True):
    """A call whose intent is stored and whose outcome is not: look before anything else."""

    step: Call


class Follow(msgspec.Struct, frozen=True, kw_only=True):
    """Go on with what was begun and takes a while: a wait, or the evictions of the stored members."""

    step: Step


class Finish(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is left to do."""

    state: State


Move = Start | ReadBack | Follow | Finish


def next_move(plan: Plan, records: Mapping[str, StepState]) -> Move:
    """The next thing to do for a plan whose steps stand as recorded."""
    steps = sorted(plan.steps, key=lambda step: step.group)
    for step in steps:
        state = records.get(step.id)
        if state in SETTLED:
            continue
        if state is None:
            begun = any(other.id in records for other in steps if other.group == step.group)
            return Start(step=step, new_group=not begun)
        if state is StepState.INTENDED:
            return ReadBack(step=step) if isinstance(step, Call) else Follow(step=step)
        if state is StepState.UNKNOWN:
            return Finish(state=State.NEEDS_ATTENTION)
        return Finish(state=State.PARTLY_DONE if _partly(plan, records) else State.FAILED)
    return Finish(state=State.SUCCEEDED)


def _partly(plan: Plan, records: Mapping[str, StepState]) -> bool:
    """Some of it took effect and some never will: the rest needs a command of its own.

    What is recorded under no step's id is one eviction.
    """
    waits = {step.id for step in plan.steps if isinstance(step, Wait)}
    states = [records.get(step.id) for step in plan.steps if step.id not in waits]
    took = any(state is StepState.DONE for name, state in records.items() if name not in waits)
    return took and any(state not in SETTLED for state in states)
