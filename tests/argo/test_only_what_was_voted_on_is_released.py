"""While a vote is open somebody sets another image on what is paused: the end of the pause does not let that loose."""

from __future__ import annotations

from typing import Any

import pytest

from bot.execution.envelope import violated
from bot.operations.plan import Plan
from bot.operations.ways_back import back_matches
from bot.requests.drift import drift
from tests.argo.rollouts import again, canary, deployment, nothing, plan, template, world

HELD: dict[str, Any] = {"paused": True}
REFERENCE = {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}
LINES = ["argo rollouts resume app", "argo rollouts promote app", "argo rollouts promote app --full"]


def held(**spec: Any) -> dict[str, Any]:
    return canary(spec={**HELD, **spec}, phase="Paused", message="manually paused")


async def redrawn(line: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    """What differs between the plan that is voted on and the one that is drawn when it is sent."""
    voted = await plan(world(*before), line)
    fresh = await again(world(*after), voted, line.removesuffix(" --full").removesuffix(" app"))
    assert isinstance(fresh, Plan)
    return [str(each) for each in drift(voted, fresh)]


@pytest.mark.parametrize("line", LINES)
async def test_another_image_on_the_paused_rollout_asks_again(line: str) -> None:
    assert await redrawn(line, [held()], [held()]) == []
    assert await redrawn(line, [held()], [held(template=template("app:evil"))]) == [
        "/spec/template of shop/app changed"
    ]


@pytest.mark.parametrize("line", LINES)
async def test_it_is_looked_at_once_more_when_it_is_sent(line: str) -> None:
    call = (await plan(world(held()), line)).calls[-1]
    assert violated(call, held()) == []
    assert violated(call, held(template=template("app:evil"))) == ["/spec/template"]
    assert violated(call, held(**REFERENCE)) == ["/spec/workloadRef"]
    moved = held()
    moved["status"]["currentPodHash"] = "evil"
    assert violated(call, moved) == ["/status/currentPodHash"]


@pytest.mark.parametrize("line", LINES)
async def test_another_image_in_the_deployment_that_it_refers_to_asks_again(line: str) -> None:
    whole = held(**REFERENCE)
    before, after = deployment("web", "app:v2"), deployment("web", "app:evil")
    assert await redrawn(line, [whole, before], [whole, before]) == []
    assert await redrawn(line, [whole, before], [whole, after]) == ["/spec/template of web changed"]


async def test_the_way_back_of_a_pause_lets_nothing_loose_that_was_set_meanwhile() -> None:
    paused = await plan(world(canary()), "argo rollouts pause app")
    assert paused.back is not None
    resumed = await plan(world(canary(spec=HELD)), "argo rollouts resume app")
    assert back_matches(paused.back, resumed.calls)
    evil = await plan(world(canary(spec={**HELD, "template": template("app:evil")})), "argo rollouts resume app")
    assert not back_matches(paused.back, evil.calls)


async def test_what_stands_in_a_deployment_is_voted_on_again_when_it_is_resumed() -> None:
    paused = await plan(world(canary(spec=REFERENCE), deployment("web")), "argo rollouts pause app")
    assert paused.back is not None
    assert paused.back.calls == ()


async def test_pausing_again_is_bound_to_the_pause_alone() -> None:
    resumed = await plan(world(held()), "argo rollouts resume app")
    assert resumed.back is not None
    assert [each.pointer for each in resumed.back.calls[0].preconditions] == ["/spec/paused"]
    assert "is not paused" in await nothing(world(canary()), "argo rollouts resume app")
