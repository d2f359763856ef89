"""A merge patch adds to what is there: what is not asked for is taken away, and the way back is what was before."""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.gitops import APPLICATION
from bot.operations.patches import apply_patch, reached
from bot.operations.plan import ContentType
from bot.operations.sync_pauses import pause_body, resume_body
from bot.operations.ways_back import back_matches
from tests.gitops.test_pausing_comes_first_and_is_watched import syncer
from tests.parity.planning import nothing, plan
from tests.parity.test_declared_rights_are_those_used import world as kept_world
from tests.parity.world import World

RESUME = "gitops resume application/git"
PAUSE = "gitops pause application/git"
LEFT_OUT = {"enabled": None, "prune": None, "selfHeal": None, "allowEmpty": None}


def kept(automated: Any) -> tuple[World, dict[str, Any]]:
    world = kept_world()
    found = syncer(world, "Application")
    found["spec"] = {"syncPolicy": {"automated": automated} if automated is not None else {"retry": {"limit": 2}}}
    return world, found


@pytest.mark.parametrize(
    ("before", "flags", "after"),
    [
        ({"enabled": False, "prune": True}, "", {}),
        ({"enabled": False, "prune": True}, " --prune", {"prune": True}),
        ({"enabled": False, "selfHeal": True}, " --prune", {"prune": True}),
        ({"enabled": False, "allowEmpty": True}, "", {}),
        ({"prune": True, "selfHeal": True}, "", {}),
        ({"prune": True}, " --self-heal --prune=false", {"prune": False, "selfHeal": True}),
        (None, "", {}),
        (None, " --self-heal", {"selfHeal": True}),
        ({"enabled": False}, " --allow-empty", {"allowEmpty": True}),
    ],
)
async def test_it_acts_afterwards_as_it_was_asked_to_and_no_further(before: Any, flags: str, after: Any) -> None:
    world, found = kept(before)
    (call,) = (await plan(world, RESUME + flags)).calls
    assert call.body == {"spec": {"syncPolicy": {"automated": {**LEFT_OUT, **after}}}}
    whole: Any = apply_patch(call.body, call.content_type, found)
    assert whole["spec"]["syncPolicy"]["automated"] == after
    assert not reached(call.body, call.content_type, found)
    world.send((call,))
    assert str((await nothing(world, RESUME + flags)).message) == "tools/application/git acts by itself already."


@pytest.mark.parametrize(
    "before",
    [
        {},
        {"prune": True},
        {"selfHeal": False},
        {"prune": False, "selfHeal": True},
        {"prune": True, "selfHeal": True, "allowEmpty": True},
    ],
)
async def test_the_way_back_of_a_pause_brings_back_exactly_what_was(before: dict[str, Any]) -> None:
    world, found = kept(before)
    paused = await plan(world, PAUSE)
    assert paused.back is not None
    assert not reached(paused.calls[0].body, ContentType.MERGE_PATCH, found)
    world.send(paused.calls)
    resumed = await plan(world, paused.back.command_line)
    assert back_matches(paused.back, resumed.calls)
    assert resumed.calls[0].body == paused.back.calls[0].body
    world.send(resumed.calls)
    assert syncer(world, "Application")["spec"]["syncPolicy"]["automated"] == before


@pytest.mark.parametrize("before", [{"enabled": True, "prune": True}, {"prune": True, "later": 7}])
async def test_what_no_flag_says_is_brought_back_by_a_vote_only(before: dict[str, Any]) -> None:
    world, _ = kept(before)
    paused = await plan(world, PAUSE)
    assert paused.back is not None
    world.send(paused.calls)
    (call,) = paused.back.calls
    left = syncer(world, "Application")
    whole: Any = apply_patch(call.body, call.content_type, left)
    assert whole["spec"]["syncPolicy"]["automated"] == before
    assert not back_matches(paused.back, (await plan(world, paused.back.command_line)).calls)


def test_automated_without_more_is_not_the_same_as_none() -> None:
    on: dict[str, Any] = {"spec": {"syncPolicy": {"automated": {}}}}
    off: dict[str, Any] = {"spec": {"syncPolicy": {}}}
    assert not reached(pause_body(APPLICATION), ContentType.MERGE_PATCH, on)
    assert not reached(resume_body(APPLICATION, {}), ContentType.MERGE_PATCH, off)
    assert reached(pause_body(APPLICATION), ContentType.MERGE_PATCH, off)
    assert reached(resume_body(APPLICATION, {}), ContentType.MERGE_PATCH, on)
