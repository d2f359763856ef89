"""A rule that the simulated scheduler or its Job controller would not heed is answered 501 by name."""

from __future__ import annotations

from typing import Any, Final

import pytest

from playground.cluster.problems import Problem
from playground.cluster.server import SimulatedCluster

REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
DEPLOYMENTS: Final = "/apis/apps/v1/namespaces/shop/deployments"
JOBS: Final = "/apis/batch/v1/namespaces/shop/jobs"


def workload(**spec: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "a"}], **spec}}
    return {"metadata": {"name": "a"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}}


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ({"affinity": {"podAntiAffinity": {REQUIRED: [{}]}}}, f"affinity.podAntiAffinity.{REQUIRED}"),
        ({"affinity": {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": []}}}}, f"affinity.nodeAffinity.{REQUIRED}"),
        ({"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone"}]}, "topologySpreadConstraints"),
    ],
)
def test_where_a_pod_must_be(cluster: SimulatedCluster, spec: dict[str, Any], named: str) -> None:
    with pytest.raises(Problem, match="scheduler does not look at") as refused:
        cluster.admin.create(DEPLOYMENTS, workload(**spec))
    assert (refused.value.code, named in refused.value.message) == (501, True)


async def test_where_it_would_rather_be_is_no_rule(cluster: SimulatedCluster) -> None:
    rather = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]}
    cluster.admin.create(DEPLOYMENTS, workload(affinity={"podAntiAffinity": rather}))
    await cluster.admin.until(f"{DEPLOYMENTS}/a", lambda it: (it.get("status") or {}).get("availableReplicas") == 1)


@pytest.mark.parametrize(
    ("spec", "pod", "named"),
    [
        ({"activeDeadlineSeconds": 60}, {}, "activeDeadlineSeconds of a Job"),
        ({"ttlSecondsAfterFinished": 60}, {}, "ttlSecondsAfterFinished of a Job"),
        ({"suspend": True}, {}, "suspend True of a Job"),
        ({"completionMode": "Indexed", "completions": 2}, {}, "completionMode Indexed of a Job"),
        ({}, {"restartPolicy": "OnFailure"}, "restartPolicy OnFailure of a Job"),
    ],
)
def test_how_a_job_runs(cluster: SimulatedCluster, spec: dict[str, Any], pod: dict[str, Any], named: str) -> None:
    containers = [{"name": "a", "image": "a"}]
    template = {"spec": {"restartPolicy": "Never", "containers": containers, **pod}}
    with pytest.raises(Problem, match="controller does not look at") as refused:
        cluster.admin.create(JOBS, {"metadata": {"name": "a"}, "spec": {"template": template, **spec}})
    assert (refused.value.code, named in refused.value.message) == (501, True)
