"""`rollout-passing`: the condition under which the rest of a canary goes on by one vote.

It waits at the pause that is meant, and what measures it says that it is well. Whatever a person would want to look at
first ends it: another version or other steps, a failure, a hand in between, the end of the time that was agreed on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from bot.operations.argo.analysis import not_passing
from bot.operations.argo.conditions import RUNS, VERSION, pods_of_rollout
from bot.operations.argo.kinds import ANALYSIS_RUN
from bot.operations.argo.progress import bad_findings, degraded, ended, healthy, holding, moving, seen_in, told
from bot.operations.argo.rollout import DEGRADED, HEALTHY, Seen, phase_of, where
from bot.operations.conditions import declare_condition
from bot.operations.json import resolve
from bot.operations.progress import Condition, Observation, Progress, failed
from bot.operations.standing import TEMPLATE, overtaken
from bot.text import Code, Text, When, text

UID: Final = "uid"
"""Argument: `metadata.uid` of the Rollout that was voted on."""
STEPS: Final = "steps"
"""Argument: the hash of the steps that were voted on (`status.currentStepHash`)."""
PAUSE: Final = "pause"
"""Argument: the index of the pause that it is to reach; without it, it is to become healthy."""
UNTIL: Final = "until"
"""Argument: the moment (RFC 3339) at which the agreement ends; without it, nothing is left to be sent."""


def passing(observed: Observation) -> Progress:
    """Done at the pause `PAUSE` while its analysis passes; failed by what takes the ground from under the vote."""
    if observed.target is None:
        return failed(text("it was deleted"))
    if resolve(observed.target, "/metadata/uid") != observed.arguments.get(UID):
        return failed(text("it was deleted and made anew"))
    found = seen_in(observed.target)
    if (changed := overtaken(observed.target, observed.arguments.get(TEMPLATE))) is not None:
        return ended(found, observed, changed)
    why = _over(found, observed)
    if why is not None:
        gone = found.live.status.abort  # it goes back to the stable version, whichever step its status names
        said = why if gone else text("{why}; it stands at {where}", why=why, where=where(found))
        return ended(found, observed, said)
    pause = observed.arguments.get(PAUSE)
    phase, message = phase_of(found)
    if not isinstance(pause, int):
        if phase == HEALTHY and found.promoted:
            return healthy(found)
        return moving(found, observed, message, bad_findings(found, observed))
    skipped = found.index == pause and found.unpausing
    if found.promoted or found.live.status.promote_full or found.index > pause or skipped:
        by_another = text("somebody else has promoted it meanwhile: {where}", where=where(found))
        return ended(found, observed, by_another)
    if found.index < pause or not found.pauses or not found.observed:
        return moving(found, observed, message, bad_findings(found, observed))
    return _at_the_pause(found, observed)


def _over(found: Seen, observed: Observation) -> Text | None:
    """What ends the agreement, wherever it stands."""
    status, wanted = found.live.status, observed.arguments
    if found.observed and status.current_pod_hash not in ("", wanted.get(VERSION)):
        return text("another version is under way: {version}", version=Code(status.current_pod_hash))
    if found.observed and status.current_step_hash != wanted.get(STEPS):
        return text("its steps were changed meanwhile")
    phase, message = phase_of(found)
    if phase == DEGRADED or status.abort:
        return degraded(message, bad_findings(found, observed))
    if found.inconclusive:
        return text("its analysis is inconclusive: a person has to decide")
    if found.live.spec.paused:
        return text("somebody paused it by hand")
    until = wanted.get(UNTIL)
    if isinstance(until, str) and observed.now >= datetime.fromisoformat(until):
        return text("the time that was agreed on is over: {until}", until=When(datetime.fromisoformat(until)))
    return None


def _at_the_pause(found: Seen, observed: Observation) -> Progress:
    """Nothing is known before the analyses were read once: a watch may be behind the other."""
    held = Progress(halted=True, message=holding(found, None))
    if ANALYSIS_RUN not in observed.beside:
        return told(found, observed, held)
    why = not_passing(found, observed.beside[ANALYSIS_RUN])
    return told(found, observed, msgspec.structs.replace(held, done=why is None, stuck=why))


PASSING: Final = declare_condition(
    Condition(name="rollout-passing", evaluate=passing, pods=pods_of_rollout, beside=(RUNS,))
)
