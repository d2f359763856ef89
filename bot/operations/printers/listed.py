"""Lean models of objects as lists show them: what a column needs and nothing else, so that 5,000 pods decode fast."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.operations.models import Container, Lean, Meta, ObjectCondition, Selector, Waiting


class Listed(Lean, frozen=True, kw_only=True):
    """The base: anything with metadata."""

    metadata: Meta = Meta()


class Running(Lean, frozen=True, kw_only=True):
    started_at: datetime | None = None


class Ended(Lean, frozen=True, kw_only=True):
    reason: str = ""
    exit_code: int = 0
    signal: int = 0
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class State(Lean, frozen=True, kw_only=True):
    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Ended | None = None


class ContainerNow(Lean, frozen=True, kw_only=True):
    name: str = ""
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    state: State = State()
    last_state: State = State()


class InitContainer(Lean, frozen=True, kw_only=True):
    name: str = ""
    restart_policy: str = ""

    @property
    def restartable(self) -> bool:
        """A sidecar: started with the init containers, kept running."""
        return self.restart_policy == "Always"


class Gate(Lean, frozen=True, kw_only=True):
    condition_type: str = ""


class PodSpec(Lean, frozen=True, kw_only=True):
    node_name: str = ""
    containers: tuple[Container, ...] = ()
    init_containers: tuple[InitContainer, ...] | None = None
    readiness_gates: tuple[Gate, ...] | None = None


class PodIP(Lean, frozen=True, kw_only=True):
    ip: str = ""


class PodStatus(Lean, frozen=True, kw_only=True):
    phase: str = ""
    reason: str = ""
    nominated_node_name: str = ""
    pod_ips: tuple[PodIP, ...] | None = msgspec.field(default=None, name="podIPs")
    conditions: tuple[ObjectCondition, ...] | None = None
    container_statuses: tuple[ContainerNow, ...] | None = None
    init_container_statuses: tuple[ContainerNow, ...] | None = None


class Pod(Listed, frozen=True, kw_only=True):
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class TemplateSpec(Lean, frozen=True, kw_only=True):
    containers: tuple[Container, ...] = ()
    node_selector: dict[str, str] | None = None


class Template(Lean, frozen=True, kw_only=True):
    spec: TemplateSpec = TemplateSpec()


class WorkloadSpec(Lean, frozen=True, kw_only=True):
    replicas: int | None = None
    selector: Selector | None = None
    template: Template = Template()


class WorkloadStatus(Lean, frozen=True, kw_only=True):
    replicas: int = 0
    ready_replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    updated_number_scheduled: int = 0
    number_available: int = 0
    number_ready: int = 0


class Workload(Listed, frozen=True, kw_only=True):
    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()
