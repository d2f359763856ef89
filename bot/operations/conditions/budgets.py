"""`budget-observed`: has the disruption controller looked at this budget as it is now, and how many may go by it?

An eviction asks the budget's status, and is put off while that is of an older generation
(k8s.io/kubernetes v1.36 `pkg/registry/core/pod/storage/eviction.go`).
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.operations.budget_limits import FLAGS
from bot.operations.json import resolve
from bot.operations.models import Budget
from bot.operations.patches import same
from bot.operations.pods import short
from bot.operations.progress import UNOBSERVED, Observation, Progress, failed, unobserved
from bot.text import Code, text

SYNC_FAILED: Final = "SyncFailed"


def budget_observed(seen: Observation) -> Progress:
    """Arguments: both limits as they were set, null for the one that there is not."""
    if seen.target is None:
        return failed(text("it was deleted"))
    now = {field: resolve(seen.target, f"/spec/{field}") for field in FLAGS}
    if any(not same(now[field], seen.arguments.get(field)) for field in FLAGS):
        written = ", ".join(f"{field} {value}" for field, value in now.items() if value is not None) or "-"
        return failed(text("something else set it to {limit}", limit=Code(written)))
    budget = msgspec.convert(seen.target, Budget)
    status = budget.status
    unreckoned = next((each for each in status.conditions or () if each.reason == SYNC_FAILED), None)
    if unreckoned is not None:
        why = text("the disruption controller cannot reckon it: {why}", why=Code(short(unreckoned.message) or "-"))
        over = seen.seconds >= UNOBSERVED
        return Progress(message=why, stuck=why, failed=why if over else None)
    if status.observed_generation < budget.metadata.generation:
        return unobserved(seen)
    return Progress(
        done=True,
        message=text(
            "{allowed} may go now: it needs {needs}, has {has}",
            allowed=status.disruptions_allowed,
            needs=status.desired_healthy,
            has=status.current_healthy,
        ),
    )
