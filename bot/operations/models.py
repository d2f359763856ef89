"""Lean models of Kubernetes objects: only the fields that are used, decoded by msgspec straight from the wire.

Absent fields take Kubernetes' meaning of absent (0, empty, none). What is patched is kept whole (`template`).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.operations.json import Object


class Lean(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The base: camelCase on the wire, unknown fields ignored."""


class Owner(Lean, frozen=True, kw_only=True):
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


class Meta(Lean, frozen=True, kw_only=True):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: tuple[Owner, ...] | None = None
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    finalizers: tuple[str, ...] | None = None

    @property
    def terminating(self) -> bool:
        """Deleted and not gone yet: that is never taken back."""
        return self.deletion_timestamp is not None

    @property
    def controller(self) -> Owner | None:
        return next((owner for owner in self.owner_references or () if owner.controller), None)


class Head(Lean, frozen=True, kw_only=True):
    """Any object, of which only this is asked."""

    metadata: Meta = Meta()


class Container(Lean, frozen=True, kw_only=True):
    name: str = ""
    image: str = ""


class Terminated(Lean, frozen=True, kw_only=True):
    reason: str = ""
    exit_code: int = 0
    message: str = ""
    finished_at: datetime | None = None


class Waiting(Lean, frozen=True, kw_only=True):
    reason: str = ""
    message: str = ""


class ContainerState(Lean, frozen=True, kw_only=True):
    waiting: Waiting | None = None
    terminated: Terminated | None = None


class ContainerStatus(Lean, frozen=True, kw_only=True):
    name: str = ""
    image: str = ""
    ready: bool = False
    restart_count: int = 0
    state: ContainerState | None = None
    last_state: ContainerState | None = None


class ObjectCondition(Lean, frozen=True, kw_only=True):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: datetime | None = None


class Volume(Lean, frozen=True, kw_only=True):
    """`empty_dir` is an object, mostly an empty one, where the volume is one that goes with its pod."""

    name: str = ""
    empty_dir: Object | None = None


class PodSpec(Lean, frozen=True, kw_only=True):
    node_name: str = ""
    containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    termination_grace_period_seconds: int | None = None


class PodStatus(Lean, frozen=True, kw_only=True):
    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    conditions: tuple[ObjectCondition, ...] | None = None
    container_statuses: tuple[ContainerStatus, ...] | None = None
    init_container_statuses: tuple[ContainerStatus, ...] | None = None


class Pod(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def ready(self) -> bool:
        return any(each.type == "Ready" and each.status == "True" for each in self.status.conditions or ())

    @property
    def finished(self) -> bool:
        return self.status.phase in ("Succeeded", "Failed")


class Requirement(Lean, frozen=True, kw_only=True):
    """One expression of a label selector; `operator` is In, NotIn, Exists or DoesNotExist."""

    key: str = ""
    operator: str = ""
    values: tuple[str, ...] | None = None


class Selector(Lean, frozen=True, kw_only=True):
    match_labels: dict[str, str] | None = None
    match_expressions: tuple[Requirement, ...] | None = None


class WorkloadSpec(Lean, frozen=True, kw_only=True):
    """Of Deployment, StatefulSet, DaemonSet and ReplicaSet: each uses its own part."""

    replicas: int | None = None
    paused: bool = False
    selector: Selector = Selector()
    template: Object = {}
    strategy: Object | None = None
    update_strategy: Object | None = None
    progress_deadline_seconds: int | None = None
    min_ready_seconds: int = 0
    pod_management_policy: str = ""


class WorkloadStatus(Lean, frozen=True, kw_only=True):
    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    current_revision: str = ""
    update_revision: str = ""
    desired_number_scheduled: int = 0
    updated_number_scheduled: int = 0
    number_available: int = 0
    number_ready: int = 0
    conditions: tuple[ObjectCondition, ...] | None = None


class Workload(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()


class Revision(Lean, frozen=True, kw_only=True):
    """A ControllerRevision: `data` is the patch that brings its template back."""

    metadata: Meta = Meta()
    data: Object = {}
    revision: int = 0


class ScaleTarget(Lean, frozen=True, kw_only=True):
    kind: str = ""
    name: str = ""
    api_version: str = ""


class AutoscalerSpec(Lean, frozen=True, kw_only=True):
    scale_target_ref: ScaleTarget = ScaleTarget()
    min_replicas: int | None = None
    max_replicas: int = 0


class Autoscaler(Lean, frozen=True, kw_only=True):
    """A HorizontalPodAutoscaler."""

    metadata: Meta = Meta()
    spec: AutoscalerSpec = AutoscalerSpec()

    @property
    def minimum(self) -> int:
        return 1 if self.spec.min_replicas is None else self.spec.min_replicas


class BudgetSpec(Lean, frozen=True, kw_only=True):
    """At most one of the two limits is set: a number of pods, or a share of them (`50%`)."""

    selector: Selector | None = None
    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    unhealthy_pod_eviction_policy: str = ""


class BudgetStatus(Lean, frozen=True, kw_only=True):
    observed_generation: int = 0
    conditions: tuple[ObjectCondition, ...] | None = None
    disruptions_allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0


class Budget(Lean, frozen=True, kw_only=True):
    """A PodDisruptionBudget."""

    metadata: Meta = Meta()
    spec: BudgetSpec = BudgetSpec()
    status: BudgetStatus = BudgetStatus()


class NodeSpec(Lean, frozen=True, kw_only=True):
    unschedulable: bool = False


class Node(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    spec: NodeSpec = NodeSpec()


class QuotaStatus(Lean, frozen=True, kw_only=True):
    hard: dict[str, str] | None = None
    used: dict[str, str] | None = None


class Quota(Lean, frozen=True, kw_only=True):
    """A ResourceQuota; quantities as Kubernetes writes them."""

    metadata: Meta = Meta()
    status: QuotaStatus = QuotaStatus()
