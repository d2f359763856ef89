"""Horizontal autoscalers: replicas kept within their bounds; beyond that they follow the load that a test sets."""

from __future__ import annotations

import math
from collections.abc import Iterable
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
        current = scaled["spec"].get("replicas", 1)
        desired = current if current == 0 else self._desired(found, current)
        if desired != current:
            self._scale(resource, namespace, target["name"], desired)
            self._events.normal(found, "SuccessfulRescale", f"New size: {desired}; reason: {_reason(found, current)}")
        self._tell(found, (scaled.get("status") or {}).get("replicas", 0), desired, disabled=current == 0)
        return None

    def _desired(self, found: Json, current: int) -> int:
        spec, load = found["spec"], annotations_of(found).get(LOAD)
        desired = current
        if load is not None:
            ratio = float(load) / _goal(found)
            if abs(ratio - 1) > TOLERANCE:
                desired = math.ceil(current * ratio)
        return int(min(max(desired, spec.get("minReplicas", 1)), spec["maxReplicas"]))

    def _scale(self, resource: Resource, namespace: str, name: str, replicas: int) -> None:
        def change(it: Json) -> None:
            it["spec"]["replicas"] = replicas

        self._writes.change(resource, namespace, name, change, Writer(), "scale")

    def _tell(self, found: Json, current: int, desired: int, *, disabled: bool) -> None:
        load, at = annotations_of(found).get(LOAD), self._writes.pace.stamp()
        conditions = list((found.get("status") or {}).get("conditions") or ())
        able = {
            "type": "AbleToScale",
            "status": "True",
            "reason": "SucceededGetScale",
            "message": "the HPA controller was able to get the target's current scale",
        }
        active = {
            "type": "ScalingActive",
            "status": "True",
            "reason": "ValidMetricFound",
            "message": "the HPA was able to successfully calculate a replica count",
        }
        if disabled:
            message = "scaling is disabled since the replica count of the target is zero"
            active |= {"status": "False", "reason": "ScalingDisabled", "message": message}
        elif load is None:
            message = "the HPA was unable to compute the replica count: no metrics are known for its pods"
            active |= {"status": "False", "reason": "FailedGetResourceMetric", "message": message}
        for each in (able, active):
            conditions = set_condition(conditions, each, at=at, update_time=False)
        metric = (
            {"name": "cpu", "current": {"averageUtilization": int(float(load)), "averageValue": "0"}} if load else {}
        )
        status: Json = {"currentReplicas": current, "desiredReplicas": desired, "conditions": conditions}
        status["currentMetrics"] = [{"type": "Resource", "resource": metric}] if metric else None
        write_status(self._writes, AUTOSCALERS, found, status)


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
