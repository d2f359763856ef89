"""What releases are made of in the town: a canary that waits at a fifth, and blue beside green."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
import pytest

from playground.cluster.server import SimulatedCluster
from playground.town.clusters import CANARY, CANDIDATE, SHOP, furnish

PODS: Final = f"/api/v1/namespaces/{SHOP}/pods"
SERVICE: Final = f"/api/v1/namespaces/{SHOP}/services/app-service"
SLICES: Final = f"/apis/discovery.k8s.io/v1/namespaces/{SHOP}/endpointslices"


@pytest.fixture
async def town() -> AsyncIterator[SimulatedCluster]:
    async with SimulatedCluster(speed=30, seed=1) as cluster:
        await furnish(cluster)
        yield cluster


def images(town: SimulatedCluster, labels: str) -> list[str]:
    return sorted(each["spec"]["containers"][0]["image"] for each in town.admin.items(PODS, labels=labels))


def served_by(town: SimulatedCluster) -> list[str]:
    """The Deployments whose pods answer for the Service."""
    found = town.admin.items(SLICES, labels="kubernetes.io/service-name=app-service")[0]["endpoints"]
    return sorted({each["targetRef"]["name"].rsplit("-", 2)[0] for each in found if each["conditions"]["ready"]})


async def test_the_new_version_waits_in_one_pod_of_five_for_somebody(town: SimulatedCluster) -> None:
    status = town.admin.get(CANARY)["status"]
    assert (status["phase"], status["message"], status["currentStepIndex"]) == ("Paused", "CanaryPauseStep", 1)
    await town.admin.eventually(lambda: len(images(town, "app=search")) == 5)  # the one that it replaced may be going
    assert images(town, "app=search").count(CANDIDATE) == 1


async def test_a_promotion_goes_on_to_the_next_pause(town: SimulatedCluster) -> None:
    town.admin.merge(CANARY, {"status": {"pauseConditions": None}}, status=True)
    await town.admin.until(CANARY, lambda it: it["status"]["currentStepIndex"] == 3 and "message" in it["status"])
    await town.admin.eventually(lambda: images(town, "app=search").count(CANDIDATE) == 3)


async def test_what_serves_is_a_matter_of_one_word(town: SimulatedCluster) -> None:
    await town.admin.eventually(lambda: served_by(town) == ["front-blue"])
    body: dict[str, Any] = {"spec": {"selector": {"version": "green"}}}
    town.admin.merge(SERVICE, body)
    await town.admin.eventually(lambda: served_by(town) == ["front-green"])


async def test_a_canary_goes_on_where_it_was_in_another_process(town: SimulatedCluster) -> None:
    kept = msgspec.structs.replace(town.kept(), port=0)
    async with SimulatedCluster(speed=30, kept=kept) as again:
        again.admin.merge(CANARY, {"status": {"promoteFull": True}}, status=True)
        await again.admin.until(CANARY, lambda it: it["status"]["phase"] == "Healthy")
        assert images(again, "app=search").count(CANDIDATE) == 5
