"""Each operation declares every right that its looks and its calls need, and none that it never uses."""

from __future__ import annotations

import copy
from typing import Any

from bot.errors import KajitoriError
from bot.operations.plan import Plan
from bot.operations.view import Live
from tests.argo.rollouts import REGISTRY, aborted, ask, blue_green, canary, deployment, healthy, service, world
from tests.argo.test_restarts_and_analyses_are_ended import run
from tests.argo.test_templates_are_changed_where_they_stand import REFERENCE
from tests.gitops.keeping import MARKS, keep
from tests.parity.world import World

FLAGS = ("", " --pause-sync")
LINES = {
    "argo rollouts status": ["status app", "status app --watch=false", "status nope"],
    "argo rollouts get rollout": ["get rollout app", "get rollout app -w", "get rollout nope"],
    "argo rollouts list rollouts": ["list rollouts"],
    "argo rollouts history": ["history app", "history nope"],
    "argo rollouts promote": ["promote app", "promote app --full", "promote app --rest", "promote nope"],
    "argo rollouts abort": ["abort app", "abort nope"],
    "argo rollouts retry rollout": ["retry rollout app", "retry rollout nope"],
    "argo rollouts pause": ["pause app", "pause nope"],
    "argo rollouts resume": ["resume app", "resume nope"],
    "argo rollouts restart": ["restart app", "restart nope"],
    "argo rollouts set image": [f"set image {each} app=app:v3{flag}" for each in ("app", "nope") for flag in FLAGS],
    "argo rollouts undo": [f"undo {each}{flag}" for each in ("app", "nope") for flag in FLAGS],
    "argo rollouts terminate analysisrun": ["terminate analysisrun check"],
}


def worlds() -> list[World]:
    """Rollouts in all states that lead elsewhere."""
    held = canary(spec={"paused": True})
    states: list[dict[str, Any]] = [canary(), held, aborted(), healthy(), blue_green(), canary(spec=REFERENCE)]
    found = [world(copy.deepcopy(each), deployment("web"), service(), run()) for each in states]
    kept = [keep(world(canary()), "Rollout", tool=tool) for tool in MARKS]
    return [*found, *kept]


async def used(lines: list[str]) -> set[tuple[str, str, str]]:
    """Rights used: those of looks by the worlds' own records, those of changes by the calls planned."""
    found: set[tuple[str, str, str]] = set()
    for line in lines:
        for each in worlds():
            try:
                outcome = await ask(each, f"argo rollouts {line}")
            except KajitoriError:
                outcome = None
            if isinstance(outcome, Live):
                kinds = ("Rollout", "Pod", "AnalysisRun")
                found |= {(verb, kind, "") for verb in ("list", "watch") for kind in kinds}
            if isinstance(outcome, Plan):
                found |= {(call.verb, call.target.kind.kind, call.subresource) for call in outcome.calls}
            found |= {(verb, kind, "") for verb, kind in each.looked}
    return found


def test_every_operation_is_looked_at() -> None:
    assert set(LINES) == set(REGISTRY.operations)


async def test_declared_and_used_are_the_same() -> None:
    for name, lines in LINES.items():
        declared = {(each.verb, each.kind.kind, each.subresource) for each in REGISTRY[name].rights}
        assert await used(lines) == declared, name
