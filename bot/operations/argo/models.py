"""Lean models of a Rollout and of an AnalysisRun. Moments of a status stay as they are written: they are compared."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.operations.json import Object
from bot.operations.models import Lean, Meta, ObjectCondition, Selector


class WorkloadRef(Lean, frozen=True, kw_only=True):
    """Another workload whose pod template the Rollout takes."""

    api_version: str = ""
    kind: str = ""
    name: str = ""


class RolloutSpec(Lean, frozen=True, kw_only=True):
    replicas: int | None = None
    paused: bool = False
    restart_at: str | None = None
    selector: Selector = Selector()
    strategy: Object = msgspec.field(default_factory=dict)
    template: Object = msgspec.field(default_factory=dict)
    workload_ref: WorkloadRef | None = None
    min_ready_seconds: int = 0
    progress_deadline_seconds: int | None = None


class Pause(Lean, frozen=True, kw_only=True):
    reason: str = ""
    start_time: datetime | None = None


class Analysis(Lean, frozen=True, kw_only=True):
    """What a Rollout's status says of one of its analysis runs."""

    name: str = ""
    status: str = ""
    message: str = ""


class CanaryStatus(Lean, frozen=True, kw_only=True):
    current_step_analysis_run_status: Analysis | None = None
    current_background_analysis_run_status: Analysis | None = None
    weights: Object | None = None


class BlueGreenStatus(Lean, frozen=True, kw_only=True):
    active_selector: str = ""
    preview_selector: str = ""
    pre_promotion_analysis_run_status: Analysis | None = None
    post_promotion_analysis_run_status: Analysis | None = None


class RolloutStatus(Lean, frozen=True, kw_only=True):
    """`observed_generation` is a number in a string."""

    phase: str = ""
    message: str = ""
    abort: bool = False
    aborted_at: str | None = None
    promote_full: bool = False
    controller_pause: bool = False
    pause_conditions: tuple[Pause, ...] | None = None
    current_pod_hash: str = ""
    current_step_hash: str = ""
    current_step_index: int | None = None
    stable_rs: str = msgspec.field(default="", name="stableRS")
    observed_generation: str = ""
    workload_observed_generation: str = ""
    restarted_at: str | None = None
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    conditions: tuple[ObjectCondition, ...] | None = None
    canary: CanaryStatus = CanaryStatus()
    blue_green: BlueGreenStatus = BlueGreenStatus()


class Rollout(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    spec: RolloutSpec = RolloutSpec()
    status: RolloutStatus = RolloutStatus()


class Measurement(Lean, frozen=True, kw_only=True):
    phase: str = ""
    value: str = ""
    message: str = ""
    started_at: datetime | None = None


class MetricResult(Lean, frozen=True, kw_only=True):
    """With `dry_run` it is measured and decides nothing."""

    name: str = ""
    phase: str = ""
    message: str = ""
    dry_run: bool = False
    count: int = 0
    successful: int = 0
    failed: int = 0
    error: int = 0
    inconclusive: int = 0
    measurements: tuple[Measurement, ...] | None = None


class Metric(Lean, frozen=True, kw_only=True):
    name: str = ""
    success_condition: str = ""
    failure_condition: str = ""


class RunSpec(Lean, frozen=True, kw_only=True):
    metrics: tuple[Metric, ...] | None = None
    terminate: bool = False


class RunSummary(Lean, frozen=True, kw_only=True):
    successful: int = 0
    failed: int = 0
    error: int = 0
    inconclusive: int = 0


class RunStatus(Lean, frozen=True, kw_only=True):
    phase: str = ""
    message: str = ""
    metric_results: tuple[MetricResult, ...] | None = None
    run_summary: RunSummary = RunSummary()
    started_at: datetime | None = None


class AnalysisRun(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    spec: RunSpec = RunSpec()
    status: RunStatus = RunStatus()

    @property
    def completed(self) -> bool:
        return self.status.phase in ("Successful", "Failed", "Error", "Inconclusive")
