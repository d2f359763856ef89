"""Rows of what runs pods: workloads, jobs, autoscalers, budgets."""

from __future__ import annotations

from datetime import datetime

from bot.operations.ages import age, human_duration
from bot.operations.json import JSON, Object, resolve
from bot.operations.models import Container, Selector
from bot.operations.printers.around import Autoscaler, Budget, CronJob, Job, Revision
from bot.operations.printers.listed import Listed, Workload
from bot.operations.selectors import selector_of

NONE = "<none>"


def head_cells(found: Listed, now: datetime) -> tuple[str, ...]:
    """Anything: its name and age."""
    return (found.metadata.name, age(found.metadata.creation_timestamp, now))


def deployment_cells(found: Workload, now: datetime) -> tuple[str, ...]:
    """A Deployment."""
    status = found.status
    return (
        found.metadata.name,
        f"{status.ready_replicas}/{_wanted(found)}",
        str(status.updated_replicas),
        str(status.available_replicas),
        age(found.metadata.creation_timestamp, now),
        *layout(found.spec.template.spec.containers),
        selector_words(found.spec.selector),
    )


def replica_set_cells(found: Workload, now: datetime) -> tuple[str, ...]:
    """A ReplicaSet."""
    return (
        found.metadata.name,
        str(_wanted(found)),
        str(found.status.replicas),
        str(found.status.ready_replicas),
        age(found.metadata.creation_timestamp, now),
        *layout(found.spec.template.spec.containers),
        selector_words(found.spec.selector),
    )


def stateful_set_cells(found: Workload, now: datetime) -> tuple[str, ...]:
    """A StatefulSet."""
    return (
        found.metadata.name,
        f"{found.status.ready_replicas}/{_wanted(found)}",
        age(found.metadata.creation_timestamp, now),
        *layout(found.spec.template.spec.containers),
    )


def daemon_set_cells(found: Workload, now: datetime) -> tuple[str, ...]:
    """A DaemonSet."""
    status = found.status
    return (
        found.metadata.name,
        str(status.desired_number_scheduled),
        str(status.current_number_scheduled),
        str(status.number_ready),
        str(status.updated_number_scheduled),
        str(status.number_available),
        labels_words(found.spec.template.spec.node_selector),
        age(found.metadata.creation_timestamp, now),
        *layout(found.spec.template.spec.containers),
        selector_words(found.spec.selector),
    )


def replicas_well(found: Workload) -> bool:
    """As many are ready as are wanted."""
    return found.status.ready_replicas >= _wanted(found)


def daemon_set_well(found: Workload) -> bool:
    """Ready on every node that it is meant for."""
    return found.status.number_ready >= found.status.desired_number_scheduled


def job_cells(found: Job, now: datetime) -> tuple[str, ...]:
    """A Job; DURATION runs on until it is complete."""
    return (
        found.metadata.name,
        job_status(found),
        _completions(found),
        _took(found, now),
        age(found.metadata.creation_timestamp, now),
        *layout(found.spec.template.spec.containers),
        selector_words(found.spec.selector),
    )


def job_status(found: Job) -> str:
    """Complete, Failed, Suspended, FailureTarget, SuccessCriteriaMet, Terminating or Running, the first that holds."""
    true = {each.type for each in found.status.conditions or () if each.status == "True"}
    for word in ("Complete", "Failed"):
        if word in true:
            return word
    if found.metadata.terminating:
        return "Terminating"
    return next((word for word in ("Suspended", "FailureTarget", "SuccessCriteriaMet") if word in true), "Running")


def job_well(found: Job) -> bool:
    """Not failed."""
    return job_status(found) not in ("Failed", "FailureTarget")


def cron_job_cells(found: CronJob, now: datetime) -> tuple[str, ...]:
    """A CronJob."""
    last = found.status.last_schedule_time
    job = found.spec.job_template.spec
    return (
        found.metadata.name,
        found.spec.schedule,
        found.spec.time_zone or NONE,
        str(found.spec.suspend),
        str(len(found.status.active or ())),
        NONE if last is None else age(last, now),
        age(found.metadata.creation_timestamp, now),
        *layout(job.template.spec.containers),
        selector_words(job.selector),
    )


