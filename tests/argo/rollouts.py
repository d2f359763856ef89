"""Rollouts as their controller leaves them, and worlds of them, for plans and conditions."""

from __future__ import annotations

import copy
from typing import Any

from bot.commandline.grammar import parse
from bot.operations.plan import Nothing, Plan
from bot.operations.registry import build_registry
from bot.operations.view import Live, View
from commands.argo_rollouts import argo_rollouts
from tests.parity.world import World

REGISTRY = build_registry([argo_rollouts])
NEW, STABLE = "9bb4ddb56", "74c59749df"
STEPS: list[dict[str, Any]] = [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {"duration": "1m"}}]
PAUSED_AT = {"reason": "CanaryPauseStep", "startTime": "2026-11-25T03:00:00Z"}
Json = dict[str, Any]


def template(image: str) -> Json:
    return {"metadata": {"labels": {"app": "app"}}, "spec": {"containers": [{"name": "app", "image": image}]}}


def canary(*, index: int = 1, spec: Json | None = None, **status: Any) -> Json:
    """A canary of five pods that waits at the pause of its second step; `status` replaces, None removes."""
    found: Json = {
        "phase": "Paused",
        "message": "CanaryPauseStep",
        "controllerPause": True,
        "pauseConditions": [copy.deepcopy(PAUSED_AT)],
        "currentPodHash": NEW,
        "stableRS": STABLE,
        "currentStepIndex": index,
        "currentStepHash": "757dc6b995",
        "observedGeneration": "3",
        "replicas": 5,
        "updatedReplicas": 1,
        "readyReplicas": 5,
        "availableReplicas": 5,
        "blueGreen": {},
        "canary": {},
        **status,
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": {
            "name": "app",
            "namespace": "shop",
            "uid": "u-app",
            "generation": 3,
            "resourceVersion": "7",
            "annotations": {"rollout.argoproj.io/revision": "2"},
        },
        "spec": {
            "replicas": 5,
            "selector": {"matchLabels": {"app": "app"}},
            "strategy": {"canary": {"maxSurge": 1, "maxUnavailable": 0, "steps": copy.deepcopy(STEPS)}},
            "template": template("app:v2"),
            **(spec or {}),
        },
        "status": {key: value for key, value in found.items() if value is not None},
    }


def progressing(*, index: int, **status: Any) -> Json:
    """The same under way: no pause."""
    gone = {"controllerPause": None, "pauseConditions": None}
    moving = {"phase": "Progressing", "message": "more replicas need to be updated"}
    return canary(index=index, **{**gone, **moving, **status})


def aborted(**status: Any) -> Json:
    """The same after an abort."""
    return progressing(
        index=0,
        **{
            "abort": True,
            "abortedAt": "2026-11-25T03:01:00Z",
            "phase": "Degraded",
            "message": "RolloutAborted: Rollout aborted update to revision 2",
            "updatedReplicas": None,
            **status,
        },
    )


def healthy(**status: Any) -> Json:
    """The same fully promoted."""
    done = {"phase": "Healthy", "message": None, "stableRS": NEW, "updatedReplicas": 5}
    return progressing(index=4, **{**done, **status})


def blue_green(**status: Any) -> Json:
    """A blue/green update whose preview waits for a promotion."""
    pause = {"reason": "BlueGreenPause", "startTime": "2026-11-25T03:00:00Z"}
    rules = {"activeService": "active", "previewService": "preview", "autoPromotionEnabled": False}
    return canary(
        spec={"strategy": {"blueGreen": rules}},
        **{
            "currentStepIndex": None,
            "currentStepHash": None,
            "message": "BlueGreenPause",
            "pauseConditions": [pause],
            "blueGreen": {"activeSelector": STABLE, "previewSelector": NEW},
            "replicas": 10,
            "updatedReplicas": 5,
            **status,
        },
    )


def service(name: str = "active", *, owner: str = "app", selects: str = STABLE) -> Json:
    return {
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"u-{name}",
            "annotations": {"argo-rollouts.argoproj.io/managed-by-rollouts": owner},
        },
        "spec": {"selector": {"app": "app", "rollouts-pod-template-hash": selects}},
    }


def replica_set(number: int, template_hash: str, image: str, *, pods: int = 0) -> Json:
    held = template(image)
    held["metadata"]["labels"]["rollouts-pod-template-hash"] = template_hash
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"app-{template_hash}",
            "namespace": "shop",
            "uid": f"u-{template_hash}",
            "labels": {"app": "app", "rollouts-pod-template-hash": template_hash},
            "annotations": {"rollout.argoproj.io/revision": str(number)},
            "ownerReferences": [{"kind": "Rollout", "name": "app", "uid": "u-app", "controller": True}],
        },
        "spec": {"replicas": pods, "template": held},
        "status": {"replicas": pods, "availableReplicas": pods},
    }


def deployment(name: str = "app", image: str = "app:v2") -> Json:
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop", "uid": f"u-deployment-{name}"},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "app"}}, "template": template(image)},
    }


def world(rollout: Json, *more: Json, **options: Any) -> World:
    """With the ReplicaSets of both versions."""
    sets = [replica_set(1, STABLE, "app:v1", pods=4), replica_set(2, NEW, "app:v2", pods=1)]
    return World(objects=[rollout, *sets, *more], **options)


async def ask(found: World, line: str) -> Plan | Nothing | View | Live:
    parsed = parse(f"{line} -n shop", REGISTRY)
    assert parsed.operation.run is not None
    outcome = await parsed.operation.run(found, parsed.arguments)
    assert isinstance(outcome, Plan | Nothing | View | Live)
    return outcome


async def plan(found: World, line: str) -> Plan:
    outcome = await ask(found, line)
    assert isinstance(outcome, Plan), outcome
    return outcome


async def nothing(found: World, line: str) -> str:
    outcome = await ask(found, line)
    assert isinstance(outcome, Nothing), outcome
    return str(outcome.message)


async def again(found: World, made: Plan, operation: str) -> Plan | Nothing:
    """Plan once more with what the plan was pinned to."""
    which = REGISTRY[operation]
    assert which.run is not None
    outcome = await which.run(found, which.arguments.model_validate(made.pinned))
    assert isinstance(outcome, Plan | Nothing)
    return outcome


def bodies(made: Plan) -> list[Any]:
    return [(call.subresource, call.body) for call in made.calls]


def said(made: Plan) -> str:
    return " | ".join(str(each) for each in made.warnings)
