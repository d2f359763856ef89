"""What kubectl sent to a real API server gives the same answers here, and leaves the same objects behind."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Final

import pytest

from playground.cluster.budgets import is_ready
from playground.cluster.resources import BY_KIND
from playground.cluster.server import SimulatedCluster
from tests.controlplane.api import Api
from tests.simulator.recordings import GOLDEN, Object, load, replay, shapes

LEFT_OUT: Final = {
    "kubectl-autoscale": "was recorded without its Deployment",
    "kubectl-describe-node": "asks for resourceslices, which are not served",
    "kubectl-rollout-pause-already-paused": "a paused Deployment without its ReplicaSet, which was not recorded",
    "kubectl-logs-pod": "was recorded without a kubelet",
    **dict.fromkeys(
        (f"kubectl-drain{each}" for each in ("", "-disable-eviction", "-dry-run-server", "-force-delete-emptydir")),
        "pods that were recorded without their ReplicaSet, which are garbage and soon collected",
    ),
    **dict.fromkeys(
        (f"kubectl-top-{each}" for each in ("nodes", "nodes-with-metrics", "pod-one", "pods", "pods-with-metrics")),
        "metrics are not served",
    ),
}
IN_MOTION: Final = frozenset(
    f"kubectl-rollout-status-{each}" for each in ("nowatch-mid", "timeout", "watch-until-done")
)
"""Recorded while pods were held: the answers are compared, but not by how many steps the sets came to their sizes."""

NAMES: Final = sorted(each.stem for each in GOLDEN.glob("kubectl-*.json") if each.stem not in LEFT_OUT)


STOPPING: Final = {"kubectl-delete-pod": 30.0}
"""Cluster seconds that its pods take to stop, where they were still there when they were asked for."""


@pytest.mark.parametrize("name", NAMES)
async def test_a_recorded_run_ends_alike(name: str) -> None:
    recorded = load(name)
    before, after = recorded["before"]["objects"], recorded["after"]["objects"]
    async with SimulatedCluster(speed=50, seed=1, stop=STOPPING.get(name, 0.5)) as cluster:
        await prepare(cluster, recorded, before)
        api = Api(url=cluster.url, authority=Path("none"), token=cluster.token_of("admin"))
        for request in recorded["requests"]:
            assert await answered(api, request) == request["status"], request
        if name not in IN_MOTION:
            await ended(cluster, after)


async def prepare(cluster: SimulatedCluster, recorded: Object, before: list[Object]) -> None:
    """The recorded state, with the pods that were there but not recorded."""
    path = next((each["path"] for each in recorded["requests"] if "/namespaces/" in each["path"]), "")
    namespace = path.split("/namespaces/")[1].split("/")[0] if path else "default"
    objects = [each["metadata"]["name"] for each in before if each["kind"] == "Namespace"]
    if namespace not in ("default", "kube-node-lease", *objects):
        cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    cluster.admin.load(before)
    await cluster.admin.eventually(lambda: all(steady(cluster, each) for each in before))


def steady(cluster: SimulatedCluster, recorded: Object) -> bool:
    """Whether it has the pods it was recorded with, and says so."""
    if recorded["kind"] not in ("Deployment", "StatefulSet", "DaemonSet"):
        return True
    metadata = recorded["metadata"]
    found = cluster.store.known(
        BY_KIND[recorded["apiVersion"], recorded["kind"]], metadata["namespace"], metadata["name"]
    )
    status = found["status"]
    wanted = status.get("desiredNumberScheduled", found["spec"].get("replicas"))
    ready = status.get("numberAvailable", status.get("availableReplicas", 0))
    pods = cluster.admin.items(f"/api/v1/namespaces/{metadata['namespace']}/pods", labels=f"app={metadata['name']}")
    running = [each for each in pods if is_ready(each)]
    return bool(status.get("observedGeneration") == found["metadata"]["generation"] and ready == wanted <= len(running))


async def answered(api: Api, request: Object) -> int:
    """The status; what kubectl asked again and again until it was gone is asked so here, too."""
    for _ in range(100):
        status = await asyncio.to_thread(replay, api, request)
        if request["status"] != 404 or request["method"] != "GET" or status == 404:
            break
    return status


async def ended(cluster: SimulatedCluster, after: list[Object]) -> None:
    """Wait until the objects are as they were recorded, and show the difference if they never are."""

    def now() -> list[Any]:
        found = []
        for each in after:
            resource, metadata = BY_KIND[each["apiVersion"], each["kind"]], each["metadata"]
            found += [
                it
                for it in cluster.store.list(resource, metadata.get("namespace", ""))
                if it["metadata"]["name"] == metadata["name"] or is_history(it, metadata, after)
            ]
        return shapes(list({each["metadata"]["uid"]: each for each in found}.values()))

    def is_history(found: Object, metadata: Object, expected: list[Object]) -> bool:
        return found["kind"] in ("ReplicaSet", "ControllerRevision") and any(
            each["kind"] in ("ReplicaSet", "ControllerRevision") for each in expected
        )

    wanted = shapes(after)
    try:
        await cluster.admin.eventually(lambda: now() == wanted, seconds=3)
    except TimeoutError:
        assert json.dumps(now(), indent=1) == json.dumps(wanted, indent=1)
