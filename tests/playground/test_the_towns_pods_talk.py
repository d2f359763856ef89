"""Logs of the town's pods go on while they run, and those of crashing ones say why."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from playground.cluster.pod_logs import Line
from playground.cluster.server import SimulatedCluster
from playground.town.traffic import MOST, SAID, said
from tests.simulator.workloads import APP, ready, rolled_out

STARTED = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
POD: dict[str, Any] = {
    "metadata": {"uid": "u-1"},
    "spec": {"containers": [{"name": "app", "image": "registry.example/shop/app:v2.4.1"}]},
    "status": {"containerStatuses": [{"name": "app", "state": {"running": {"startedAt": "2026-11-25T03:00:00Z"}}}]},
}


def after(seconds: float) -> datetime:
    return STARTED + timedelta(seconds=seconds)


def test_they_are_the_same_for_whoever_reads_and_grow_with_the_time() -> None:
    whole = said(POD, "app", after(-1), after(60))
    parts = [line for each in range(-1, 60) for line in said(POD, "app", after(each), after(each + 1))]
    assert whole == parts == sorted(whole, key=lambda it: it.at)
    assert 15 <= len(whole) <= 20
    assert all(each.text.startswith(("GET /", "POST /")) and "{" not in each.text for each in whole)
    assert len({each.text for each in whole}) > 10
    other = {**POD, "metadata": {"uid": "u-2"}}
    assert said(other, "app", after(-1), after(60)) != whole


def test_a_long_log_is_bounded() -> None:
    assert len(said(POD, "app", datetime(1970, 1, 1, tzinfo=UTC), after(10**7))) <= MOST + 1


@pytest.mark.parametrize("state", [{"waiting": {"reason": "CrashLoopBackOff"}}, {}])
def test_a_container_that_does_not_run_says_nothing(state: Any) -> None:
    ended = {**POD, "status": {"containerStatuses": [{"name": "app", "state": state}]}}
    assert said(ended, "app", STARTED, after(60)) == []
    assert said({**POD, "status": {}}, "app", STARTED, after(60)) == []


@pytest.mark.parametrize("image", SAID)
def test_every_shape_of_a_line_is_filled(image: str) -> None:
    pod = {**POD, "spec": {"containers": [{"name": "app", "image": f"registry.example/{image}:v1"}]}}
    lines = said(pod, "app", STARTED, after(600))
    assert lines
    assert not [each for each in lines if "{" in each.text]


def each_second(pod: Any, container: str, since: datetime, until: datetime) -> list[Line]:
    return [Line(at=until, text=f"seen {until.isoformat()}")]


async def follow(cluster: SimulatedCluster, pod: Any, **query: str) -> list[str]:
    return [each.decode().strip() async for each in cluster.logs.read(pod, {"follow": "true", **query})]


async def test_whoever_follows_sees_new_lines_until_the_pod_is_gone() -> None:
    async with SimulatedCluster(speed=50, seed=1, talk=each_second) as cluster:
        cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        await rolled_out(cluster, replicas=1)
        (pod,) = cluster.admin.items("/api/v1/namespaces/shop/pods")
        lines = cluster.logs.read(pod, {"follow": "true", "tailLines": "1"})
        heard = [(await anext(lines)).decode() for _ in range(3)]
        assert len(set(heard)) == 3
        assert all(each.startswith("seen ") for each in heard)
        following = asyncio.create_task(follow(cluster, pod))
        cluster.admin.delete(APP)
        assert (await following)[0] == "started"


async def test_what_begins_to_crash_has_said_why_in_its_previous_log() -> None:
    async with SimulatedCluster(speed=50, seed=1) as cluster:
        cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        await rolled_out(cluster, replicas=1)
        (pod,) = cluster.admin.items("/api/v1/namespaces/shop/pods")
        following = asyncio.create_task(follow(cluster, pod))
        await asyncio.sleep(0)
        cluster.crash("shop", pod["metadata"]["name"])
        told = await following
        assert (told[0], told[-1]) == ("started", "fatal: cannot connect to database")
        crashing = await cluster.admin.until(
            f"/api/v1/namespaces/shop/pods/{pod['metadata']['name']}",
            lambda it: it["status"]["containerStatuses"][0]["restartCount"] > 0,
        )
        assert [each async for each in cluster.logs.read(crashing, {"previous": "true"})][-1] == (
            b"fatal: cannot connect to database\n"
        )
        assert not ready(1)(cluster.admin.get(APP))