def autoscaler_cells(found: Autoscaler, now: datetime) -> tuple[str, ...]:
    """A HorizontalPodAutoscaler; at most two metrics are named."""
    spec = found.spec
    return (
        found.metadata.name,
        f"{spec.scale_target_ref.kind}/{spec.scale_target_ref.name}",
        _metrics(spec.metrics or (), found.status.current_metrics or ()),
        "<unset>" if spec.min_replicas is None else str(spec.min_replicas),
        str(spec.max_replicas),
        str(found.status.current_replicas),
        age(found.metadata.creation_timestamp, now),
    )


def budget_cells(found: Budget, now: datetime) -> tuple[str, ...]:
    """A PodDisruptionBudget."""
    least, most = found.spec.min_available, found.spec.max_unavailable
    return (
        found.metadata.name,
        "N/A" if least is None else str(least),
        "N/A" if most is None else str(most),
        str(found.status.disruptions_allowed),
        age(found.metadata.creation_timestamp, now),
    )


def budget_well(found: Budget) -> bool:
    """It allows a disruption, or has no pods to protect."""
    return found.status.disruptions_allowed > 0 or not found.status.expected_pods


def revision_cells(found: Revision, now: datetime) -> tuple[str, ...]:
    """A ControllerRevision."""
    owner = found.metadata.controller
    return (
        found.metadata.name,
        NONE if owner is None else f"{owner.kind.lower()}.apps/{owner.name}",
        str(found.revision),
        age(found.metadata.creation_timestamp, now),
    )


def layout(containers: tuple[Container, ...]) -> tuple[str, str]:
    """CONTAINERS and IMAGES."""
    return ",".join(each.name for each in containers), ",".join(each.image for each in containers)


def labels_words(labels: dict[str, str] | None) -> str:
    """`a=b,c=d`, sorted; `<none>` for none."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or NONE


def selector_words(selector: Selector | None) -> str:
    """A selector as kubectl writes it."""
    return NONE if selector is None else selector_of(selector) or NONE


def _wanted(found: Workload) -> int:
    return 1 if found.spec.replicas is None else found.spec.replicas


def _completions(found: Job) -> str:
    if found.spec.completions is not None:
        return f"{found.status.succeeded}/{found.spec.completions}"
    parallel = found.spec.parallelism or 0
    return f"{found.status.succeeded}/1 of {parallel}" if parallel > 1 else f"{found.status.succeeded}/1"


def _took(found: Job, now: datetime) -> str:
    if found.status.start_time is None:
        return ""
    return human_duration(((found.status.completion_time or now) - found.status.start_time).total_seconds())


def _metrics(specs: tuple[Object, ...], statuses: tuple[Object, ...]) -> str:
    if not specs:
        return NONE
    words = [_metric(spec, statuses[index] if index < len(statuses) else {}) for index, spec in enumerate(specs)]
    shown = ", ".join(words[:2])
    return f"{shown} + {len(words) - 2} more..." if len(words) > 2 else shown


def _metric(spec: Object, status: Object) -> str:
    """One metric's `current/target`, as `formatHPAMetrics` writes it."""
    kind = str(spec.get("type", ""))
    field = {"ContainerResource": "containerResource"}.get(kind, kind.lower())
    target, current = resolve(spec, f"/{field}/target"), resolve(status, f"/{field}/current")
    if not isinstance(target, dict):
        return "<unknown type>"
    name = f"{resolve(spec, f'/{field}/name')}: " if kind in ("Resource", "ContainerResource") else ""
    if "averageUtilization" in target:
        return f"{name}{_known(current, 'averageUtilization', '%')}/{target['averageUtilization']}%"
    if "averageValue" in target:
        ending = " (avg)" if kind in ("External", "Object") else ""
        return f"{name}{_known(current, 'averageValue', '')}/{target['averageValue']}{ending}"
    return f"{name}{_known(current, 'value', '')}/{target.get('value')}"


def _known(current: JSON, key: str, unit: str) -> str:
    found = current.get(key) if isinstance(current, dict) else None
    return "<unknown>" if found is None else f"{found}{unit}"
