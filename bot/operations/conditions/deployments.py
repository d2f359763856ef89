"""A Deployment's roll-out, after `DeploymentStatusViewer` (kubectl v1.36 `pkg/polymorphichelpers/rollout_status.go`).

The order matters: the pinned revision, then the observed generation, then the progress deadline, then counts.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.operations.models import Pod, Workload
from bot.operations.pods import newest_hashes, short, stuck_reason, with_label
from bot.operations.progress import Observation, Progress, unobserved
from bot.text import Code, Text, text

REVISION: Final = "deployment.kubernetes.io/revision"
HASH: Final = "pod-template-hash"
DEADLINE_EXCEEDED: Final = "ProgressDeadlineExceeded"


KNOWN_LATE: Final = "known_late"
"""Argument: a deadline that was exceeded before the change. The controller leaves it standing until the new template
makes progress, so that going back from a stuck version would look failed at once (as it does to kubectl).
"""


def late_since(live: Workload) -> str:
    """Since when the progress deadline is exceeded, in ISO 8601; `-` if that is not said, empty if it is not."""
    late = next((each for each in live.status.conditions or () if each.reason == DEADLINE_EXCEEDED), None)
    if late is None or late.type != "Progressing":
        return ""
    return late.last_transition_time.isoformat() if late.last_transition_time else "-"


def deployment_rolled_out(seen: Observation) -> Progress:
    """Done when every replica is new and available and no old one is left; see `KNOWN_LATE` for its own argument."""
    live = msgspec.convert(seen.target, Workload)
    total = 1 if live.spec.replicas is None else live.spec.replicas
    status = live.status
    if (failed := _wrong_revision(live, seen.arguments.get("revision"))) is not None:
        return Progress(total=total, message=failed, failed=failed)
    if live.metadata.generation > status.observed_generation:
        return unobserved(seen, total)
    new = _new_pods(live, seen)
    ready = _ready(live, new)
    since = late_since(live)
    if since and since != seen.arguments.get(KNOWN_LATE):
        failed = text("exceeded its progress deadline")
        old = max(0, status.replicas - status.updated_replicas)
        return Progress(ready=ready, total=total, old=old, message=failed, failed=failed, stuck=_stuck(live, new))
    old, message = max(0, status.replicas - status.updated_replicas), _unfinished(live, total)
    if message is None:
        return Progress(done=True, ready=status.available_replicas, total=total, message=text("rolled out"))
    return Progress(ready=ready, total=total, old=old, message=message, stuck=_stuck(live, new))


def _unfinished(live: Workload, total: int) -> Text | None:
    status = live.status
    if status.updated_replicas < total:
        return text("{updated} of {total} pods are new", updated=status.updated_replicas, total=total)
    if status.replicas > status.updated_replicas:
        return text("{old} old pods are still terminating", old=status.replicas - status.updated_replicas)
    if status.available_replicas < status.updated_replicas:
        return text(
            "{available} of {updated} new pods are available",
            available=status.available_replicas,
            updated=status.updated_replicas,
        )
    return None


def _wrong_revision(live: Workload, wanted: object) -> Text | None:
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted <= 0:
        return None
    running = (live.metadata.annotations or {}).get(REVISION, "")
    if running == str(wanted):
        return None
    return text(
        "desired revision ({wanted}) is different from the running revision ({running})",
        wanted=wanted,
        running=running or "-",
    )


def _new_pods(live: Workload, seen: Observation) -> list[Pod]:
    """The new template's pods: those with a youngest pod's hash, believed only if the status counts as many.

    Old and new ones may be made in the same second; if both count as many, nobody can tell.
    """
    found = [with_label(seen.pods, HASH, each) for each in newest_hashes(seen.pods, HASH)]
    counted = [pods for pods in found if len(pods) == live.status.updated_replicas]
    return counted[0] if len(counted) == 1 else []


def _ready(live: Workload, new: list[Pod]) -> int:
    """New pods that are ready; without their list a lower bound, as the status counts old and new together."""
    if new:
        return sum(1 for each in new if each.ready)
    old = max(0, live.status.replicas - live.status.updated_replicas)
    return max(0, min(live.status.available_replicas - old, live.status.updated_replicas))


def _stuck(live: Workload, new: list[Pod]) -> Text | None:
    for each in live.status.conditions or ():
        if each.type == "ReplicaFailure" and each.status == "True":
            return text("pods cannot be made: {message}", message=Code(short(each.message) or each.reason))
    return stuck_reason(new)
