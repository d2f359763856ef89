"""What no recording shows of a Rollout: timed pauses, bad images, scaling on the way, the old version's afterlife."""

from __future__ import annotations

from typing import Any, Final

import pytest

from playground.cluster.problems import Problem
from playground.cluster.server import SimulatedCluster

ROLLOUTS: Final = "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts"
APP: Final = f"{ROLLOUTS}/app"
PODS: Final = "/api/v1/namespaces/shop/pods"
SERVICES: Final = "/api/v1/namespaces/shop/services"
DEADLINE: Final = "scale-down-deadline"
ACTIVE: Final = {"metadata": {"name": "active"}, "spec": {"selector": {"app": "app"}, "ports": [{"port": 80}]}}
SETS: Final = "/apis/apps/v1/namespaces/shop/replicasets"


def rollout(strategy: dict[str, Any], **more: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": "app"}}, "spec": {"containers": [{"name": "app", "image": "app:v1"}]}}
    spec = {"replicas": 5, "selector": {"matchLabels": {"app": "app"}}, "template": template, **more}
    return {"metadata": {"name": "app"}, "spec": {**spec, "strategy": strategy}}


async def begin(cluster: SimulatedCluster, body: dict[str, Any]) -> None:
    cluster.admin.create(ROLLOUTS, body)
    await cluster.admin.until(APP, lambda it: (it.get("status") or {}).get("phase") == "Healthy")


def set_image(cluster: SimulatedCluster, image: str) -> None:
    containers = [{"name": "app", "image": image}]
    cluster.admin.merge(APP, {"spec": {"template": {"spec": {"containers": containers}}}})


def images(cluster: SimulatedCluster) -> list[str]:
    pods = cluster.admin.items(PODS)
    return sorted(
        each["spec"]["containers"][0]["image"] for each in pods if "deletionTimestamp" not in each["metadata"]
    )


def phase(wanted: str, message: str = "") -> Any:
    def met(it: Any) -> bool:
        status = it["status"]
        seen = status["observedGeneration"] == str(it["metadata"]["generation"])
        return bool(seen and status["phase"] == wanted and message in status.get("message", ""))

    return met


async def test_one_pod_of_five_is_new_at_a_weight_of_twenty(cluster: SimulatedCluster) -> None:
    await begin(cluster, rollout({"canary": {"steps": [{"setWeight": 20}, {"pause": {}}]}}))
    set_image(cluster, "app:v2")
    await cluster.admin.until(APP, phase("Paused", "CanaryPauseStep"))
    assert images(cluster) == [*["app:v1"] * 4, "app:v2"]


async def test_a_timed_pause_ends_by_itself(cluster: SimulatedCluster) -> None:
    steps = [{"setWeight": 20}, {"pause": {"duration": "1m"}}, {"setWeight": 60}, {"pause": {"duration": 30}}]
    await begin(cluster, rollout({"canary": {"steps": steps}}))
    set_image(cluster, "app:v2")
    await cluster.admin.until(APP, phase("Paused", "CanaryPauseStep"))
    found = await cluster.admin.until(APP, phase("Healthy"))
    assert (found["status"]["currentStepIndex"], images(cluster)) == (4, ["app:v2"] * 5)


async def test_a_bad_image_leaves_the_old_pods_and_is_found_out_in_time(cluster: SimulatedCluster) -> None:
    await begin(cluster, rollout({"canary": {"steps": [{"setWeight": 20}]}}, progressDeadlineSeconds=20))
    set_image(cluster, "app:broken")
    await cluster.admin.until(APP, phase("Degraded", "ProgressDeadlineExceeded"))
    assert images(cluster).count("app:v1") >= 4


async def test_scaling_on_the_way_keeps_the_weight(cluster: SimulatedCluster) -> None:
    await begin(cluster, rollout({"canary": {"steps": [{"setWeight": 20}, {"pause": {}}]}}))
    set_image(cluster, "app:v2")
    await cluster.admin.until(APP, phase("Paused", "CanaryPauseStep"))
    cluster.admin.merge(APP, {"spec": {"replicas": 10}})
    await cluster.admin.until(APP, lambda it: it["status"].get("availableReplicas") == 10)
    assert images(cluster) == [*["app:v1"] * 8, *["app:v2"] * 2]


async def test_the_way_back_in_the_middle_skips_all_steps(cluster: SimulatedCluster) -> None:
    await begin(cluster, rollout({"canary": {"steps": [{"setWeight": 20}, {"pause": {}}]}}))
    set_image(cluster, "app:v2")
    await cluster.admin.until(APP, phase("Paused", "CanaryPauseStep"))
    set_image(cluster, "app:v1")
    found = await cluster.admin.until(APP, phase("Healthy"))
    assert found["metadata"]["annotations"]["rollout.argoproj.io/revision"] == "3"
    assert (found["status"]["currentStepIndex"], images(cluster)) == (2, ["app:v1"] * 5)


async def test_blue_goes_a_while_after_green_became_active(cluster: SimulatedCluster) -> None:
    rules = {"activeService": "active", "autoPromotionSeconds": 20, "scaleDownDelaySeconds": 60}
    cluster.admin.create(SERVICES, ACTIVE)
    await begin(cluster, rollout({"blueGreen": rules}))
    set_image(cluster, "app:v2")
    await cluster.admin.until(APP, phase("Paused", "BlueGreenPause"))
    found = await cluster.admin.until(APP, phase("Healthy"))
    selector = cluster.admin.get(f"{SERVICES}/active")["spec"]["selector"]
    assert selector == {"app": "app", "rollouts-pod-template-hash": found["status"]["currentPodHash"]}
    assert images(cluster) == [*["app:v1"] * 5, *["app:v2"] * 5]
    await cluster.admin.eventually(lambda: images(cluster) == ["app:v2"] * 5)


async def test_an_aborted_preview_goes_after_a_while_and_a_retry_brings_it_back(cluster: SimulatedCluster) -> None:
    rules = {"activeService": "active", "autoPromotionEnabled": False, "abortScaleDownDelaySeconds": 20}
    cluster.admin.create(SERVICES, ACTIVE)
    await begin(cluster, rollout({"blueGreen": rules}))
    set_image(cluster, "app:v2")
    await cluster.admin.until(APP, phase("Paused", "BlueGreenPause"))
    cluster.admin.merge(APP, {"status": {"abort": True}}, status=True)
    await cluster.admin.until(APP, phase("Degraded", "RolloutAborted"))
    await cluster.admin.eventually(lambda: images(cluster) == ["app:v1"] * 5)
    cluster.admin.merge(APP, {"status": {"abort": False}}, status=True)
    await cluster.admin.until(APP, phase("Paused", "BlueGreenPause"))
    assert images(cluster) == [*["app:v1"] * 5, *["app:v2"] * 5]


async def test_blue_that_is_still_up_takes_over_at_once(cluster: SimulatedCluster) -> None:
    rules = {"activeService": "active", "autoPromotionEnabled": False, "scaleDownDelaySeconds": 3600}
    cluster.admin.create(SERVICES, ACTIVE)
    await begin(cluster, rollout({"blueGreen": rules}))
    set_image(cluster, "app:v2")
    await cluster.admin.until(APP, phase("Paused", "BlueGreenPause"))
    cluster.admin.merge(APP, {"status": {"pauseConditions": None}}, status=True)
    await cluster.admin.when(SETS, lambda found: any(DEADLINE in each["metadata"]["annotations"] for each in found))
    set_image(cluster, "app:v1")
    await cluster.admin.until(APP, phase("Healthy"))
    assert not cluster.admin.get(APP)["status"].get("pauseConditions")


async def test_a_service_that_is_missing_makes_it_invalid_until_it_is_there(cluster: SimulatedCluster) -> None:
    cluster.admin.create(ROLLOUTS, rollout({"blueGreen": {"activeService": "active"}}))
    await cluster.admin.until(APP, lambda it: "active" in (it.get("status") or {}).get("message", ""))
    assert cluster.admin.get(APP)["status"]["phase"] == "Degraded"
    cluster.admin.create(SERVICES, ACTIVE)
    await cluster.admin.until(APP, phase("Healthy"))


async def test_it_goes_with_all_that_is_its_own(cluster: SimulatedCluster) -> None:
    await begin(cluster, rollout({"canary": {}}))
    cluster.admin.delete(APP)
    await cluster.admin.eventually(lambda: not cluster.admin.items(SETS) and not cluster.admin.items(PODS))


@pytest.mark.parametrize(
    ("strategy", "named"),
    [
        ({"canary": {"trafficRouting": {}}}, "spec.strategy.canary.trafficRouting of a Rollout"),
        ({"canary": {"steps": [{"setCanaryScale": {}}]}}, "spec.strategy.canary.steps[0].setCanaryScale of a Rollout"),
        ({"blueGreen": {"prePromotionAnalysis": {}}}, "spec.strategy.blueGreen.prePromotionAnalysis of a Rollout"),
        ({}, "a Rollout without a template, a selector and either canary or blueGreen"),
    ],
)
def test_what_is_not_walked_through_is_refused_at_the_door(
    cluster: SimulatedCluster, strategy: dict[str, Any], named: str
) -> None:
    with pytest.raises(Problem, match="does not serve") as refused:
        cluster.admin.create(ROLLOUTS, rollout(strategy))
    assert (refused.value.code, named in refused.value.message) == (501, True)
