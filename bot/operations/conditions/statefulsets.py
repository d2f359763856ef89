"""A StatefulSet's roll-out, after `StatefulSetStatusViewer` (kubectl v1.36 `pkg/polymorphichelpers/rollout_status.go`).

Defaulting sets `rollingUpdate.partition: 0`, so the partitioned branch is the usual one and revisions are not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from bot.operations.json import resolve
from bot.operations.models import Pod, Workload
from bot.operations.pods import stuck_reason, with_label
from bot.operations.progress import Observation, Progress, unobserved
from bot.text import Code, Text, text

HASH: Final = "controller-revision-hash"
ROLLING: Final = "RollingUpdate"


def statefulset_rolled_out(seen: Observation) -> Progress:
    """Done when all pods are ready and those beyond the partition are new."""
    live = msgspec.convert(seen.target, Workload)
    status, wanted = live.status, live.spec.replicas
    total = 1 if wanted is None else wanted
    if resolve(live.spec.update_strategy, "/type") != ROLLING:
        failed = text("rollout status is only available for RollingUpdate strategy type")
        return Progress(total=total, message=failed, failed=failed)
    if status.observed_generation == 0 or live.metadata.generation > status.observed_generation:
        return unobserved(seen, total)
    new = with_label(seen.pods, HASH, status.update_revision) if status.update_revision else []
    ready = sum(1 for each in new if each.ready) if new else min(status.updated_replicas, status.ready_replicas)
    message = _unfinished(live)
    if message is None:
        return Progress(done=True, ready=status.ready_replicas, total=total, message=text("rolled out"))
    old = max(0, status.replicas - status.updated_replicas)
    return Progress(ready=ready, total=total, old=old, message=message, stuck=_stuck(live, seen.pods, new))


def _unfinished(live: Workload) -> Text | None:
    status, wanted = live.status, live.spec.replicas
    if wanted is not None and status.ready_replicas < wanted:
        return text("{ready} of {total} pods are ready", ready=status.ready_replicas, total=wanted)
    partition = resolve(live.spec.update_strategy, "/rollingUpdate/partition")
    if resolve(live.spec.update_strategy, "/rollingUpdate") is not None:
        if wanted is not None and isinstance(partition, int) and status.updated_replicas < wanted - partition:
            return text("{updated} of {total} pods are new", updated=status.updated_replicas, total=wanted - partition)
        return None
    if status.update_revision != status.current_revision:
        return text("{updated} of {total} pods are new", updated=status.updated_replicas, total=wanted or 1)
    return None


def _stuck(live: Workload, pods: Sequence[Pod], new: list[Pod]) -> Text | None:
    """New pods' own reason; or, where pods go one by one, the old broken pod that holds the others up."""
    reason = stuck_reason(new)
    if reason is not None or live.spec.pod_management_policy == "Parallel":
        return reason
    old = [each for each in pods if each not in new and not each.ready and not each.metadata.terminating]
    cause = stuck_reason(old)
    if cause is None:
        return None
    return text("{pod} is broken and holds the others up: delete it", pod=Code(f"pod/{old[0].metadata.name}"))
