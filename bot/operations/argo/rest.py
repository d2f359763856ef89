"""`promote --rest`: one vote for all pauses that are left, each ended while the analysis of the new version passes.

A plan as any other: a call for each pause, and before it a wait that has to hold for a while. Each call begins a group,
so that policy, votes and rights are asked again before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from bot.errors import NotUnderstood, Refused
from bot.operations.ages import human_duration, parse_duration
from bot.operations.argo.analysis import is_measured, not_passing
from bot.operations.argo.calls import status_call
from bot.operations.argo.conditions import VERSION
from bot.operations.argo.kinds import ANALYSIS_RUN
from bot.operations.argo.passing import PASSING, PAUSE, STEPS, UID, UNTIL
from bot.operations.argo.promotion import CLEAR_PAUSE
from bot.operations.argo.rollout import Seen, pause_seconds, weight_of
from bot.operations.argo.templates import deadline_of
from bot.operations.json import JSON, Object
from bot.operations.plan import Call, Precondition, Wait
from bot.operations.reader import Reader
from bot.text import Bold, Code, Text, When, text

LONGEST: Final = timedelta(hours=24)
"""What was agreed on yesterday evening is not known any more to whoever is on call today."""
BASIS: Final = (
    *("/spec/template", "/spec/workloadRef", "/spec/strategy", "/spec/paused"),
    *("/status/currentPodHash", "/status/stableRS", "/status/currentStepHash"),
    *("/status/abort", "/status/promoteFull"),
)
"""As it must still be at each pause. The strategy says what measures it, of which the hash of the steps knows nothing.
Spec and status, for a controller may not have looked at the newest of the first.
"""


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """How the rest goes on: each pause is held `hold` seconds at least, and nothing is sent after `until` (UTC)."""

    hold: int
    until: datetime

    @property
    def moment(self) -> str:
        """`until` as it is pinned: RFC 3339 in whole seconds."""
        return self.until.strftime("%Y-%m-%dT%H:%M:%SZ")


def rest_of(hold: str, until: str, now: datetime) -> Rest:
    """From the flags: `hold` is a duration, `until` a duration from `now` or a moment. Raises `NotUnderstood`."""
    seconds = parse_duration(hold)
    if seconds is None or seconds > LONGEST.total_seconds():
        raise _not_understood(hold, "--hold=5m")
    ends = _moment(until, now.astimezone(UTC)).replace(microsecond=0)
    if not now < ends <= now + LONGEST:
        raise NotUnderstood(
            text("{written} is not within the next 24 hours.", written=Code(ascii(until[:40])[1:-1])),
            next=text("Say for how long the rest may go on by itself: {example}.", example=Code("--until=2h")),
        )
    return Rest(hold=int(seconds), until=ends)


async def check_passing(cluster: Reader, found: Seen) -> tuple[Text, ...]:
    """Warnings about what watches over the rest. Raises `Refused` where it is no canary with steps, or is not well."""
    if not found.canary or not found.steps:
        raise Refused(
            text("{flag} is for a canary with steps.", flag=Code("--rest")),
            target=found.target.title,
            next=text("Promote without it."),
        )
    runs: Iterable[Object] = await cluster.list(ANALYSIS_RUN, found.target.namespace, Object)
    why = not_passing(found, runs)
    if why is not None:
        raise Refused(
            text("{target} does not pass now.", target=Code(found.target.reference)),
            target=found.target.title,
            why=text("{reason}.", reason=why),
            next=text("Wait until it does, or promote this one step."),
        )
    if is_measured(found):
        return ()
    return (text("No analysis measures the new version: only its pods' readiness is looked at."),)


def pauses_left(found: Seen) -> tuple[int, ...]:
    """The indices of the pauses after this one that no time ends."""
    return tuple(
        index
        for index, step in enumerate(found.steps)
        if index > found.index and isinstance(step.get("pause"), dict) and pause_seconds(step) is None
    )


def rest_steps(found: Seen, rest: Rest, *, after: int) -> tuple[Call | Wait, ...]:
    """What follows `after` steps of the plan: for each pause a wait and a call, then the wait until it is healthy."""
    steps: list[Call | Wait] = []
    for turn, index in enumerate(pauses_left(found)):
        number = after + 2 * turn + 1
        steps.append(_wait(found, number, rest, index, group=2 * turn + 1))
        steps.append(_call(found, number + 1, index, group=2 * turn + 2))
    return (*steps, _wait(found, after + len(steps) + 1, rest, None, group=len(steps) + 1))


def way_of(found: Seen) -> Text:
    """The weights that it goes through, e.g. `60 % → 100 %`."""
    weights = dict.fromkeys([*(weight_of(found, index=index) for index in pauses_left(found)), 100])
    return text("{value}", value=Bold(" → ".join(f"{weight} %" for weight in weights)))


def terms_of(found: Seen, rest: Rest) -> Text:
    """What is agreed to, in a sentence."""
    count = len(pauses_left(found))
    if not count:
        return text("no pause after this one waits for anybody")
    return text(
        "goes on by itself at the pauses that are left ({count}), after {hold} each, while it passes; until {until}",
        count=count,
        hold=human_duration(rest.hold),
        until=When(rest.until),
    )


def _wait(found: Seen, number: int, rest: Rest, index: int | None, *, group: int) -> Wait:
    status = found.live.status
    arguments: dict[str, JSON] = {
        UID: found.live.metadata.uid,
        VERSION: status.current_pod_hash,
        STEPS: status.current_step_hash,
    }
    if index is not None:
        arguments |= {PAUSE: index, UNTIL: rest.moment}
    return Wait(
        id=f"step-{number}",
        condition=PASSING.name,
        target=found.target,
        deadline=deadline_of(found) + _timed(found) if index is None else int(LONGEST.total_seconds()),
        steady=0 if index is None else rest.hold,
        arguments=arguments,
        group=group,
    )


def _call(found: Seen, number: int, index: int, *, group: int) -> Call:
    call = status_call(
        found,
        CLEAR_PAUSE,
        *BASIS,
        step=number,
        effect=text("promoted from {weight} while it passes", weight=f"{weight_of(found, index=index)} %"),
    )
    return msgspec.structs.replace(
        call, preconditions=(*call.preconditions, *_paused_at(index)), later=True, group=group
    )


def _paused_at(index: int) -> tuple[Precondition, ...]:
    """At this pause and no other: the call would end those of an inconclusive analysis as well. When it began is not
    known yet.
    """
    return (
        Precondition(pointer="/status/currentStepIndex", value=index),
        Precondition(pointer="/status/pauseConditions/0/reason", value="CanaryPauseStep"),
        Precondition(pointer="/status/pauseConditions/1"),
    )


def _timed(found: Seen) -> int:
    """Seconds of the pauses that end by themselves: they are waited for, however long they are."""
    return int(sum(pause_seconds(each) or 0 for each in found.steps[found.index :]))


def _moment(written: str, now: datetime) -> datetime:
    seconds = parse_duration(written)
    if seconds is not None:
        return now + timedelta(seconds=min(seconds, 2 * LONGEST.total_seconds()))
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise _not_understood(written, "--until=2h") from error
    if found.tzinfo is None:
        raise NotUnderstood(
            text("{written} does not say in which time zone.", written=Code(ascii(written[:40])[1:-1])),
            next=text("Say for how long: {example}.", example=Code("--until=2h")),
        )
    return found.astimezone(UTC)


def _not_understood(written: str, example: str) -> NotUnderstood:
    return NotUnderstood(
        text("{written} is no duration of at most a day.", written=Code(ascii(written[:40])[1:-1])),
        next=text("Write it like {example}.", example=Code(example)),
    )
