"""Argo CD often acts from a cluster of its own: where its kinds are not served, that is said, and where to ask."""

from __future__ import annotations

import pytest

from bot.errors import Refused
from bot.operations.gitops import SYNCERS
from tests.parity.planning import ask, plan
from tests.parity.test_declared_rights_are_those_used import world as kept_world
from tests.parity.world import World


def bare() -> World:
    """A cluster without the definitions of Argo CD and Flux."""
    return World(objects=kept_world().objects, unknown=frozenset(each.kind for each in SYNCERS))


@pytest.mark.parametrize("verb", ["status", "pause", "resume"])
@pytest.mark.parametrize(
    ("named", "tool", "group"),
    [
        ("application/git", "Argo CD", "argoproj.io"),
        ("deployment/deployment", "Argo CD", "argoproj.io"),
        ("kustomization/git", "Flux", "kustomize.toolkit.fluxcd.io"),
        ("helmrelease/git", "Flux", "helm.toolkit.fluxcd.io"),
    ],
)
async def test_the_tool_is_named(verb: str, named: str, tool: str, group: str) -> None:
    with pytest.raises(Refused) as refused:
        await ask(bare(), f"gitops {verb} {named} -n shop")
    assert str(refused.value.what) == f"{tool} is not installed on test."
    assert str(refused.value.why) == f"Its API server serves no kinds of the group {group}."
    assert str(refused.value.next) == "If it acts from another cluster, ask there: --context"


async def test_a_change_of_what_carries_its_mark_is_planned_with_a_warning() -> None:
    planned = await plan(bare(), "rollout undo deployment/deployment -n shop")
    warnings = [str(each) for each in planned.warnings]
    assert "Argo CD keeps it (application/git) and may put this back; I cannot see whether." in warnings
