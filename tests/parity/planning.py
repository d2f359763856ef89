"""Planning a command line on a recorded or made-up world, and going on from there."""

from __future__ import annotations

import copy
from typing import Any

from bot.commandline.grammar import parse
from bot.operations.intent import plan_digest
from bot.operations.operation import Operation
from bot.operations.plan import Nothing, Plan
from bot.operations.registry import build_registry
from bot.operations.revisions import REVISION
from bot.operations.view import Live, View
from commands.autoscaling import autoscaling, hpa
from commands.bluegreen import bluegreen
from commands.budgets import budgets, limits
from commands.canary import canary
from commands.disruption import forecasts
from commands.gitops import gitops
from commands.image import image
from commands.nodes import nodes
from commands.patches import patching
from commands.pods import pods
from commands.rollout import rollout
from commands.scale import scale
from tests.parity.world import World

FAMILIES = (
    *(rollout, image, scale, pods, patching, bluegreen, canary, autoscaling, hpa, gitops, nodes, forecasts),
    *(budgets, limits),
)
REGISTRY = build_registry(FAMILIES)


async def ask(world: World, line: str) -> Plan | Nothing | View | Live:
    """What the operation of a command line answers."""
    parsed = parse(line, REGISTRY)
    assert parsed.operation.run is not None
    outcome = await parsed.operation.run(world, parsed.arguments)
    assert isinstance(outcome, Plan | Nothing | View | Live)
    return outcome


async def plan(world: World, line: str) -> Plan:
    outcome = await ask(world, line)
    assert isinstance(outcome, Plan), outcome
    return outcome


async def nothing(world: World, line: str) -> Nothing:
    outcome = await ask(world, line)
    assert isinstance(outcome, Nothing), outcome
    return outcome


async def again(world: World, operation: Operation, made: Plan) -> Plan | Nothing:
    """Plan once more with what the plan was pinned to."""
    assert operation.run is not None
    outcome = await operation.run(world, operation.arguments.model_validate(made.pinned))
    assert isinstance(outcome, Plan | Nothing)
    return outcome


def digest_of(made: Plan, operation: str) -> str:
    return plan_digest(made, cluster="test", namespace="shop", operation=operation)


def controllers(world: World) -> None:
    """What the Deployment controller does to numbers after a template changed: the revision in use gets a new one."""
    for live in [each for each in world.objects if each["kind"] == "Deployment"]:
        sets = [each for each in world.objects if each["kind"] == "ReplicaSet"]
        newest = max((int(each["metadata"]["annotations"][REVISION]) for each in sets), default=0)
        live["metadata"]["generation"] += 1
        live["status"]["observedGeneration"] = live["metadata"]["generation"]
        for each in sets:
            if bare(each["spec"]["template"]) == bare(live["spec"]["template"]):
                if int(each["metadata"]["annotations"][REVISION]) < newest:
                    each["metadata"]["annotations"][REVISION] = str(newest + 1)
                live["metadata"]["annotations"][REVISION] = each["metadata"]["annotations"][REVISION]


def bare(template: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(template)
    made["metadata"]["labels"].pop("pod-template-hash", None)
    return made


def said(made: Plan) -> str:
    """All warnings in one string."""
    return " | ".join(str(each) for each in made.warnings)
