"""Lean models of what is around pods, as lists show it: network, configuration, storage, nodes, events, batch."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.operations.json import JSON, Object
from bot.operations.models import Lean, ObjectCondition, Selector
from bot.operations.printers.listed import Listed, Template


class Port(Lean, frozen=True, kw_only=True):
    name: str = ""
    port: int | None = None
    node_port: int = 0
    protocol: str = "TCP"


class Entry(Lean, frozen=True, kw_only=True):
    ip: str = ""
    hostname: str = ""


class LoadBalancer(Lean, frozen=True, kw_only=True):
    ingress: tuple[Entry, ...] | None = None

    @property
    def addresses(self) -> list[str]:
        """Addresses or names that reach it."""
        return [entry.ip or entry.hostname for entry in self.ingress or ()]


class Balanced(Lean, frozen=True, kw_only=True):
    load_balancer: LoadBalancer = LoadBalancer()


class ServiceSpec(Lean, frozen=True, kw_only=True):
    type: str = "ClusterIP"
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    external_ips: tuple[str, ...] | None = msgspec.field(default=None, name="externalIPs")
    external_name: str = ""
    ports: tuple[Port, ...] | None = None
    selector: dict[str, str] | None = None


class Service(Listed, frozen=True, kw_only=True):
    spec: ServiceSpec = ServiceSpec()
    status: Balanced = Balanced()


class Rule(Lean, frozen=True, kw_only=True):
    host: str = ""


class IngressSpec(Lean, frozen=True, kw_only=True):
    ingress_class_name: str = ""
    rules: tuple[Rule, ...] | None = None
    tls: tuple[Object, ...] | None = None


class Ingress(Listed, frozen=True, kw_only=True):
    spec: IngressSpec = IngressSpec()
    status: Balanced = Balanced()


class Endpoint(Lean, frozen=True, kw_only=True):
    addresses: tuple[str, ...] | None = None


class EndpointSlice(Listed, frozen=True, kw_only=True):
    address_type: str = ""
    ports: tuple[Port, ...] | None = None
    endpoints: tuple[Endpoint, ...] | None = None


class ConfigMap(Listed, frozen=True, kw_only=True):
    """Values are skipped by the decoder: nobody may see them here, and nobody has to."""

    data: dict[str, msgspec.Raw] | None = None
    binary_data: dict[str, msgspec.Raw] | None = None


class NodeAddress(Lean, frozen=True, kw_only=True):
    type: str = ""
    address: str = ""


class NodeInfo(Lean, frozen=True, kw_only=True):
    kubelet_version: str = ""
    os_image: str = ""
    kernel_version: str = ""
    architecture: str = ""
    container_runtime_version: str = ""


class NodeStatus(Lean, frozen=True, kw_only=True):
    conditions: tuple[ObjectCondition, ...] | None = None
    addresses: tuple[NodeAddress, ...] | None = None
    node_info: NodeInfo = NodeInfo()


class NodeSpec(Lean, frozen=True, kw_only=True):
    unschedulable: bool = False


class Node(Listed, frozen=True, kw_only=True):
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


class Phase(Lean, frozen=True, kw_only=True):
    phase: str = ""


class Namespace(Listed, frozen=True, kw_only=True):
    status: Phase = Phase()


class Regarding(Lean, frozen=True, kw_only=True):
    kind: str = ""
    name: str = ""
    namespace: str = ""
    field_path: str = ""


class Source(Lean, frozen=True, kw_only=True):
    component: str = ""
    host: str = ""


class Series(Lean, frozen=True, kw_only=True):
    count: int = 0
    last_observed_time: datetime | None = None


class Event(Listed, frozen=True, kw_only=True):
    type: str = ""
    reason: str = ""
    message: str = ""
    count: int = 0
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    involved_object: Regarding = Regarding()
    source: Source = Source()
    reporting_component: str = ""
    reporting_instance: str = ""
    series: Series | None = None


class QuotaStatus(Lean, frozen=True, kw_only=True):
    hard: dict[str, str] | None = None
    used: dict[str, str] | None = None


class Quota(Listed, frozen=True, kw_only=True):
    status: QuotaStatus = QuotaStatus()


class ClaimSpec(Lean, frozen=True, kw_only=True):
    volume_name: str = ""
    storage_class_name: str = ""
    volume_mode: str = ""
    volume_attributes_class_name: str = ""


class ClaimStatus(Lean, frozen=True, kw_only=True):
    phase: str = ""
    capacity: dict[str, str] | None = None
    access_modes: tuple[str, ...] | None = None


class Claim(Listed, frozen=True, kw_only=True):
    spec: ClaimSpec = ClaimSpec()
    status: ClaimStatus = ClaimStatus()


class Reference(Lean, frozen=True, kw_only=True):
    kind: str = ""
    name: str = ""


class AutoscalerSpec(Lean, frozen=True, kw_only=True):
    scale_target_ref: Reference = Reference()
    min_replicas: int | None = None
    max_replicas: int = 0
    metrics: tuple[Object, ...] | None = None


class AutoscalerStatus(Lean, frozen=True, kw_only=True):
    current_replicas: int = 0
    current_metrics: tuple[Object, ...] | None = None


class Autoscaler(Listed, frozen=True, kw_only=True):
    spec: AutoscalerSpec = AutoscalerSpec()
    status: AutoscalerStatus = AutoscalerStatus()


class BudgetSpec(Lean, frozen=True, kw_only=True):
    min_available: int | str | None = None
    max_unavailable: int | str | None = None


class BudgetStatus(Lean, frozen=True, kw_only=True):
    disruptions_allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0


class Budget(Listed, frozen=True, kw_only=True):
    spec: BudgetSpec = BudgetSpec()
    status: BudgetStatus = BudgetStatus()


class JobSpec(Lean, frozen=True, kw_only=True):
    completions: int | None = None
    parallelism: int | None = None
    suspend: bool = False
    selector: Selector | None = None
    template: Template = Template()


class JobStatus(Lean, frozen=True, kw_only=True):
    succeeded: int = 0
    failed: int = 0
    active: int = 0
    start_time: datetime | None = None
    completion_time: datetime | None = None
    conditions: tuple[ObjectCondition, ...] | None = None


class Job(Listed, frozen=True, kw_only=True):
    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


class JobTemplate(Lean, frozen=True, kw_only=True):
    spec: JobSpec = JobSpec()


class CronJobSpec(Lean, frozen=True, kw_only=True):
    schedule: str = ""
    time_zone: str | None = None
    suspend: bool = False
    job_template: JobTemplate = JobTemplate()


class CronJobStatus(Lean, frozen=True, kw_only=True):
    active: tuple[JSON, ...] | None = None
    last_schedule_time: datetime | None = None


class CronJob(Listed, frozen=True, kw_only=True):
    spec: CronJobSpec = CronJobSpec()
    status: CronJobStatus = CronJobStatus()


class Revision(Listed, frozen=True, kw_only=True):
    revision: int = 0
