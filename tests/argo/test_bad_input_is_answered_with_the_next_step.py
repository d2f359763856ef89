"""What is not installed, not there, another kind, or not to be understood: what, why and what next."""

from __future__ import annotations

import pytest

from bot.errors import KajitoriError
from bot.operations.kinds import find_kind
from tests.argo.rollouts import ask, canary, deployment, world
from tests.parity.world import World

EVERY = [
    "status app",
    "get rollout app",
    "list rollouts",
    "history app",
    "promote app",
    "abort app",
    "retry rollout app",
    "pause app",
    "resume app",
    "restart app",
    "set image app app=app:v3",
    "undo app",
    "terminate analysisrun check",
]


@pytest.mark.parametrize("line", EVERY)
async def test_a_cluster_without_argo_rollouts_says_so_and_what_would_be_needed(line: str) -> None:
    bare = World(objects=[], unknown=frozenset({"Rollout", "AnalysisRun"}))
    with pytest.raises(KajitoriError) as refused:
        await ask(bare, f"argo rollouts {line}")
    assert str(refused.value.what) == "Argo Rollouts is not installed on test."
    assert "argoproj.io" in str(refused.value.why)
    assert "custom resource definitions and its controller" in str(refused.value.next)


async def test_a_deployment_of_that_name_is_pointed_at() -> None:
    with pytest.raises(KajitoriError) as refused:
        await ask(World(objects=[deployment()]), "argo rollouts promote app")
    assert "app is a Deployment" in str(refused.value.why)
    assert refused.value.choices[0].command_line == "rollout status deployment/app -n shop"


async def test_a_name_that_is_nearly_right_is_offered() -> None:
    with pytest.raises(KajitoriError) as refused:
        await ask(world(canary()), "argo rollouts promote ap")
    assert [each.command_line for each in refused.value.choices] == ["argo rollouts promote rollout/app -n shop"]


@pytest.mark.parametrize("line", ["argo rollouts promote", "argo rollouts promote a b", "rollouts abort deploy/app"])
async def test_one_rollout_is_named(line: str) -> None:
    with pytest.raises(KajitoriError):
        await ask(world(canary()), line)


@pytest.mark.parametrize("name", ["app", "rollout/app", "ro/app", "rollouts.argoproj.io/app"])
async def test_a_rollout_may_be_named_with_its_kind(name: str) -> None:
    await ask(world(canary()), f"argo rollouts promote {name}")


async def test_an_object_that_is_no_rollout_as_known_is_refused() -> None:
    odd = canary()
    odd["status"]["currentStepIndex"] = "two"
    with pytest.raises(KajitoriError, match="no Rollout as I know them"):
        await ask(world(odd), "argo rollouts promote app")


@pytest.mark.parametrize("at", ["9bb4ddb56:x", "9bb4ddb56:", "9bb4ddb56:-1", "9bb4ddb56:99999"])
async def test_a_place_that_cannot_be_read_is_not_taken_for_this_one(at: str) -> None:
    with pytest.raises(KajitoriError, match="no place"):
        await ask(world(canary()), f"argo rollouts promote app --at={at}")


def test_words_for_the_kinds_are_known() -> None:
    for word, kind in {"ro": "Rollout", "rollouts": "Rollout", "ar": "AnalysisRun", "at": "AnalysisTemplate"}.items():
        found = find_kind(word)
        assert found is not None
        assert found.kind == kind
