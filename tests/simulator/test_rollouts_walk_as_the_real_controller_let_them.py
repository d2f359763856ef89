"""What kubectl-argo-rollouts sent has the answers and the ends here that the real controller brought it to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from playground.cluster.server import SimulatedCluster
from tests.controlplane.api import Api
from tests.simulator.recordings import Object, load, replay
from tests.simulator.rollout_recordings import NAMES, bring_about, now_of, rollout_of, told

UNSERVED: Final = {
    "argo-promote-running-analysis": "spec.strategy.canary.steps[1].analysis of a Rollout",
    "argo-set-image-workloadref": "spec.workloadRef of a Rollout",
    "argo-terminate-analysisrun": "the running of AnalysisRuns",
}


@pytest.fixture
async def cluster() -> AsyncIterator[SimulatedCluster]:
    async with SimulatedCluster(speed=50, seed=1) as found:
        yield found


@pytest.mark.parametrize("name", [each for each in NAMES if each not in UNSERVED])
async def test_a_recorded_write_ends_alike(cluster: SimulatedCluster, name: str) -> None:
    recorded = await bring_about(cluster, name)
    await arrives(cluster, recorded["before"]["objects"])
    api = Api(url=cluster.url, authority=Path("none"), token=cluster.token_of("admin"))
    for request in recorded["requests"]:
        sent = await asyncio.to_thread(adapted, api, request)
        assert await asyncio.to_thread(replay, api, sent) == request["status"], request
    await arrives(cluster, recorded["after"]["objects"])


async def test_fields_belong_to_whom_they_belonged(cluster: SimulatedCluster) -> None:
    """`set image` sends the whole object, and so shows who owned what in it."""
    recorded = await bring_about(cluster, "argo-set-image")
    before = recorded["before"]["objects"]
    await arrives(cluster, before)
    (sent,) = (each["body"] for each in recorded["requests"] if each["method"] == "PUT")
    (found,) = now_of(cluster, before)
    assert owners(found, maker="tests") == owners(sent, maker="unknown")


def owners(found: Object, *, maker: str) -> dict[tuple[str, str], Any]:
    entries = found["metadata"]["managedFields"]
    named = [(each["manager"].replace(maker, "maker"), each.get("subresource", "")) for each in entries]
    return dict(zip(named, (each["fieldsV1"] for each in entries), strict=True))


@pytest.mark.parametrize(("name", "what"), UNSERVED.items())
async def test_what_is_not_walked_through_is_named(cluster: SimulatedCluster, name: str, what: str) -> None:
    found = next(each for each in load(name)["before"]["objects"] if each["apiVersion"] == "argoproj.io/v1alpha1")
    path = f"/apis/argoproj.io/v1alpha1/namespaces/default/{found['kind'].lower()}s"
    body = {"metadata": {"name": "app"}, "spec": found["spec"]}
    api = Api(url=cluster.url, authority=Path("none"), token=cluster.token_of("admin"))
    answer = await asyncio.to_thread(api.ask, "POST", path, body)
    assert (answer.status, answer.body["message"]) == (501, f"The simulated cluster does not serve {what}.")


def adapted(api: Api, request: Object) -> Object:
    """A whole object is sent with the identity that it has here."""
    if request["method"] != "PUT":
        return request
    known = api.get(request["path"])["metadata"]
    metadata = {key: value for key, value in request["body"]["metadata"].items() if key != "managedFields"}
    return {**request, "body": {**request["body"], "metadata": {**metadata, "uid": known["uid"]}}}


async def arrives(cluster: SimulatedCluster, recorded: list[Object]) -> None:
    """Wait for the recorded state, and show the difference if it never comes."""
    wanted = told(recorded)

    def now() -> list[Any]:
        return told(now_of(cluster, recorded))

    def there() -> bool:
        return "currentPodHash" in rollout_of(now_of(cluster, recorded)).get("status", {}) and now() == wanted

    try:
        await cluster.admin.eventually(there, seconds=4)
    except TimeoutError:
        assert [json.loads(each) for each in now()] == [json.loads(each) for each in wanted]
