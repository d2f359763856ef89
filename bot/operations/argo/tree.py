"""`get rollout` as the plugin prints it: what it is, then its revisions, ReplicaSets, pods and analysis runs as a tree.

From `pkg/kubectl-argo-rollouts/cmd/get/get_rollout.go` and `info/*.go`, without colours, experiments and jobs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from bot.operations.ages import age
from bot.operations.argo.models import AnalysisRun
from bot.operations.argo.revisions import REVISION
from bot.operations.argo.rollout import HASH, Seen, actual_weight, phase_of, weight_of
from bot.operations.models import Meta, Workload
from bot.operations.printers.listed import Pod
from bot.operations.printers.pods import summarize
from bot.operations.templates import containers
from bot.operations.untrusted import one_line

T = TypeVar("T")
ICONS: Final = {
    **dict.fromkeys(("Progressing", "Pending", "Terminating", "ContainerCreating"), "◌"),
    **dict.fromkeys(("Healthy", "Running", "Completed", "Successful"), "✔"),
    **dict.fromkeys(("Degraded", "ReplicaFailure", "Failed", "InvalidImageName", "CrashLoopBackOff"), "✖"),
    **dict.fromkeys(("Error", "InvalidSpec", "ImagePullBackOff", "RegistryUnavailable"), "⚠"),
    **dict.fromkeys(("Unknown", "Inconclusive"), "?"),
    "Paused": "॥",
    "ScaledDown": "•",
}
HEAD: Final = ("NAME", "KIND", "STATUS", "AGE", "INFO")
Row = tuple[str, str, str, str, str]


@dataclass(frozen=True, kw_only=True)
class Family:
    """A Rollout with what belongs to it."""

    rollout: Seen
    sets: Sequence[Workload]
    pods: Sequence[Pod]
    runs: Sequence[AnalysisRun]
    now: datetime

    @property
    def new_available(self) -> int:
        """Available pods of the version that is under way."""
        wanted = self.rollout.live.status.current_pod_hash
        found = [each for each in self.sets if hash_of(each) == wanted]
        return sum(each.status.available_replicas for each in found)


def hash_of(found: Workload) -> str:
    """The template hash by which a ReplicaSet is known."""
    return (found.metadata.labels or {}).get(HASH, "")


def tags_of(rollout: Seen, template_hash: str) -> list[str]:
    """What a ReplicaSet is in its Rollout: stable, canary, active, preview."""
    status = rollout.live.status
    tags = ["stable"] if template_hash and template_hash == status.stable_rs else []
    if rollout.blue_green is not None:
        if template_hash == status.blue_green.active_selector:
            return [*tags, "active"]
        return [*tags, "preview"] if template_hash == status.blue_green.preview_selector else tags
    return tags or (["canary"] if template_hash == status.current_pod_hash else [])


def header(family: Family) -> str:
    """The lines before the tree."""
    found = family.rollout
    status = found.live.status
    phase, message = phase_of(found)
    rows = [("Name:", found.target.name), ("Namespace:", found.target.namespace)]
    rows += [("Status:", f"{icon(phase)} {phase}"), *([("Message:", message)] if message else [])]
    rows.append(("Strategy:", "BlueGreen" if found.blue_green is not None else "Canary"))
    if found.canary:
        step = f"{status.current_step_index}/{len(found.steps)}" if status.current_step_index is not None else ""
        rows += [("  Step:", step if found.steps else ""), ("  SetWeight:", str(weight_of(found)))]
        rows.append(("  ActualWeight:", str(actual_weight(found, family.new_available))))
    rows += [("Images:" if index == 0 else "", each) for index, each in enumerate(_images(family))]
    rows += [("Replicas:", ""), ("  Desired:", str(found.replicas)), ("  Current:", str(status.replicas))]
    rows += [("  Updated:", str(status.updated_replicas)), ("  Ready:", str(status.ready_replicas))]
    rows.append(("  Available:", str(status.available_replicas)))
    return "\n".join(f"{name:<17}{one_line(value)}".rstrip() for name, value in rows)


def _images(family: Family) -> list[str]:
    tags: dict[str, set[str]] = {}
    for each in family.sets:
        if each.status.replicas > 0:
            for container in containers(each.spec.template):
                known = tags.setdefault(str(container.get("image")), set())
                known |= set(tags_of(family.rollout, hash_of(each)))
    return [f"{image} ({', '.join(sorted(found))})" if found else image for image, found in sorted(tags.items())]


def tree(family: Family) -> str:
    """The tree, in padded columns."""
    found = family.rollout
    phase, _ = phase_of(found)
    since = age(found.live.metadata.creation_timestamp, family.now)
    rows: list[Row] = [HEAD, (f"⟳ {found.target.name}", "Rollout", f"{icon(phase)} {one_line(phase)}", since, "")]
    metas = [*(each.metadata for each in family.sets), *(each.metadata for each in family.runs)]
    numbers = set(map(_revision, metas))
    for number, (branch, below) in _branches(sorted(numbers, reverse=True), ""):
        rows.append((f"{branch}# revision:{number}", "", "", "", ""))
        rows += _of_revision(family, number, below)
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _of_revision(family: Family, number: int, below: str) -> Iterator[Row]:
    sets = [each for each in family.sets if _revision(each.metadata) == number]
    runs = [each for each in family.runs if _revision(each.metadata) == number]
    members: list[Workload | AnalysisRun] = [*sorted(sets, key=_age), *sorted(runs, key=_age)]
    for each, (branch, deeper) in _branches(members, below):
        if isinstance(each, AnalysisRun):
            yield _run_row(each, branch, family.now)
            continue
        yield _set_row(family, each, branch)
        pods = [pod for pod in family.pods if _owned(pod.metadata, each.metadata.uid)]
        for pod, (leaf, _) in _branches(sorted(pods, key=_age), deeper):
            yield _pod_row(pod, leaf, family.now)


def _set_row(family: Family, found: Workload, branch: str) -> Row:
    health = health_of(found)
    tags = ",".join(tags_of(family.rollout, hash_of(found)))
    since = age(found.metadata.creation_timestamp, family.now)
    return (f"{branch}⧉ {found.metadata.name}", "ReplicaSet", f"{icon(health)} {health}", since, tags)


def _pod_row(pod: Pod, branch: str, now: datetime) -> Row:
    found = summarize(pod)
    info = f"ready:{found.ready}/{found.total}" + (f",restarts:{found.restarts}" if found.restarts else "")
    since = age(pod.metadata.creation_timestamp, now)
    return (f"{branch}□ {pod.metadata.name}", "Pod", f"{icon(found.status)} {one_line(found.status)}", since, info)


def _run_row(run: AnalysisRun, branch: str, now: datetime) -> Row:
    results = run.status.metric_results or ()
    counts = [
        ("✔", sum(each.successful for each in results)),
        ("✖", sum(each.failed for each in results)),
        ("?", sum(each.inconclusive for each in results)),
        ("⚠", sum(each.error for each in results)),
    ]
    info = ",".join(f"{sign} {count}" for sign, count in counts if count)
    phase = one_line(run.status.phase)
    sign = "◌" if phase == "Running" else icon(phase)
    since = age(run.metadata.creation_timestamp, now)
    return (f"{branch}α {run.metadata.name}", "AnalysisRun", f"{sign} {phase}", since, info)


def health_of(found: Workload) -> str:
    """`getReplicaSetHealth`."""
    failing = any(each.type == "ReplicaFailure" and each.status == "True" for each in found.status.conditions or ())
    wanted = found.spec.replicas
    if found.metadata.generation > found.status.observed_generation:
        return "Progressing"
    if failing:
        return "ReplicaFailure"
    if wanted is not None and found.status.available_replicas < wanted:
        return "Progressing"
    return "ScaledDown" if wanted == 0 else "Healthy"


def icon(status: str) -> str:
    """The plugin's sign for a word of status."""
    if status.startswith("Init:"):
        return "◌"
    if status.startswith(("Signal:", "ExitCode:")):
        return "✖"
    known = ICONS.get(status)
    return known or ("⚠" if status.endswith("Error") or status.startswith("Err") else " ")


def _branches(members: Sequence[T], before: str) -> Iterator[tuple[T, tuple[str, str]]]:
    for index, each in enumerate(members):
        last = index == len(members) - 1
        yield each, (f"{before}{'└──' if last else '├──'}", f"{before}{'   ' if last else '│  '}")


def _revision(meta: Meta) -> int:
    said = (meta.annotations or {}).get(REVISION, "")
    return int(said) if said.isascii() and said.isdigit() else 0


def _owned(meta: Meta, uid: str) -> bool:
    return any(owner.uid == uid for owner in meta.owner_references or ())


def _age(found: Workload | AnalysisRun | Pod) -> tuple[float, str]:
    made = found.metadata.creation_timestamp
    return (made.timestamp() if made is not None else 0.0, found.metadata.name)
