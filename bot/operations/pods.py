"""Why pods do not come up, in words for a person: one reason for many pods, the most telling first.

Reasons are the kubelet's and the scheduler's own (`pkg/kubelet/images/types.go`,
`pkg/kubelet/container/sync_result.go`, `k8s.io/api/core/v1` PodReasonUnschedulable).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bot.operations.models import ContainerStatus, Pod
from bot.text import Code, Text, text

PULL: Final = frozenset({"ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull"})
CONFIGURATION: Final = frozenset(
    {"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError"}
)
LONGEST: Final = 200
"""Characters of a foreign message that are shown; the whole of it is in `describe`."""


def short(message: str) -> str:
    """A foreign message in one line of bounded length."""
    line = " ".join(message.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def newest_hash(pods: Iterable[Pod], label: str) -> str:
    """The value of a template-hash label on the youngest pod that is not going away; empty if there is none."""
    found = newest_hashes(pods, label)
    return found[-1] if found else ""


def newest_hashes(pods: Iterable[Pod], label: str) -> list[str]:
    """The same for all pods that are as young: the API server tells ages in whole seconds. The last name comes last."""
    living = sorted(
        (each for each in pods if not each.metadata.terminating and label in (each.metadata.labels or {})),
        key=lambda each: each.metadata.name,
    )
    youngest = max(map(_made, living), default=0.0)
    hashes = [(each.metadata.labels or {})[label] for each in living if _made(each) == youngest]
    return list(dict.fromkeys(reversed(hashes)))[::-1]


def _made(pod: Pod) -> float:
    return pod.metadata.creation_timestamp.timestamp() if pod.metadata.creation_timestamp else 0.0


def with_label(pods: Iterable[Pod], label: str, value: str) -> list[Pod]:
    """The pods that carry the label's value and are not going away."""
    return [each for each in pods if not each.metadata.terminating and (each.metadata.labels or {}).get(label) == value]


def stuck_reason(pods: Sequence[Pod]) -> Text | None:
    """Why these pods are not ready, if their containers or the scheduler say it; `None` while they merely start."""
    waiting = [each for each in pods if not each.ready and not each.metadata.terminating]
    for look in (_pull, _configuration, _crash, _unschedulable, _failed):
        found = [reason for each in waiting if (reason := look(each)) is not None]
        if found:
            return text("{count} of {total} pods: {reason}", count=len(found), total=len(pods), reason=found[0])
    return None


def _statuses(pod: Pod) -> Iterator[ContainerStatus]:
    yield from pod.status.init_container_statuses or ()
    yield from pod.status.container_statuses or ()


def _pull(pod: Pod) -> Text | None:
    for each in _statuses(pod):
        waiting = each.state.waiting if each.state else None
        if waiting is not None and waiting.reason in PULL:
            return text(
                "{reason}: image {image}", reason=waiting.reason, image=Code(each.image or _image(pod, each.name))
            )
    return None


def _configuration(pod: Pod) -> Text | None:
    for each in _statuses(pod):
        waiting = each.state.waiting if each.state else None
        if waiting is not None and waiting.reason in CONFIGURATION:
            return text("{reason}: {message}", reason=waiting.reason, message=Code(short(waiting.message) or "-"))
    return None


def _crash(pod: Pod) -> Text | None:
    for each in _statuses(pod):
        waiting = each.state.waiting if each.state else None
        if waiting is None or waiting.reason != "CrashLoopBackOff":
            continue
        last = each.last_state.terminated if each.last_state else None
        if last is None:
            return text("CrashLoopBackOff, {count} restarts", count=each.restart_count)
        return text(
            "CrashLoopBackOff, {count} restarts: {reason}, exit code {exit}",
            count=each.restart_count,
            reason=last.reason or "Error",
            exit=last.exit_code,
        )
    return None


def _unschedulable(pod: Pod) -> Text | None:
    for each in pod.status.conditions or ():
        if each.type == "PodScheduled" and each.status == "False" and each.reason == "Unschedulable":
            return text("no node: {message}", message=Code(short(each.message) or "-"))
    return None


def _failed(pod: Pod) -> Text | None:
    if pod.status.phase != "Failed":
        return None
    return text("failed: {reason}", reason=Code(short(pod.status.message or pod.status.reason) or "-"))


def _image(pod: Pod, container: str) -> str:
    return next((each.image for each in pod.spec.containers if each.name == container), "-")
