"""Horizontal autoscalers: replicas kept within their bounds; beyond that they follow the load that a test sets."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, final

from playground.cluster.budgets import write_status
from playground.cluster.controllers.ownership import set_condition
from playground.cluster.controllers.recorder import Recorder
from playground.cluster.resources import AUTOSCALERS, BY_KIND, Resource
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json, annotations_of
from playground.cluster.writes import Writer, Writes

LOAD: Final = "kajitori.test/utilization"
"""Annotation of an autoscaler: the average utilization (percent) that its pods have now; without it, no metrics."""

TOLERANCE: Final = 0.1
ABLE: Final = "AbleToScale"
ACTIVE: Final = "ScalingActive"
GOT: Final = ("True", "SucceededGetScale", "the HPA controller was able to get the target's current scale")
READY: Final = ("True", "ReadyForNewScale", "recommended size matches current size")
FEW: Final = ("True", "TooFewReplicas", "the desired replica count is less than the minimum replica count")
MANY: Final = ("True", "TooManyReplicas", "the desired replica count is more than the maximum replica count")
WITHIN: Final = ("False", "DesiredWithinRange", "the desired count is within the acceptable range")
NO_METRICS: Final = (
    "the HPA was unable to compute the replica count: failed to get {name} utilization: unable to get metrics for "
    "resource {name}: unable to fetch metrics from resource metrics API: the server could not find the requested "
    "resource (get pods.metrics.k8s.io)"
)
"""What the real one says in a cluster without a metrics-server, as this one is."""


@final
class Autoscalers:
    def __init__(self, writes: Writes) -> None:
        self._writes, self._store = writes, writes.store
        self._events = Recorder(writes, "horizontal-pod-autoscaler")

    def touched(self, change: Change) -> Iterable[Key]:
        if change.resource is AUTOSCALERS:
            return (change.key,)
        if "scale" not in change.resource.subresources:
            return ()
        namespace, name = change.key
        return [
            (namespace, each["metadata"]["name"])
            for each in self._store.list(AUTOSCALERS, namespace)
            if each["spec"]["scaleTargetRef"]["name"] == name
        ]

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(AUTOSCALERS, namespace, name)
        if found is None:
            return None
        target = found["spec"]["scaleTargetRef"]
        resource = BY_KIND.get((target.get("apiVersion", ""), target["kind"]))
        scaled = self._store.get(resource, namespace, target["name"]) if resource else None
        if resource is None or scaled is None:
            return None
        reckoned = _reckon(found, scaled["spec"].get("replicas", 1))
        if reckoned.desired != reckoned.current:
            self._scale(resource, namespace, target["name"], reckoned.desired)
            message = f"New size: {reckoned.desired}; reason: {_reason(found, reckoned.current)}"
            self._events.normal(found, "SuccessfulRescale", message)
        self._tell(found, reckoned)
        return None

    def _scale(self, resource: Resource, namespace: str, name: str, replicas: int) -> None:
        def change(it: Json) -> None:
            it["spec"]["replicas"] = replicas

        self._writes.change(resource, namespace, name, change, Writer(), "scale")

    def _tell(self, found: Json, reckoned: _Reckoned) -> None:
        before, at = found.get("status") or {}, self._writes.pace.stamp()
        conditions = list(before.get("conditions") or ())
        for kind, (held, reason, message) in reckoned.conditions.items():
            condition = {"type": kind, "status": held, "reason": reason, "message": message}
            conditions = set_condition(conditions, condition, at=at, update_time=False)
        status: Json = {
            "currentReplicas": reckoned.current,
            "desiredReplicas": reckoned.desired if reckoned.known else before.get("desiredReplicas", 0),
            "conditions": conditions,
            "currentMetrics": reckoned.metrics,
        }
        write_status(self._writes, AUTOSCALERS, found, status)


@dataclass(frozen=True, kw_only=True)
class _Reckoned:
    """`conditions`: status, reason and message by type. Without metrics what it wants is not `known`."""

    current: int
    desired: int
    conditions: dict[str, tuple[str, str, str]]
    metrics: list[Json] | None = None
    known: bool = True


def _reckon(found: Json, current: int) -> _Reckoned:
    """From Kubernetes v1.36 `pkg/controller/podautoscaler/horizontal.go`, `reconcileAutoscaler`."""
    spec, load, name = found["spec"], annotations_of(found).get(LOAD), _measured(found)
    least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
    if current == 0:
        off = ("False", "ScalingDisabled", "scaling is disabled since the replica count of the target is zero")
        return _Reckoned(current=0, desired=0, conditions={ABLE: GOT, ACTIVE: off})
    if not least <= current <= most:
        desired = min(max(current, least), most)
        return _Reckoned(current=current, desired=desired, conditions={ABLE: _rescaled(desired)})
    if load is None:
        failed = ("False", "FailedGetResourceMetric", NO_METRICS.format(name=name))
        conditions = {ABLE: GOT, ACTIVE: failed}
        return _Reckoned(current=current, desired=current, conditions=conditions, metrics=[{"type": ""}], known=False)
    ratio = float(load) / _goal(found)
    proposed = math.ceil(current * ratio) if abs(ratio - 1) > TOLERANCE else current
    desired = int(min(max(proposed, least), most))
    valid = (
        f"the HPA was able to successfully calculate a replica count from {name} resource utilization "
        "(percentage of request)"
    )
    limited = FEW if proposed < least else MANY if proposed > most else WITHIN
    able = READY if desired == current else _rescaled(desired)
    used = {"averageUtilization": int(float(load)), "averageValue": "0"}
    return _Reckoned(
        current=current,
        desired=desired,
        conditions={ABLE: able, ACTIVE: ("True", "ValidMetricFound", valid), "ScalingLimited": limited},
        metrics=[{"type": "Resource", "resource": {"name": name, "current": used}}],
    )


def _rescaled(replicas: int) -> tuple[str, str, str]:
    return "True", "SucceededRescale", f"the HPA controller was able to update the target scale to {replicas}"


def _measured(found: Json) -> str:
    """The resource of its first metric."""
    metrics: list[Json] = found["spec"].get("metrics") or [{}]
    return str((metrics[0].get("resource") or {}).get("name", "cpu"))


def _goal(found: Json) -> float:
    for metric in found["spec"].get("metrics") or ():
        goal = ((metric.get("resource") or {}).get("target") or {}).get("averageUtilization")
        if goal:
            return float(goal)
    return 80.0


def _reason(found: Json, current: int) -> str:
    spec = found["spec"]
    if current < spec.get("minReplicas", 1):
        return "Current number of replicas below Spec.MinReplicas"
    if current > spec["maxReplicas"]:
        return "Current number of replicas above Spec.MaxReplicas"
    load = float(annotations_of(found).get(LOAD, "0"))
    side = "above" if load > _goal(found) else "below"
    return f"cpu resource utilization (percentage of request) {side} target"
