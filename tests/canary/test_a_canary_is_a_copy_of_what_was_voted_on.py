"""While a vote is open the stable Deployment is changed: no canary is made of what it was before."""

from __future__ import annotations

from typing import Any

import pytest

from bot.execution.envelope import violated
from bot.operations.plan import Plan
from bot.requests.drift import drift
from tests.canary.pairs import canary, stable, world
from tests.parity.planning import REGISTRY, again, plan

START = "canary start web app=web:v2 --weight=10 -n shop"
MARK = "kajitori.dev/canary-of"


async def redrawn(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    voted = await plan(world(*before), START)
    fresh = await again(world(*after), REGISTRY["canary start"], voted)
    assert isinstance(fresh, Plan)
    return [str(each) for each in drift(voted, fresh)]


async def test_another_variable_of_the_stable_one_asks_again() -> None:
    assert await redrawn([stable()], [stable()]) == []
    assert await redrawn([stable()], [stable(level="debug")]) == [
        "what would be created changed",
        "/spec/template of web changed",
    ]


async def test_a_canary_that_is_used_again_is_filled_with_what_was_voted_on() -> None:
    assert await redrawn([stable(), canary(0)], [stable(), canary(0)]) == []
    assert await redrawn([stable(), canary(0)], [stable(level="debug"), canary(0)]) == ["/spec/template of web changed"]


@pytest.mark.parametrize("field", ["strategy", "minReadySeconds"])
async def test_what_is_copied_beside_the_template_counts_too(field: str) -> None:
    other = stable()
    other["spec"][field] = {"type": "Recreate"} if field == "strategy" else 30
    assert "what would be created changed" in await redrawn([stable()], [other])


async def test_a_later_step_looks_at_what_was_copied() -> None:
    """Facts are read again before each group (`moved_since`)."""
    facts = (await plan(world(stable()), START)).facts
    copied = {each.pointer: each.uid for each in facts if each.target.name == "web"}
    assert {"/spec/template", "/spec/selector", "/spec/strategy"} <= copied.keys()
    assert copied["/spec/template"] == "d-web"


async def test_one_that_lost_the_mark_of_having_been_made_here_is_not_overwritten() -> None:
    call = (await plan(world(stable(), canary(0)), START)).calls[0]
    assert violated(call, canary(0)) == []
    assert violated(call, canary(0, annotations={MARK: "other"})) == ["/metadata/annotations/kajitori.dev~1canary-of"]
