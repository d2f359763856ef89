"""A pod's row: the STATUS word that kubectl computes, from the printers of kube-apiserver v1.36."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.operations.ages import age
from bot.operations.printers.listed import ContainerNow, Ended, InitContainer, Pod

NONE = "<none>"


@dataclass(frozen=True, kw_only=True)
class PodSummary:
    """What READY, STATUS and RESTARTS say. `restarted` is the last restart's moment."""

    ready: int
    total: int
    status: str
    restarts: int
    restarted: datetime | None

    @property
    def well(self) -> bool:
        """Complete, or running with every container ready."""
        return self.status == "Completed" or (self.status == "Running" and self.ready == self.total)


def summarize(pod: Pod) -> PodSummary:
    """As `printPod` of kubernetes `pkg/printers/internalversion/printers.go` sums a pod up."""
    inits = {each.name: each for each in pod.spec.init_containers or ()}
    failing, statuses = _initializing(pod.status.init_container_statuses or (), inits)
    sidecars = [each for each in statuses if each.name in inits and inits[each.name].restartable]
    total = len(pod.spec.containers) + sum(each.restartable for each in inits.values())
    ready = sum(each.ready and bool(each.started) for each in sidecars)
    status = failing or _phase(pod)
    counted: list[ContainerNow] = list(statuses)
    if not failing or _condition(pod, "Initialized"):
        counted = [*sidecars, *(pod.status.container_statuses or ())]
        word, running = _containers(pod.status.container_statuses or ())
        ready += running
        status = word or status
        if status == "Completed" and running:
            status = "Running" if _condition(pod, "Ready") else "NotReady"
    return PodSummary(
        ready=ready,
        total=total,
        status=_leaving(pod) or status,
        restarts=sum(each.restart_count for each in counted),
        restarted=max((ended for each in counted if (ended := _last_end(each)) is not None), default=None),
    )


def cells(pod: Pod, now: datetime) -> tuple[str, ...]:
    """NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES."""
    found = summarize(pod)
    restarts = str(found.restarts)
    if found.restarts and found.restarted is not None:
        restarts = f"{found.restarts} ({age(found.restarted, now)} ago)"
    ips = pod.status.pod_ips or ()
    return (
        pod.metadata.name,
        f"{found.ready}/{found.total}",
        found.status,
        restarts,
        age(pod.metadata.creation_timestamp, now),
        (ips[0].ip if ips else "") or NONE,
        pod.spec.node_name or NONE,
        pod.status.nominated_node_name or NONE,
        _gates(pod),
    )


def _phase(pod: Pod) -> str:
    if any(each.type == "PodScheduled" and each.reason == "SchedulingGated" for each in pod.status.conditions or ()):
        return "SchedulingGated"
    return pod.status.reason or pod.status.phase


def _initializing(
    statuses: tuple[ContainerNow, ...], inits: dict[str, InitContainer]
) -> tuple[str, tuple[ContainerNow, ...]]:
    """`Init:…` for the first init container that is not through, and those up to it; empty if all are."""
    for index, each in enumerate(statuses):
        ended, waiting = each.state.terminated, each.state.waiting
        if ended is not None and ended.exit_code == 0:
            continue
        if each.name in inits and inits[each.name].restartable and each.started:
            continue
        if ended is not None:
            return f"Init:{ended.reason or _code(ended)}", statuses[: index + 1]
        if waiting is not None and waiting.reason not in ("", "PodInitializing"):
            return f"Init:{waiting.reason}", statuses[: index + 1]
        return f"Init:{index}/{len(inits)}", statuses[: index + 1]
    return "", statuses


def _containers(statuses: Iterable[ContainerNow]) -> tuple[str, int]:
    """The word of the first container that has one, and how many run and are ready."""
    word, running = "", 0
    for each in reversed(list(statuses)):
        if each.state.waiting is not None and each.state.waiting.reason:
            word = each.state.waiting.reason
        elif each.state.terminated is not None:
            word = each.state.terminated.reason or _code(each.state.terminated)
        elif each.ready and each.state.running is not None:
            running += 1
    return word, running


def _leaving(pod: Pod) -> str:
    if not pod.metadata.terminating:
        return ""
    if pod.status.reason == "NodeLost":
        return "Unknown"
    return "" if pod.status.phase in ("Succeeded", "Failed") else "Terminating"


def _code(ended: Ended) -> str:
    return f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}"


def _last_end(each: ContainerNow) -> datetime | None:
    return None if each.last_state.terminated is None else each.last_state.terminated.finished_at


def _condition(pod: Pod, wanted: str) -> bool:
    return any(each.type == wanted and each.status == "True" for each in pod.status.conditions or ())


def _gates(pod: Pod) -> str:
    gates = pod.spec.readiness_gates or ()
    met = sum(_condition(pod, gate.condition_type) for gate in gates)
    return f"{met}/{len(gates)}" if gates else NONE
