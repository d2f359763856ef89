"""`scaled`: has a workload as many ready pods as were asked for, and no more?

kubectl's `--timeout` stops as soon as the number exists, and counts it a success when something else changed the number
meanwhile (operations.md §2); here ready is what counts, and someone else's number is a failure that says whose it is.
"""

from __future__ import annotations

import msgspec

from bot.operations.conditions.weights import weighed
from bot.operations.json import Object
from bot.operations.models import Workload
from bot.operations.pods import stuck_reason
from bot.operations.progress import Observation, Progress, failed, unobserved
from bot.operations.standing import set_back
from bot.text import Code, text


def scaled(seen: Observation) -> Progress:
    """Arguments `replicas`: the number to reach; `autoscaler`: the one that was there when it was asked for.

    While a roll-out adds pods on top, those are not waited for.
    """
    if seen.target is None:
        return failed(text("it was deleted"))
    return weighed(_scaled(seen, seen.target), seen.arguments)


def _scaled(seen: Observation, target: Object) -> Progress:
    live = msgspec.convert(seen.target, Workload)
    wanted = seen.arguments.get("replicas")
    total = wanted if isinstance(wanted, int) else 0
    status = live.status
    spec = 1 if live.spec.replicas is None else live.spec.replicas
    if spec != total:
        another = set_back(target, spec, autoscaler=str(seen.arguments.get("autoscaler") or ""))
        return Progress(ready=status.ready_replicas, total=total, message=another, failed=another)
    if live.metadata.generation > status.observed_generation:
        return unobserved(seen, total, min(status.ready_replicas, total))
    if status.ready_replicas < total:
        message = text("{ready} of {total} pods are ready", ready=status.ready_replicas, total=total)
        failure = next(
            (each for each in status.conditions or () if each.type == "ReplicaFailure" and each.status == "True"), None
        )
        stuck = (
            text("pods cannot be made: {message}", message=Code(failure.message or failure.reason))
            if failure is not None
            else stuck_reason(seen.pods)
        )
        return Progress(ready=status.ready_replicas, total=total, message=message, stuck=stuck)
    surplus = status.replicas - total
    rolling = target.get("kind") != "ReplicaSet" and status.updated_replicas < status.replicas
    if surplus > 0 and not rolling:
        return Progress(ready=total, total=total, message=text("{old} pods are still terminating", old=surplus))
    return Progress(done=True, ready=total, total=total, message=text("scaled"))
