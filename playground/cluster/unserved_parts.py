"""Parts of objects that nothing here would act on: refused with 501 and named, lest they be taken for obeyed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from playground.cluster.defaults import pod_spec
from playground.cluster.problems import not_simulated
from playground.cluster.resources import ANALYSIS_RUNS, EXPERIMENTS, JOBS, PODS, ROLLOUTS, Resource
from playground.cluster.rollout_limits import check_rollout
from playground.cluster.wire import Json, controller_of

REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"


def check_served(resource: Resource, after: Json, before: Json | None) -> None:
    """Raises `Problem` 501. What is there already is not looked at again."""
    if resource is ROLLOUTS:
        check_rollout(after)
    if resource in (ANALYSIS_RUNS, EXPERIMENTS) and before is None:
        raise not_simulated(f"the running of {resource.kind}s")
    if resource is JOBS and before is None:
        for part in _running(after):
            raise not_simulated(f"{part} of a Job, which its controller does not look at")
    if resource is PODS and (before is not None or controller_of(after) is not None):
        return  # its template was looked at; a DaemonSet names the node by a rule that is heeded
    for part in _placing(pod_spec(after)):
        raise not_simulated(f"{part} of a pod, which its scheduler does not look at")


def _running(job: Json) -> Iterator[str]:
    """What says how a Job runs, beyond how many pods it has, must end well and may fail."""
    spec = job["spec"]
    for part in ("activeDeadlineSeconds", "ttlSecondsAfterFinished", "podFailurePolicy", "successPolicy", "managedBy"):
        if spec.get(part) is not None:
            yield part
    for part, only in (("completionMode", "NonIndexed"), ("suspend", False), ("manualSelector", False)):
        if spec.get(part) not in (None, only):
            yield f"{part} {spec[part]}"
    policy = pod_spec(job).get("restartPolicy")
    if policy == "OnFailure":
        yield "restartPolicy OnFailure"


def _placing(spec: Json) -> Iterator[str]:
    """Rules of where a pod must be; mere preferences may be left unheeded anywhere."""
    for kind, rules in (spec.get("affinity") or {}).items():
        if (rules or {}).get(REQUIRED):
            yield f"affinity.{kind}.{REQUIRED}"
    for each in spec.get("topologySpreadConstraints") or ():
        if each.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule":
            yield "topologySpreadConstraints with DoNotSchedule"
