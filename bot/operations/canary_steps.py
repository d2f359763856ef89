"""In which order two Deployments change their number of pods: first more, then less, so that capacity never drops.

Between the two stands what plans.md §6 asks for: the new pods are ready, get the Services' traffic, and keep it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from bot.operations.canaries import Pair, canary_selector, template_labels
from bot.operations.conditions.weights import Weighed
from bot.operations.json import JSON, resolve
from bot.operations.kinds import SERVICE, Target
from bot.operations.plan import Call, Impact, Step, Wait
from bot.operations.rollouts import seconds_a_pod
from bot.operations.scaling import scale_call, scale_wait
from bot.operations.workloads import Seen

SERVED: Final = 180
"""Seconds for ready pods to become endpoints; their controller needs one or two."""
STEADY: Final = 5
"""Seconds that they must stay endpoints before others go."""
Shares = Mapping[bool, Weighed]
"""What is beside the stable one (`False`) and beside the canary (`True`) when a step is done."""


def steps_to(pair: Pair, stable: int, canary: int) -> tuple[Step, ...]:
    """The steps to so many pods of each; nothing where it is so."""
    wanted = ((pair.stable, stable), *(((pair.canary, canary),) if pair.canary is not None else ()))
    more = [(seen, count) for seen, count in wanted if count > seen.replicas]
    less = [(seen, count) for seen, count in wanted if count < seen.replicas]
    canary_then, stable_then = max(canary, pair.pods), max(stable, pair.stable.replicas)
    return numbered(
        [
            *scaled(pair, more, group=0, beside=old_and_new(stable_then, canary_then)),
            *scaled(pair, less, group=2 if more else 0, beside=old_and_new(stable, canary)),
        ]
    )


def scaled(pair: Pair, wanted: Iterable[tuple[Seen, int]], *, group: int, beside: Shares) -> list[Step]:
    """Calls in this group, and in the next one what is waited for: pods, and where there are more, their traffic."""
    steps: list[Step] = []
    for seen, count in wanted:
        share = beside[seen is pair.canary]
        call = msgspec.structs.replace(scale_call(seen, count, "step"), group=group)
        wait = msgspec.structs.replace(shared_with(scale_wait(seen, count, "step"), share), group=group + 1)
        steps += [call, wait]
        if count > seen.replicas:
            steps += served(pair, count, share, canary=seen is pair.canary, group=group + 1)
    return steps


def old_and_new(stable: int, canary: int) -> Shares:
    """Beside the stable one stand so many pods of the canary, which are the new ones, and the other way round."""
    return {False: Weighed(beside=canary, beside_new=True), True: Weighed(beside=stable, new=True)}


def shared_with(wait: Wait, beside: Weighed) -> Wait:
    """The wait, which tells the weight with what is beside it."""
    return msgspec.structs.replace(wait, arguments={**wait.arguments, **beside.argument})


def served(pair: Pair, count: int, beside: Weighed, *, canary: bool, group: int) -> list[Step]:
    """A wait for each Service: so many pods of the canary, or of the stable one, get its traffic and keep it."""
    narrow = _labels(pair.canary.whole, "/spec/selector/matchLabels") if pair.canary is not None else {}
    narrow = narrow or _labels(canary_selector(pair.stable), "/matchLabels")
    about: dict[str, JSON] = (
        {"labels": dict(narrow)} if canary else {"labels": dict(template_labels(pair.stable)), "without": dict(narrow)}
    )
    return [
        Wait(
            id="step",
            condition="shared",
            target=Target(kind=SERVICE, name=each.metadata.name, namespace=pair.stable.target.namespace),
            deadline=SERVED,
            steady=STEADY,
            arguments={"selector": dict(each.selector), "pods": count, **about, **beside.argument},
            group=group,
        )
        for each in pair.services
    ]


def numbered(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with their ids, calls before waits within a group."""
    ordered = sorted(steps, key=lambda each: (each.group, isinstance(each, Wait)))
    return tuple(msgspec.structs.replace(each, id=f"step-{number}") for number, each in enumerate(ordered, 1))


def calls_of(steps: Iterable[Step]) -> tuple[Call, ...]:
    return tuple(each for each in steps if isinstance(each, Call))


def impact_of_numbers(pair: Pair, stable: int, canary: int) -> Impact:
    """Pods that come and go: as many of one as of the other where the total stays."""
    moved = abs(stable - pair.stable.replicas) + abs(canary - pair.pods)
    return Impact(pods=moved, seconds=2 * seconds_a_pod(pair.stable) + STEADY, fate="replaced")


def _labels(value: JSON, at: str) -> dict[str, JSON]:
    found = resolve(value, at)
    return found if isinstance(found, dict) else {}
