"""The number of a workload's pods: the call that sets it, how it is followed, and its way back."""

from __future__ import annotations

import msgspec

from bot.operations.json import Object
from bot.operations.plan import Call, ContentType, Wait
from bot.operations.rollouts import DEADLINE, LONGEST, seconds_a_pod
from bot.operations.workloads import Seen


def scale_call(seen: Seen, replicas: int, step: str) -> Call:
    """The merge patch of the scale subresource.

    Its precondition reads `/spec/replicas` of the workload itself: scale and workload have the field at the same place,
    and the scale carries the workload's uid and resourceVersion, so that pinning to them works as on the workload.
    """
    return Call(
        id=step,
        verb="patch",
        target=seen.target,
        subresource="scale",
        content_type=ContentType.MERGE_PATCH,
        body=scale_body(replicas),
        uid=seen.uid,
        preconditions=seen.holds("/spec/replicas"),
    )


def scale_body(replicas: int) -> Object:
    """From kubectl v1.36 `pkg/scale/scale.go`."""
    return {"spec": {"replicas": replicas}}


def scale_wait(seen: Seen, replicas: int, step: str, *, autoscaler: str = "") -> Wait:
    """Until as many are ready, and no more. `autoscaler`: the name of one that may set another number."""
    more = max(0, replicas - seen.replicas)
    return Wait(
        id=step,
        condition="scaled",
        target=seen.target,
        deadline=min(LONGEST, max(DEADLINE, 3 * more * seconds_a_pod(seen))),
        arguments={"replicas": replicas, **({"autoscaler": autoscaler} if autoscaler else {})},
    )


def scale_after(call: Call, replicas: int) -> Call:
    """A call of the way back, whose precondition is what this plan leaves."""
    holds = tuple(msgspec.structs.replace(each, value=replicas) for each in call.preconditions)
    return msgspec.structs.replace(call, preconditions=holds)
