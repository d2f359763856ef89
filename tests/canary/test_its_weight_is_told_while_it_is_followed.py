"""Each wait of a canary by two Deployments tells how many of the pods of both are new, from the first to the last."""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.conditions import condition_of
from bot.operations.kinds import ENDPOINT_SLICE
from bot.operations.models import Meta, ObjectCondition, Pod, PodStatus
from bot.operations.plan import Plan, Wait
from bot.operations.progress import Observation, Progress
from bot.slack.cards.running import how_far
from tests.canary.pairs import CANARY, STABLE, canary, stable, world
from tests.parity.planning import plan
from tests.parity.world import NOW


def told(made: Plan, name: str, pods: int, *, old: int = 0) -> list[int]:
    """The weights that the waits for this Deployment tell when it has so many pods, all ready, `old` of another
    version.
    """
    waits = [each for each in made.steps if isinstance(each, Wait) and each.target.name == name]
    return [ask(each, _deployment(each, pods, old)).weight for each in waits if each.condition != "shared"]


def _deployment(wait: Wait, pods: int, old: int) -> dict[str, Any]:
    status = {"replicas": pods, "updatedReplicas": pods - old, "readyReplicas": pods, "availableReplicas": pods}
    wanted = wait.arguments.get("replicas", pods)
    return {"kind": "Deployment", "spec": {"replicas": wanted}, "status": status}


def ask(wait: Wait, target: dict[str, Any], pods: tuple[Pod, ...] = (), *behind: dict[str, Any]) -> Progress:
    beside = {ENDPOINT_SLICE: behind} if behind else {}
    seen = Observation(target=target, pods=pods, arguments=wait.arguments, now=NOW, beside=beside)
    return condition_of(wait.condition).evaluate(seen)


async def test_from_one_weight_to_the_next() -> None:
    made = await plan(world(stable(9), canary(1)), "canary set-weight web --weight=30 -n shop")
    assert [told(made, "web-canary", pods) for pods in (1, 2, 3)] == [[10], [18], [25]]
    assert [told(made, "web", pods) for pods in (9, 8, 7)] == [[30], [30], [30]]


async def test_back_to_less() -> None:
    made = await plan(world(stable(7), canary(3)), "canary set-weight web --weight=10 -n shop")
    assert [told(made, "web", pods) for pods in (7, 9)] == [[30], [25]]
    assert told(made, "web-canary", 1) == [10]


async def test_a_start_begins_at_nothing() -> None:
    made = await plan(world(stable(10)), "canary start web app=web:v2 --weight=20 -n shop")
    assert [told(made, "web-canary", pods) for pods in (0, 2)] == [[0], [17]]
    assert told(made, "web", 8) == [20]


async def test_a_promotion_ends_with_all_and_an_abort_with_none() -> None:
    promoted = await plan(world(stable(7), canary(3)), "canary promote web -n shop")
    assert [told(promoted, "web", 10, old=old) for old in (10, 7, 0)] == [[23], [46], [100]]
    assert told(promoted, "web-canary", 0) == [100]
    aborted = await plan(world(stable(7), canary(3)), "canary abort web -n shop")
    assert [told(aborted, "web", pods) for pods in (7, 10)] == [[30], [23]]
    assert told(aborted, "web-canary", 0) == [0]


@pytest.mark.parametrize(("ready", "weight"), [(0, 0), (1, 10), (3, 25)])
async def test_its_traffic_counts_the_same_way_and_is_unknown_before_it_was_seen(ready: int, weight: int) -> None:
    made = await plan(world(stable(9), canary(1)), "canary set-weight web --weight=30 -n shop")
    (wait,) = (each for each in made.steps if isinstance(each, Wait) and each.condition == "shared")
    service = {"kind": "Service", "spec": {"selector": STABLE}}
    pods = tuple(_ready(f"c{number}") for number in range(3))
    served = [{"targetRef": {"kind": "Pod", "name": f"c{n}", "uid": f"c{n}"}} for n in range(ready)]
    seen = ask(wait, service, pods, {"endpoints": served})
    assert seen.weight == weight
    assert str(how_far(seen)[0]).endswith(f"{ready}/3, {weight} % new"), "and so does the card"
    assert ask(wait, service, pods).weight == -1


def _ready(name: str) -> Pod:
    status = PodStatus(conditions=(ObjectCondition(type="Ready", status="True"),))
    return Pod(metadata=Meta(name=name, uid=name, labels=dict(CANARY)), status=status)


async def test_other_changes_of_a_deployment_have_none() -> None:
    made = await plan(world(stable(9)), "scale deploy/web --replicas=10 -n shop")
    assert told(made, "web", 10) == [-1]
