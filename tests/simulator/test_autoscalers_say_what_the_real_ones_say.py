"""Autoscalers follow the load within their bounds, and say so as the real controller does beside a metrics-server."""

from __future__ import annotations

from typing import Any

from playground.cluster.controllers.autoscaling import LOAD
from playground.cluster.server import SimulatedCluster
from tests.simulator.workloads import APP, rolled_out

Object = dict[str, Any]
PATH = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers"


async def started(cluster: SimulatedCluster) -> None:
    await rolled_out(cluster, replicas=2)
    target = {"kind": "Deployment", "name": "app", "apiVersion": "apps/v1"}
    body = {"metadata": {"name": "app"}, "spec": {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 5}}
    cluster.admin.create(PATH, body)


def load(cluster: SimulatedCluster, percent: str) -> None:
    cluster.admin.merge(f"{PATH}/app", {"metadata": {"annotations": {LOAD: percent}}})


async def said(cluster: SimulatedCluster, *, wanted: int | None = None, **reasons: str) -> Object:
    """Its status, once its conditions have these reasons and it wants so many."""

    def met(found: Object) -> bool:
        status = found.get("status") or {}
        known = {each["type"]: each["reason"] for each in status.get("conditions") or ()}
        return reasons.items() <= known.items() and wanted in (None, status["desiredReplicas"])

    status: Object = (await cluster.admin.until(f"{PATH}/app", met))["status"]
    return status


async def test_it_follows_the_load_within_its_bounds(cluster: SimulatedCluster) -> None:
    await started(cluster)
    load(cluster, "160")
    await cluster.admin.until(APP, lambda it: it["spec"]["replicas"] == 5)
    status = await said(cluster, AbleToScale="ReadyForNewScale", ScalingLimited="TooManyReplicas")
    assert (status["currentReplicas"], status["desiredReplicas"]) == (5, 5)
    load(cluster, "10")
    await cluster.admin.until(APP, lambda it: it["spec"]["replicas"] == 2)
    await said(cluster, ScalingActive="ValidMetricFound", ScalingLimited="TooFewReplicas")
    load(cluster, "80")
    await said(cluster, ScalingLimited="DesiredWithinRange")


async def test_without_metrics_it_does_not_know_what_it_wants(cluster: SimulatedCluster) -> None:
    await started(cluster)
    status = await said(cluster, AbleToScale="SucceededGetScale", ScalingActive="FailedGetResourceMetric")
    assert (status["currentReplicas"], status["desiredReplicas"]) == (2, 0)
    assert status["currentMetrics"] == [{"type": ""}]
    cluster.admin.merge(f"{PATH}/app", {"spec": {"minReplicas": 3}})
    await cluster.admin.until(APP, lambda it: it["spec"]["replicas"] == 3)
    await said(cluster, wanted=3, AbleToScale="SucceededGetScale", ScalingActive="FailedGetResourceMetric")


async def test_at_zero_it_is_off(cluster: SimulatedCluster) -> None:
    await started(cluster)
    load(cluster, "160")
    await said(cluster, ScalingActive="ValidMetricFound")
    cluster.admin.merge(APP, {"spec": {"replicas": 0}})
    status = await said(cluster, ScalingActive="ScalingDisabled")
    assert (status["currentReplicas"], status["desiredReplicas"], status["currentMetrics"]) == (0, 0, None)
