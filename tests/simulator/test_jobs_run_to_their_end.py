"""A Job has as many pods as it wants until enough have ended well, or too many have not; each is counted once."""

from __future__ import annotations

from typing import Any, Final

from playground.cluster.controllers.containers import RELEASED
from playground.cluster.controllers.jobs import TRACKING
from playground.cluster.server import SimulatedCluster

JOBS: Final = "/apis/batch/v1/namespaces/shop/jobs"
PODS: Final = "/api/v1/namespaces/shop/pods"


def job(name: str, image: str, **spec: Any) -> dict[str, Any]:
    containers = [{"name": "main", "image": image}]
    template = {"spec": {"restartPolicy": "Never", "containers": containers}}
    return {"metadata": {"name": name}, "spec": {"template": template, **spec}}


def ended(found: dict[str, Any]) -> bool:
    return bool(found["status"].get("conditions"))


def of_job(cluster: SimulatedCluster, name: str) -> list[dict[str, Any]]:
    return cluster.admin.items(PODS, labels=f"batch.kubernetes.io/job-name={name}")


async def test_one_whose_pods_end_well_is_complete(cluster: SimulatedCluster) -> None:
    cluster.admin.create(JOBS, job("good", "app:v1", completions=3, parallelism=2))
    found = await cluster.admin.until(f"{JOBS}/good", ended)
    assert [each["type"] for each in found["status"]["conditions"]] == ["SuccessCriteriaMet", "Complete"]
    assert (found["status"]["succeeded"], found["status"].get("failed"), found["status"].get("active")) == (
        3,
        None,
        None,
    )
    pods = of_job(cluster, "good")
    assert [each["status"]["phase"] for each in pods] == ["Succeeded"] * 3
    assert not any(TRACKING in each["metadata"].get("finalizers", ()) for each in pods)


async def test_one_that_fails_too_often_has_failed(cluster: SimulatedCluster) -> None:
    cluster.admin.create(JOBS, job("bad", "app:crash-1", backoffLimit=1))
    found = await cluster.admin.until(f"{JOBS}/bad", ended)
    assert [each["reason"] for each in found["status"]["conditions"]] == ["BackoffLimitExceeded"] * 2
    assert found["status"]["failed"] == 2
    terminated = [each["status"]["containerStatuses"][0]["state"]["terminated"] for each in of_job(cluster, "bad")]
    assert [each["exitCode"] for each in terminated] == [1, 1]


async def test_one_that_is_held_runs_until_it_is_released(cluster: SimulatedCluster) -> None:
    cluster.admin.create(JOBS, job("slow", "app:held-1"))
    await cluster.admin.until(f"{JOBS}/slow", lambda it: it["status"].get("active") == 1)
    (pod,) = await cluster.admin.when(PODS, lambda all_: [it["status"].get("phase") for it in all_] == ["Running"])
    cluster.admin.merge(f"{PODS}/{pod['metadata']['name']}", {"metadata": {"annotations": {RELEASED: "yes"}}})
    assert (await cluster.admin.until(f"{JOBS}/slow", ended))["status"]["succeeded"] == 1


async def test_one_that_is_deleted_takes_its_pods_with_it(cluster: SimulatedCluster) -> None:
    cluster.admin.create(JOBS, job("slow", "app:held-1"))
    await cluster.admin.until(f"{JOBS}/slow", lambda it: it["status"].get("active") == 1)
    cluster.admin.delete(f"{JOBS}/slow")
    await cluster.admin.when(PODS, lambda all_: not all_)
