"""A DaemonSet's roll-out, after `DaemonSetStatusViewer` (kubectl v1.36 `pkg/polymorphichelpers/rollout_status.go`)."""

from __future__ import annotations

from typing import Final

import msgspec

from bot.operations.json import resolve
from bot.operations.models import Workload
from bot.operations.pods import newest_hash, stuck_reason, with_label
from bot.operations.progress import Observation, Progress, unobserved
from bot.text import text

HASH: Final = "controller-revision-hash"
ROLLING: Final = "RollingUpdate"


def daemonset_rolled_out(seen: Observation) -> Progress:
    """Done when every scheduled pod is new and available."""
    live = msgspec.convert(seen.target, Workload)
    status = live.status
    total = status.desired_number_scheduled
    if resolve(live.spec.update_strategy, "/type") != ROLLING:
        failed = text("rollout status is only available for RollingUpdate strategy type")
        return Progress(total=total, message=failed, failed=failed)
    if live.metadata.generation > status.observed_generation:
        return unobserved(seen, total)
    new = with_label(seen.pods, HASH, newest_hash(seen.pods, HASH))
    if len(new) != status.updated_number_scheduled:
        new = []
    if status.updated_number_scheduled < total:
        message = text("{updated} of {total} pods are new", updated=status.updated_number_scheduled, total=total)
        ready = sum(1 for each in new if each.ready)
        old = max(0, total - status.updated_number_scheduled)
        return Progress(ready=ready, total=total, old=old, message=message, stuck=stuck_reason(new))
    if status.number_available < total:
        message = text(
            "{available} of {updated} new pods are available", available=status.number_available, updated=total
        )
        return Progress(ready=status.number_available, total=total, message=message, stuck=stuck_reason(new))
    return Progress(done=True, ready=status.number_available, total=total, message=text("rolled out"))
