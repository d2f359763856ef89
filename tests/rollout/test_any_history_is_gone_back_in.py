"""Whatever revisions there are and whatever is typed: pinned means the same plan, sent means nothing more to do; the
way back, planned from the world after it, is the one that was digested.
"""

from __future__ import annotations

import asyncio
import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KajitoriError
from bot.operations.plan import Nothing, Plan
from bot.operations.ways_back import back_matches
from tests.parity.planning import REGISTRY, again, ask, controllers, digest_of, plan
from tests.parity.world import World, recorded

GOLDEN = recorded("kubectl-rollout-undo")
LIVE: Any = next(each for each in GOLDEN.objects if each["kind"] == "Deployment")
HELD: Any = next(each for each in GOLDEN.objects if each["kind"] == "ReplicaSet")
ANNOTATIONS = st.dictionaries(st.sampled_from(["a/b", "c~d", "kubernetes.io/change-cause"]), st.text("xy", max_size=2))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A Deployment whose template is that of its newest revision, with annotations that came and went."""
    numbers = sorted(draw(st.sets(st.integers(1, 30), min_size=1, max_size=6)))
    live, held = copy.deepcopy(LIVE), []
    for number in numbers:
        each = copy.deepcopy(HELD)
        each["metadata"] |= {"name": f"app-{number}", "uid": f"r-{number}"}
        each["metadata"]["labels"]["pod-template-hash"] = each["spec"]["template"]["metadata"]["labels"][
            "pod-template-hash"
        ] = f"h{number}"
        each["metadata"]["annotations"] = {**draw(ANNOTATIONS), "deployment.kubernetes.io/revision": str(number)}
        each["spec"]["template"]["spec"]["containers"][0]["image"] = f"app:v{number}"
        held.append(each)
    live["spec"]["template"] = copy.deepcopy(held[-1]["spec"]["template"])
    del live["spec"]["template"]["metadata"]["labels"]["pod-template-hash"]
    live["metadata"]["annotations"] = {**draw(ANNOTATIONS), **held[-1]["metadata"]["annotations"]}
    return World(objects=draw(st.permutations([live, *held])))


@given(world=worlds(), revision=st.integers(0, 31))
def test_there_and_back(world: World, revision: int) -> None:
    asyncio.run(_there_and_back(world, revision))


async def _there_and_back(world: World, revision: int) -> None:
    undo = REGISTRY["rollout undo"]
    try:
        made = await ask(world, f"rollout undo app --to-revision={revision} -n {GOLDEN.namespace}")
    except KajitoriError as refused:
        assert "revision" in str(refused) or "history" in str(refused)
        return
    if isinstance(made, Nothing):
        return
    assert isinstance(made, Plan)
    second = await again(world, undo, made)
    assert isinstance(second, Plan)
    assert digest_of(second, "u") == digest_of(made, "u")
    before = copy.deepcopy(world.objects)
    world.send(made.calls)
    controllers(world)
    assert isinstance(await again(world, undo, made), Nothing)
    assert made.back is not None
    back = await plan(world, made.back.command_line)
    assert back_matches(made.back, back.calls)
    world.send(back.calls)
    template = [each["spec"]["template"] for each in world.objects if each["kind"] == "Deployment"]
    assert template == [each["spec"]["template"] for each in before if each["kind"] == "Deployment"]
