"""A restart evicts, so one pod is a gap and a budget a wait; an analysis that is ended counts as what it measured."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import KajitoriError
from tests.argo.rollouts import again, bodies, canary, healthy, nothing, plan, said, world

RESTART = "argo rollouts restart app"
NOW = "2026-11-25T03:08:00Z"


def budget(allowed: int) -> dict[str, Any]:
    return {
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "app", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": "app"}}},
        "status": {"disruptionsAllowed": allowed},
    }


def run(phase: str = "Running", **spec: Any) -> dict[str, Any]:
    return {
        "kind": "AnalysisRun",
        "metadata": {
            "name": "check",
            "namespace": "shop",
            "uid": "u-check",
            "ownerReferences": [{"kind": "Rollout", "name": "app", "uid": "u-app", "controller": True}],
        },
        "spec": {"metrics": [{"name": "web"}], **spec},
        "status": {"phase": phase},
    }


async def test_the_moment_is_resolved_once() -> None:
    found = world(healthy())
    made = await plan(found, RESTART)
    assert bodies(made) == [("", {"spec": {"restartAt": NOW}})]
    assert [each.pointer for each in made.calls[0].preconditions] == ["/spec/restartAt"]
    assert made.pinned["restart_at"] == NOW
    found.now = found.now.replace(minute=30)
    assert bodies(await again(found, made, "argo rollouts restart")) == bodies(made)  # type: ignore[arg-type]


async def test_it_can_be_put_off_by_an_hour_at_most() -> None:
    assert bodies(await plan(world(healthy()), f"{RESTART} --in 10m")) == [
        ("", {"spec": {"restartAt": "2026-11-25T03:18:00Z"}})
    ]
    for wrong in ("soon", "2h", "-5m"):
        with pytest.raises(KajitoriError):
            await plan(world(healthy()), f"{RESTART} --in={wrong}")


async def test_one_pod_is_a_gap_and_a_budget_is_a_wait() -> None:
    assert "down meanwhile" in said(await plan(world(healthy(replicas=1)), RESTART))
    assert "the restart waits for it" in said(await plan(world(healthy(), budget(0)), RESTART))
    assert said(await plan(world(healthy(), budget(1)), RESTART)) == ""
    assert "ends the restart" in said(await plan(world(canary()), RESTART))


async def test_a_restart_that_goes_on_or_was_done_since_is_said() -> None:
    going = healthy()
    going["spec"]["restartAt"] = "2026-11-25T03:00:00Z"
    assert "is being restarted" in await nothing(world(going), RESTART)
    going["spec"]["restartAt"] = NOW
    assert "was restarted since" in await nothing(world(going), RESTART)


async def test_ending_an_analysis_says_whom_it_lets_go_on() -> None:
    made = await plan(world(canary(), run()), "argo rollouts terminate analysisrun check")
    assert bodies(made) == [("", {"spec": {"terminate": True}})]
    assert "the update goes on" in said(made)
    assert "rollout/app waits for it" in said(made)
    for over in (run("Failed"), run(terminate=True)):
        assert "is at its end" in await nothing(world(canary(), over), "argo rollouts terminate analysisrun check")
