"""A condition is shown its pods and what else it asks for; what must hold for a while is watched for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.execution.waits import follow_wait
from bot.kubernetes.cluster import Cluster
from bot.kubernetes.configuration import kubeconfig_connection
from bot.kubernetes.transport import Transport
from bot.operations.conditions import ROLLED_OUT, declare_condition
from bot.operations.json import Object
from bot.operations.kinds import CONFIG_MAP, SERVICE, Target
from bot.operations.plan import Wait
from bot.operations.progress import Beside, Condition, Observation, Progress, pods_of_service
from bot.text import text
from playground.cluster.server import SimulatedCluster
from tests.clocks import HandClock

NAMES = Condition(
    name="tests-names",
    evaluate=lambda seen: Progress(
        done=bool(seen.beside.get(CONFIG_MAP)) and len(seen.pods) == 2,
        message=text("{pods} pods", pods=len(seen.pods)),
    ),
    pods=pods_of_service,
    beside=(Beside(kind=CONFIG_MAP, labels=lambda target: f"of={target['metadata']['name']}"),),
)
declare_condition(NAMES)
HOLDS = declare_condition(
    Condition(name="tests-holds", evaluate=lambda seen: Progress(done=True, message=text("so")), pods=None)
)


def a_pod(name: str, colour: str) -> Object:
    spec = {"containers": [{"name": "app", "image": "registry.example/app:v1"}]}
    return {"metadata": {"name": name, "labels": {"app": "web", "colour": colour}}, "spec": spec}


async def test_a_services_pods_and_the_objects_beside_it(tmp_path: Path) -> None:
    async with SimulatedCluster(speed=50, seed=1) as cluster:
        cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        spec = {"selector": {"app": "web", "colour": "green"}, "ports": [{"port": 80}]}
        cluster.admin.create("/api/v1/namespaces/shop/services", {"metadata": {"name": "web"}, "spec": spec})
        for name, colour in (("g1", "green"), ("g2", "green"), ("b1", "blue")):
            cluster.admin.create("/api/v1/namespaces/shop/pods", a_pod(name, colour))
        for name, of in (("mine", "web"), ("other", "api")):
            made: dict[str, Any] = {"metadata": {"name": name, "labels": {"of": of}}}
            cluster.admin.create("/api/v1/namespaces/shop/configmaps", made)
        clock = SystemClock()
        connection = kubeconfig_connection("c", path=str(cluster.kubeconfig_for("admin", tmp_path)), clock=clock)
        async with Transport(connection, clock=clock, timeout=5) as transport:
            client = Cluster(name="c", transport=transport, clock=clock).as_(None)
            wait = Wait(id="w", condition=NAMES.name, target=Target(kind=SERVICE, name="web", namespace="shop"))

            async def ignored(progress: Progress) -> None:
                return None

            ended = await follow_wait(client, wait, clock=clock, started=clock.now(), report=ignored)
    assert ended.done
    assert str(ended.message) == "2 pods"


async def test_what_must_hold_for_a_while_is_done_when_it_has(tmp_path: Path) -> None:
    reported: list[str] = []
    async with SimulatedCluster(speed=50, seed=1) as cluster:
        cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        cluster.admin.create("/api/v1/namespaces/shop/configmaps", {"metadata": {"name": "it"}})
        clock, hand = SystemClock(), HandClock()
        connection = kubeconfig_connection("c", path=str(cluster.kubeconfig_for("admin", tmp_path)), clock=clock)
        async with Transport(connection, clock=clock, timeout=5) as transport:
            client = Cluster(name="c", transport=transport, clock=clock).as_(None)
            target = Target(kind=CONFIG_MAP, name="it", namespace="shop")
            wait = Wait(id="w", condition=HOLDS.name, target=target, steady=20)

            async def report(progress: Progress) -> None:
                reported.append(str(progress.message))
                if not progress.done:
                    hand.move(20)
                    cluster.admin.merge(target.path, {"data": {"look": "again"}})

            ended = await follow_wait(client, wait, clock=hand, started=hand.now(), report=report)
    assert ended.done
    watched, done = reported
    assert watched.startswith("so; watched until 20")
    assert done == "so"


def flapping(seen: Observation) -> Progress:
    """Holds, from 12 s to 24 s it does not, then it holds again."""
    done = not 12 <= seen.seconds < 24
    return Progress(done=done, message=text("so") if done else text("not so"))


FLAPS = declare_condition(Condition(name="tests-flaps", evaluate=flapping, pods=None))
NEVER = declare_condition(
    Condition(name="tests-never", evaluate=lambda seen: Progress(message=text("not so")), pods=None)
)


async def followed(tmp_path: Path, wait: Wait, *steps: int) -> list[tuple[str, float]]:
    """What is reported, each with the seconds since the beginning; so many seconds pass after each look."""
    reported: list[tuple[str, float]] = []
    async with SimulatedCluster(speed=50, seed=1) as cluster:
        cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        cluster.admin.create("/api/v1/namespaces/shop/configmaps", {"metadata": {"name": "it"}})
        clock, hand = SystemClock(), HandClock()
        began = hand.now()
        connection = kubeconfig_connection("c", path=str(cluster.kubeconfig_for("admin", tmp_path)), clock=clock)
        async with Transport(connection, clock=clock, timeout=5) as transport:
            client = Cluster(name="c", transport=transport, clock=clock).as_(None)

            async def report(progress: Progress) -> None:
                said = str(progress.failed or progress.message).partition(";")[0]
                if said == "waiting for the cluster to answer":
                    return
                reported.append((said, (hand.now() - began).total_seconds()))
                if not progress.done and progress.failed is None:
                    hand.move(steps[len(reported) - 1])
                    cluster.admin.merge(wait.target.path, {"data": {"look": str(len(reported))}})

            await follow_wait(client, wait, clock=hand, started=began, report=report)
    return reported


IT = Target(kind=CONFIG_MAP, name="it", namespace="shop")


async def test_what_stops_holding_is_watched_for_the_whole_time_again(tmp_path: Path) -> None:
    wait = Wait(id="w", condition=FLAPS.name, target=IT, steady=20)
    assert await followed(tmp_path, wait, 12, 12, 20) == [("so", 0), ("not so", 12), ("so", 24), ("so", 44)]


@pytest.mark.parametrize(
    ("deadline", "said"), [(8, "8 s"), (90, "90 s"), (120, "2 min"), (150, "2 m 30 s"), (600, "10 min")]
)
async def test_a_wait_that_did_not_end_says_how_long_it_was(tmp_path: Path, deadline: int, said: str) -> None:
    wait = Wait(id="w", condition=NEVER.name, target=IT, deadline=deadline)
    assert await followed(tmp_path, wait, deadline) == [("not so", 0), (f"not finished after {said}", deadline)]


def test_a_change_that_no_controller_looks_at_is_said_to_stand_still_after_half_a_minute() -> None:
    start = datetime(2026, 11, 30, 3, tzinfo=UTC)
    target: Object = {
        "kind": "Deployment",
        "metadata": {"name": "app", "generation": 2},
        "spec": {"replicas": 1},
        "status": {"observedGeneration": 1},
    }

    def after(seconds: int) -> Progress:
        now = start + timedelta(seconds=seconds)
        return ROLLED_OUT.evaluate(Observation(target=target, pods=(), arguments={}, now=now, since=start))

    assert after(29).stuck is None
    assert str(after(30).stuck) == "no controller has looked at it: is it running?"
