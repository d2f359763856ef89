"""Planning lines of labels, namespaces and jobs on a made-up world, and what is in it."""

from __future__ import annotations

import copy
from typing import Any, Final

import pytest

from bot.commandline.grammar import parse
from bot.errors import Refused
from bot.operations.plan import Nothing, Plan
from bot.operations.registry import build_registry
from bot.operations.view import View
from commands.jobs import cronjobs, jobs
from commands.labels import labels
from commands.namespaces import namespaces, podsecurity
from tests.parity.world import World

REGISTRY: Final = build_registry([labels, namespaces, podsecurity, jobs, cronjobs])
ENFORCE: Final = "pod-security.kubernetes.io/enforce"
HEAD: Final = 'existing pods in namespace "shop" violate the new PodSecurity enforce level "restricted:latest"'
VIOLATIONS: Final = (HEAD, "app-1 (and 2 other pods): allowPrivilegeEscalation != false", "db-0: runAsNonRoot != true")


def thing(kind: str, name: str, **more: Any) -> dict[str, Any]:
    metadata = {
        "name": name,
        "namespace": "shop",
        "uid": f"u-{name}",
        "resourceVersion": "7",
        **more.pop("metadata", {}),
    }
    return {"kind": kind, "metadata": metadata, **more}


def space(name: str = "shop", **labels_: str) -> dict[str, Any]:
    return {"kind": "Namespace", "metadata": {"name": name, "uid": f"ns-{name}", "labels": dict(labels_)}}


def cron_job(**spec: Any) -> dict[str, Any]:
    pod = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "app:v1"}]}}
    template = {"metadata": {"labels": {"app": "nightly"}}, "spec": {"backoffLimit": 1, "template": pod}}
    wanted = {"schedule": "0 3 * * *", "suspend": False, "jobTemplate": template, **spec}
    return thing("CronJob", "nightly", spec=wanted)


def shop(*more: dict[str, Any], **known: Any) -> World:
    """A Deployment, its Service, a pod with its ReplicaSet, a CronJob and the namespace, and what is given besides."""
    owner = {"kind": "ReplicaSet", "name": "app-1", "uid": "u-app-1", "controller": True}
    objects = [
        space(),
        thing("Deployment", "app", metadata={"labels": {"app": "app", "tier": "web"}}),
        thing("Service", "front", spec={"selector": {"role": "front"}}),
        thing("ReplicaSet", "app-1", spec={"selector": {"matchLabels": {"app": "app"}}}),
        thing("Pod", "app-1-x", metadata={"labels": {"app": "app"}, "ownerReferences": [owner]}),
        thing(
            "PodDisruptionBudget",
            "few",
            spec={"selector": {"matchExpressions": [{"key": "zone", "operator": "Exists"}]}},
        ),
        cron_job(),
    ]
    replaced = {(each["kind"], each["metadata"]["name"]) for each in more}
    kept = [each for each in objects if (each["kind"], each["metadata"]["name"]) not in replaced]
    return World(objects=copy.deepcopy([*kept, *more]), **known)


async def ask(world: World, line: str) -> Plan | Nothing | View:
    place = "" if " -n " in line else " -n shop"
    parsed = parse(line + place, REGISTRY)
    assert parsed.operation.run is not None
    outcome = await parsed.operation.run(world, parsed.arguments)
    assert isinstance(outcome, Plan | Nothing | View)
    return outcome


async def plan(world: World, line: str) -> Plan:
    outcome = await ask(world, line)
    assert isinstance(outcome, Plan), outcome
    return outcome


async def nothing(world: World, line: str) -> str:
    outcome = await ask(world, line)
    assert isinstance(outcome, Nothing), outcome
    return str(outcome.message)


async def view(world: World, line: str) -> View:
    outcome = await ask(world, line)
    assert isinstance(outcome, View), outcome
    return outcome


async def refused(world: World, line: str) -> str:
    """Why the line is refused, all sentences."""
    with pytest.raises(Refused) as found:
        await ask(world, line)
    return str(found.value)


def said(made: Plan) -> str:
    """All warnings in one string."""
    return " | ".join(str(each) for each in made.warnings)
