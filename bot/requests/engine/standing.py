"""How a request stands for one round of its attempt: read anew each time, for nothing is remembered between rounds."""

from __future__ import annotations

from dataclasses import dataclass

from bot.requests.engine.moves import StepState
from bot.requests.voting import Case
from bot.store.steps import StepRecord
from bot.store.votes import Vote


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A request as it stands now, for one round."""

    case: Case
    steps: dict[str, StepRecord]
    votes: tuple[Vote, ...]

    @property
    def states(self) -> dict[str, StepState]:
        return {name: StepState(each.state) for name, each in self.steps.items()}

    @property
    def took_effect(self) -> bool:
        """Whether anything did, or an eviction may have: only that has a record which is no step of the plan."""
        planned = {step.id for step in self.case.version.plan.steps}
        done = any(state in (StepState.DONE, StepState.ALREADY) for state in self.states.values())
        return done or any(name not in planned for name in self.steps)

    def group_took_effect(self, group: int) -> bool:
        """Whether anything of this group did; its evictions are of the group of their step."""
        steps = [step for step in self.case.version.plan.steps if step.group == group]
        named = {step.id for step in steps}
        done = any(self.states.get(name) in (StepState.DONE, StepState.ALREADY) for name in named)
        return done or any(name.rpartition("-")[0] in named for name in self.steps)
