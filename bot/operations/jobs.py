"""Jobs as plans see them: what kubectl makes of a CronJob's template, and how far a Job has come."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.errors import NotUnderstood
from bot.operations.json import JSON, Object, resolve
from bot.operations.models import Lean, Meta, ObjectCondition, Terminated
from bot.operations.pods import short, stuck_reason
from bot.operations.progress import UNOBSERVED, Observation, Progress, unobserved
from bot.text import Code, Text, text

NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
INSTANTIATE: Final = "cronjob.kubernetes.io/instantiate"
MANUAL: Final = "manual"
LONGEST: Final = 63
"""Characters of a Job's name: it becomes a label of its pods."""
KEPT: Final = 43
"""Characters of the CronJob's name in a name that we make, so that all of it has room."""


class JobSpec(Lean, frozen=True, kw_only=True):
    parallelism: int | None = None
    completions: int | None = None
    backoff_limit: int | None = None
    active_deadline_seconds: int | None = None
    suspend: bool = False


class JobStatus(Lean, frozen=True, kw_only=True):
    start_time: datetime | None = None
    active: int = 0
    succeeded: int = 0
    failed: int = 0
    conditions: tuple[ObjectCondition, ...] | None = None


class Job(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()

    @property
    def wanted(self) -> int:
        """How many pods are to end well; one with a work queue (no completions) is done when one has."""
        return 1 if self.spec.completions is None else self.spec.completions

    def condition(self, kind: str) -> ObjectCondition | None:
        return next(
            (each for each in self.status.conditions or () if each.type == kind and each.status == "True"), None
        )

    @property
    def ended(self) -> bool:
        return self.condition("Complete") is not None or self.condition("Failed") is not None


class _CronSpec(Lean, frozen=True, kw_only=True):
    suspend: bool = False
    schedule: str = ""
    concurrency_policy: str = ""


class _CronStatus(Lean, frozen=True, kw_only=True):
    active: tuple[Object, ...] | None = None


class CronJob(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    spec: _CronSpec = _CronSpec()
    status: _CronStatus = _CronStatus()

    @property
    def active(self) -> int:
        """Jobs of its schedule that run now."""
        return len(self.status.active or ())


def checked_name(name: str) -> str:
    """A Job's name as typed. Raises `NotUnderstood`."""
    if len(name) <= LONGEST and NAME.fullmatch(name):
        return name
    raise NotUnderstood(
        text(
            "{name} cannot be a job: a name has at most {most} lower case alphanumeric characters, '-' or '.', and "
            "starts and ends with an alphanumeric character",
            name=Code(ascii(name[:80])[1:-1]),
            most=LONGEST,
        ),
        next=text("Nothing was done."),
    )


def job_body(cron_job: Object, name: str, namespace: str) -> Object:
    """From kubectl v1.36 `pkg/cmd/create/create_job.go` (createJobFromCronJob).

    Its owner is the CronJob, without blockOwnerDeletion, which would need a right on finalizers.
    """
    template = _mapping(resolve(cron_job, "/spec/jobTemplate"))
    metadata: Object = {
        "name": name,
        "namespace": namespace,
        "annotations": {INSTANTIATE: MANUAL, **_mapping(resolve(template, "/metadata/annotations"))},
        "ownerReferences": [
            {
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "name": resolve(cron_job, "/metadata/name"),
                "uid": resolve(cron_job, "/metadata/uid"),
                "controller": True,
            }
        ],
    }
    labels = _mapping(resolve(template, "/metadata/labels"))
    if labels:
        metadata["labels"] = labels
    spec = _mapping(template.get("spec"))
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec, "status": {}}


def job_name(cron_job: str, now: datetime) -> str:
    """A name for a run by hand: the minute says which, and it is pinned when it is planned."""
    return f"{cron_job[:KEPT].rstrip('-.')}-manual-{now:%y%m%d%H%M}"


def finished(seen: Observation) -> Progress:
    """`job-finished`: has this Job come to its end, and to which? (`pkg/controller/job/job_controller.go`)."""
    if seen.target is None:
        return Progress(message=text("gone"), failed=text("it was deleted meanwhile"))
    job = msgspec.convert(seen.target, Job)
    failed, complete = job.condition("Failed"), job.condition("Complete")
    ready, total = job.status.succeeded, job.wanted
    if complete is not None:
        return Progress(done=True, ready=max(ready, total), total=total, message=text("all pods have ended well"))
    if failed is not None:
        ends = _ends(seen)
        if not ends and job.status.failed and seen.seconds < UNOBSERVED:
            return Progress(ready=ready, total=total, message=text("failed; I look at its pods"))
        return Progress(ready=ready, total=total, message=text("failed"), failed=_why_failed(job, failed, ends))
    if job.spec.suspend:
        return Progress(ready=ready, total=total, message=text("suspended"), stuck=text("it is suspended"))
    if job.status.start_time is None:
        return unobserved(seen, total, ready)
    return Progress(
        ready=ready,
        total=total,
        message=text(
            "{succeeded} of {total} pods have ended well, {active} run, {failed} have failed",
            succeeded=ready,
            total=total,
            active=job.status.active,
            failed=job.status.failed,
        ),
        stuck=stuck_reason(seen.pods),
    )


def _ends(seen: Observation) -> list[Terminated]:
    """How containers ended that did not end well, the last one last. Pods are seen a moment after their Job."""
    found = [
        each.state.terminated
        for pod in seen.pods
        for each in pod.status.container_statuses or ()
        if each.state is not None and each.state.terminated is not None and each.state.terminated.exit_code
    ]
    return sorted(found, key=lambda each: each.finished_at.timestamp() if each.finished_at else 0.0)


def _why_failed(job: Job, failed: ObjectCondition, ends: Sequence[Terminated]) -> Text:
    """The Job's own reason, and that of its pods: `BackoffLimitExceeded` alone does not say what to look at."""
    why = Code(short(failed.reason or failed.message) or "-")
    if not ends:
        return text("{reason}: {message}", reason=why, message=Code(short(failed.message) or "-"))
    return text(
        "{reason}: {failed} pods failed, the last with {why}, exit code {code}",
        reason=why,
        failed=max(job.status.failed, 1),
        why=ends[-1].reason or "Error",
        code=ends[-1].exit_code,
    )


def _mapping(value: JSON) -> Object:
    return dict(value) if isinstance(value, dict) else {}
