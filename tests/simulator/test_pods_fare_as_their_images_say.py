"""Workloads become true, or fail as on a node: roll-outs, deadlines, order, quotas, budgets, logs, and what is told."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from bot.kubernetes.cluster import Client
from bot.kubernetes.errors import Rejected, TooMany
from bot.operations.reader import LogOptions
from playground.cluster.controllers.containers import RELEASED
from playground.cluster.server import SimulatedCluster
from tests.simulator.workloads import APP, APPS, ready, rolled_out, with_image, workload

Object = dict[str, Any]
CORE = "/api/v1/namespaces/shop"


def condition(found: Object, kind: str) -> Object:
    return next((each for each in found["status"].get("conditions") or () if each["type"] == kind), {})


def waiting(pod: Object) -> str:
    statuses = pod["status"].get("containerStatuses") or ({},)
    return str(statuses[0].get("state", {}).get("waiting", {}).get("reason", ""))


async def test_running_pods_can_be_made_to_crash_and_a_roll_out_replaces_them(cluster: SimulatedCluster) -> None:
    cluster.admin.create(f"{APPS}/deployments", workload("Deployment", "app:v1"))
    await cluster.admin.until(APP, ready(3))
    first, *others = (each["metadata"]["name"] for each in cluster.admin.items(f"{CORE}/pods"))
    cluster.crash("shop", first)
    crashed = await cluster.admin.until(
        f"{CORE}/pods/{first}", lambda it: not it["status"]["containerStatuses"][0]["ready"]
    )
    status = crashed["status"]["containerStatuses"][0]
    assert (status["state"]["waiting"]["reason"], status["restartCount"]) == ("CrashLoopBackOff", 1)
    for name in others:
        assert cluster.admin.get(f"{CORE}/pods/{name}")["status"]["containerStatuses"][0]["ready"]
    await cluster.admin.until(APP, lambda it: it["status"]["availableReplicas"] == 2)
    cluster.admin.merge(APP, with_image("app:v2"))
    await cluster.admin.until(APP, ready(3))
    await cluster.admin.until_gone(f"{CORE}/pods/{first}")


@pytest.mark.parametrize(
    ("image", "reason"), [("app:broken-1", "ImagePullBackOff"), ("app:crash-1", "CrashLoopBackOff")]
)
async def test_a_bad_image_stands_still_and_leaves_the_old_pods(
    cluster: SimulatedCluster, image: str, reason: str
) -> None:
    await rolled_out(cluster, progressDeadlineSeconds=5)
    cluster.admin.merge(APP, with_image(image))
    await cluster.admin.when(f"{CORE}/pods", lambda pods: any(waiting(each) == reason for each in pods))
    stuck = await cluster.admin.until(APP, lambda it: condition(it, "Progressing").get("status") == "False")
    assert condition(stuck, "Progressing")["reason"] == "ProgressDeadlineExceeded"
    assert condition(stuck, "Available")["status"] == "True"
    assert stuck["status"]["readyReplicas"] == 3
    assert stuck["status"]["updatedReplicas"] == 1


async def test_running_out_of_memory_is_told(cluster: SimulatedCluster) -> None:
    cluster.admin.create(f"{APPS}/deployments", workload("Deployment", "app:oom-1", replicas=1))

    def restarted(pods: list[Object]) -> bool:
        return any((each["status"].get("containerStatuses") or [{}])[0].get("restartCount", 0) > 1 for each in pods)

    pods = await cluster.admin.when(f"{CORE}/pods", restarted)
    ended = pods[0]["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)


async def test_held_pods_wait_until_they_are_let_go(cluster: SimulatedCluster) -> None:
    await rolled_out(cluster)
    cluster.admin.merge(APP, with_image("app:held-1"))
    found = await cluster.admin.until(APP, lambda it: it["status"].get("updatedReplicas") == 1)
    assert found["status"]["readyReplicas"] == 3

    def held() -> list[Object]:
        return [each for each in cluster.admin.items(f"{CORE}/pods") if "held" in str(each["spec"]["containers"])]

    def release() -> bool:
        for each in held():
            if RELEASED not in (each["metadata"].get("annotations") or {}):
                cluster.admin.merge(
                    f"{CORE}/pods/{each['metadata']['name']}", {"metadata": {"annotations": {RELEASED: "yes"}}}
                )
        return ready(3)(cluster.admin.get(APP)) and len(held()) == 3

    await cluster.admin.eventually(release)


async def test_never_more_and_never_fewer_pods_than_allowed(cluster: SimulatedCluster) -> None:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    await rolled_out(cluster, replicas=5, strategy=rolling)
    seen: list[tuple[int, int]] = []

    def note(found: Object) -> bool:
        seen.append((found["status"].get("replicas", 0), found["status"].get("availableReplicas", 0)))
        return bool(ready(5)(found))

    cluster.admin.merge(APP, with_image("app:v2"))
    await cluster.admin.until(APP, note)
    assert max(total for total, _ in seen) <= 6
    assert min(available for _, available in seen) >= 5


async def test_a_paused_one_only_scales(cluster: SimulatedCluster) -> None:
    await rolled_out(cluster)
    cluster.admin.merge(APP, {"spec": {"paused": True}})
    paused = await cluster.admin.until(APP, lambda it: condition(it, "Progressing")["reason"] == "DeploymentPaused")
    assert condition(paused, "Progressing")["status"] == "Unknown"
    cluster.admin.merge(APP, with_image("app:v2") | {"metadata": {"labels": {"x": "y"}}})
    cluster.admin.merge(APP, {"spec": {"replicas": 4}})
    await cluster.admin.until(APP, lambda it: it["status"].get("readyReplicas") == 4)
    assert len(cluster.admin.items(f"{APPS}/replicasets")) == 1
    cluster.admin.merge(APP, {"spec": {"paused": None}})
    await cluster.admin.until(APP, ready(4))
    assert len(cluster.admin.items(f"{APPS}/replicasets")) == 2


async def test_each_template_has_its_revision_and_one_taken_up_again_the_newest(cluster: SimulatedCluster) -> None:
    await rolled_out(cluster)
    found = cluster.admin.get(APP)
    assert found["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "1"
    for number, image in enumerate(("app:v2", "app:v3", "app:v1"), start=2):
        cluster.admin.merge(APP, with_image(image))
        found = await cluster.admin.until(APP, ready(3))
        assert found["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == str(number)
    sets = cluster.admin.items(f"{APPS}/replicasets")
    revisions = sorted(each["metadata"]["annotations"]["deployment.kubernetes.io/revision"] for each in sets)
    assert revisions == ["2", "3", "4"]


async def test_stateful_pods_come_in_order_and_are_exchanged_from_the_last(cluster: SimulatedCluster) -> None:
    made: list[str] = []
    cluster.store.listen(
        lambda change: (
            made.append(change.key[1])
            if change.resource.kind == "Pod" and change.before is None and change.after is not None
            else None
        )
    )
    cluster.admin.create(f"{APPS}/statefulsets", workload("StatefulSet", "db:v1", serviceName="app"))
    await cluster.admin.until(f"{APPS}/statefulsets/app", ready(3))
    assert made == ["app-0", "app-1", "app-2"]
    cluster.admin.merge(f"{APPS}/statefulsets/app", with_image("db:v2"))
    found = await cluster.admin.until(
        f"{APPS}/statefulsets/app",
        lambda it: ready(3)(it) and it["status"]["currentRevision"].endswith(it["status"]["updateRevision"]),
    )
    assert made[3:] == ["app-2", "app-1", "app-0"]
    assert found["status"]["currentReplicas"] == 3


async def test_a_daemon_runs_on_each_node(cluster: SimulatedCluster) -> None:
    cluster.admin.create(f"{APPS}/daemonsets", workload("DaemonSet", "agent:v1"))
    await cluster.admin.until(f"{APPS}/daemonsets/app", ready(3))
    assert sorted(each["spec"]["nodeName"] for each in cluster.admin.items(f"{CORE}/pods")) == [
        "node-a",
        "node-b",
        "node-c",
    ]
    cluster.admin.merge(f"{APPS}/daemonsets/app", with_image("agent:v2"))
    await cluster.admin.until(f"{APPS}/daemonsets/app", ready(3))
    images = {each["spec"]["containers"][0]["image"] for each in cluster.admin.items(f"{CORE}/pods")}
    assert images == {"agent:v2"}


async def test_pods_beyond_a_quota_are_not_made_and_it_is_said(cluster: SimulatedCluster) -> None:
    cluster.admin.create(f"{CORE}/resourcequotas", {"metadata": {"name": "few"}, "spec": {"hard": {"pods": "2"}}})
    cluster.admin.create(f"{APPS}/deployments", workload("Deployment", "app:v1"))
    found = await cluster.admin.until(APP, lambda it: condition(it, "ReplicaFailure").get("status") == "True")
    message = condition(found, "ReplicaFailure")["message"]
    assert "exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2" in message
    events = await cluster.admin.when(
        f"{CORE}/events", lambda found: any(each["reason"] == "FailedCreate" for each in found)
    )
    assert any("exceeded quota" in each["message"] for each in events)


async def test_pods_that_pod_security_forbids_are_not_made(cluster: SimulatedCluster) -> None:
    enforced = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    cluster.admin.merge("/api/v1/namespaces/shop", enforced)
    cluster.admin.create(f"{APPS}/deployments", workload("Deployment", "app:v1"))
    found = await cluster.admin.until(APP, lambda it: condition(it, "ReplicaFailure").get("status") == "True")
    assert 'violates PodSecurity "restricted:latest"' in condition(found, "ReplicaFailure")["message"]
    assert cluster.admin.items(f"{CORE}/pods") == []


async def test_a_budget_refuses_the_eviction_that_would_break_it(cluster: SimulatedCluster, admin: Client) -> None:
    await rolled_out(cluster)
    cluster.admin.create(
        "/apis/policy/v1/namespaces/shop/poddisruptionbudgets",
        {"metadata": {"name": "app"}, "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "app"}}}},
    )
    names = [each["metadata"]["name"] for each in cluster.admin.items(f"{CORE}/pods")]
    with cluster.paused_kubelet():
        await evict(admin, names[0])
        with pytest.raises(TooMany) as caught:
            await evict(admin, names[1])
    assert caught.value.budget


async def evict(admin: Client, name: str) -> None:
    body = b'{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "%s"}}' % name.encode()
    await admin.request("POST", f"{CORE}/pods/{name}/eviction", body=body)


async def test_a_cordoned_node_takes_no_pods(cluster: SimulatedCluster) -> None:
    for name in ("node-a", "node-b"):
        cluster.admin.merge(f"/api/v1/nodes/{name}", {"spec": {"unschedulable": True}})
    await rolled_out(cluster)
    assert {each["spec"]["nodeName"] for each in cluster.admin.items(f"{CORE}/pods")} == {"node-c"}


async def test_logs_are_read_as_asked_for(cluster: SimulatedCluster, admin: Client) -> None:
    await rolled_out(cluster, replicas=1)
    pod = cluster.admin.items(f"{CORE}/pods")[0]
    cluster.logs.write(pod, "app", "one", "two", "three")
    name = pod["metadata"]["name"]
    assert await read(admin, name, LogOptions(tail=2)) == ["two", "three"]
    assert await read(admin, name, LogOptions()) == ["started", "one", "two", "three"]
    with pytest.raises(Rejected) as caught:
        await read(admin, name, LogOptions(previous=True))
    assert "previous terminated container" in str(caught.value.why)


async def read(admin: Client, pod: str, options: LogOptions) -> list[str]:
    async with aclosing(admin.log(pod, "shop", options)) as lines:
        return [line async for line in lines]


async def test_what_belonged_to_a_deployment_goes_with_it(cluster: SimulatedCluster) -> None:
    await rolled_out(cluster)
    cluster.admin.delete(APP)
    await cluster.admin.when(f"{CORE}/pods", lambda found: not found)
    assert cluster.admin.items(f"{APPS}/replicasets") == []


async def test_a_namespace_goes_with_all_that_is_in_it(cluster: SimulatedCluster) -> None:
    await rolled_out(cluster)
    cluster.admin.delete("/api/v1/namespaces/shop")
    await cluster.admin.until_gone("/api/v1/namespaces/shop")
    assert cluster.admin.items(f"{CORE}/pods") == []
