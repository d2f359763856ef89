"""What Argo CD heals counts as done only after it has stayed; a change of which git says nothing is not put back.

Argo CD heals at once, and later each time that it has to: up to some seconds after the pods are ready.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.gitops import HEALS_WITHIN
from bot.operations.plan import Plan, Wait
from tests.gitops.test_pausing_comes_first_and_is_watched import UNDO, syncer, warnings
from tests.parity.planning import plan
from tests.parity.test_declared_rights_are_those_used import world as kept_world

SCALE = "scale deployment/deployment -n shop --replicas=3"
RESTART = "rollout restart deployment/deployment -n shop"


def steady(planned: Plan, condition: str) -> list[int]:
    return [each.steady for each in planned.steps if isinstance(each, Wait) and each.condition == condition]


@pytest.mark.parametrize(
    ("policy", "seconds"),
    [({"selfHeal": True}, HEALS_WITHIN), ({"selfHeal": False}, 0), ({}, 0), ({"enabled": False, "selfHeal": True}, 0)],
)
async def test_what_heals_by_itself(policy: dict[str, Any], seconds: int) -> None:
    world = kept_world()
    syncer(world, "Application")["spec"]["syncPolicy"] = {"automated": policy}
    assert steady(await plan(world, UNDO), "rolled-out") == [seconds]
    assert steady(await plan(world, SCALE), "scaled") == [seconds]


async def test_not_once_it_is_paused() -> None:
    assert steady(await plan(kept_world(), f"{UNDO} --pause-sync"), "rolled-out") == [0]


async def test_not_what_only_carries_a_mark() -> None:
    world = kept_world()
    syncer(world, "Application")["status"]["resources"] = []
    assert steady(await plan(world, UNDO), "rolled-out") == [0]


async def test_flux_comes_at_its_next_interval_which_may_be_long_after() -> None:
    planned = await plan(kept_world(), "scale statefulset/statefulset -n shop --replicas=3")
    assert steady(planned, "scaled") == [0]
    assert "Flux (kustomization/git) puts this back at its next sync, unless you add --pause-sync." in warnings(planned)


async def test_a_number_of_pods_is_not_watched_once_its_sync_is_paused() -> None:
    planned = await plan(kept_world(), f"{SCALE} --pause-sync")
    assert steady(planned, "scaled") == [0]
    assert not [each for each in warnings(planned) if "puts this back" in each]


@pytest.mark.parametrize("line", [RESTART, "rollout pause deployment/deployment -n shop"])
async def test_git_says_nothing_of_a_restart_or_a_pause(line: str) -> None:
    planned = await plan(kept_world(), line)
    assert not [each for each in warnings(planned) if "puts this back" in each]
    assert set(steady(planned, "rolled-out")) <= {0}
