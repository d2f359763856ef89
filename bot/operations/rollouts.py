"""What a changed pod template does to pods: how many, how many may be down at once, about how long; and the wait.

Percentages as `ResolveFenceposts` (k8s.io/kubernetes `pkg/controller/deployment/util/deployment_util.go`): surge rounds
up, unavailable rounds down, and if both come to 0, one may be unavailable.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from bot.operations.conditions.deployments import KNOWN_LATE, late_since
from bot.operations.json import JSON, resolve
from bot.operations.kinds import DAEMONSET, DEPLOYMENT
from bot.operations.plan import Impact, Wait
from bot.operations.workloads import Seen

PERCENT: Final = re.compile(r"(\d{1,9})%")
START: Final = 10
"""Seconds that a pod takes to start where nothing better is known: a guess for the card; nothing decides by it."""
DEADLINE: Final = 600
"""Seconds that a roll-out is followed at least; a Deployment's default progress deadline is as long."""
LONGEST: Final = 7200


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """How many pods may be missing, and how many may be added on top, at once."""

    unavailable: int
    surge: int


def scaled_value(said: JSON, total: int, *, up: bool, default: JSON) -> int:
    """An int-or-percentage of `total`, as `GetScaledValueFromIntOrPercent`."""
    value = default if said is None else said
    if isinstance(value, bool) or not isinstance(value, int | str):
        return 0
    if isinstance(value, int):
        return max(0, value)
    found = PERCENT.fullmatch(value)
    if found is None:
        return int(value) if value.isascii() and value.isdigit() else 0
    hundredths = int(found[1]) * total
    return -(-hundredths // 100) if up else hundredths // 100


def speed(seen: Seen) -> Speed:
    """Of a roll-out of this workload."""
    total = seen.replicas
    if seen.strategy == "Recreate":
        return Speed(unavailable=total, surge=0)
    if seen.target.kind == DEPLOYMENT:
        rolling = resolve(seen.live.spec.strategy, "/rollingUpdate")
        surge = scaled_value(resolve(rolling, "/maxSurge"), total, up=True, default="25%")
        unavailable = scaled_value(resolve(rolling, "/maxUnavailable"), total, up=False, default="25%")
    elif seen.target.kind == DAEMONSET:
        rolling = resolve(seen.live.spec.update_strategy, "/rollingUpdate")
        surge = scaled_value(resolve(rolling, "/maxSurge"), total, up=True, default=0)
        unavailable = scaled_value(resolve(rolling, "/maxUnavailable"), total, up=True, default=1)
    else:
        rolling = resolve(seen.live.spec.update_strategy, "/rollingUpdate")
        surge, unavailable = 0, max(1, scaled_value(resolve(rolling, "/maxUnavailable"), total, up=True, default=1))
    if surge == 0 and unavailable == 0:
        unavailable = 1
    return Speed(unavailable=min(unavailable, total), surge=surge)


def rolls_by_itself(seen: Seen) -> bool:
    """Whether a new template reaches the pods without anyone deleting them or resuming the roll-out."""
    return seen.strategy != "OnDelete" and not seen.live.spec.paused


def impact_of(seen: Seen) -> Impact:
    """Of a new template on this workload; nothing where pods are replaced only when someone deletes them."""
    total = seen.replicas
    if not rolls_by_itself(seen) or total == 0:
        return Impact()
    pace = speed(seen)
    rounds = -(-total // max(1, pace.unavailable + pace.surge))
    return Impact(pods=total, unavailable=pace.unavailable, seconds=rounds * seconds_a_pod(seen))


def seconds_a_pod(seen: Seen) -> int:
    """Until one pod is available: a guess from `minReadySeconds` and the readiness probes' first delay."""
    containers = resolve(seen.template, "/spec/containers")
    delays = [
        delay
        for each in (containers if isinstance(containers, list) else [])
        if isinstance(delay := resolve(each, "/readinessProbe/initialDelaySeconds"), int)
    ]
    return START + seen.live.spec.min_ready_seconds + max(delays, default=0)


def deadline_of(seen: Seen) -> int:
    """Seconds that a roll-out is followed: past its own progress deadline, so that its failure is seen."""
    own = seen.live.spec.progress_deadline_seconds or DEADLINE
    return min(LONGEST, max(DEADLINE, own + 60, 3 * impact_of(seen).seconds))


def wait_for_roll_out(seen: Seen, step: int) -> Wait | None:
    """The wait that follows a changed template to its end; `None` where no pod is replaced by itself."""
    if not rolls_by_itself(seen):
        return None
    late = late_since(seen.live) if seen.target.kind == DEPLOYMENT else ""
    return Wait(
        id=f"step-{step}",
        condition="rolled-out",
        target=seen.target,
        deadline=deadline_of(seen),
        arguments={KNOWN_LATE: late} if late else {},
    )
