"""Each operation declares every right that its looks and its calls need, and none that it never uses."""

from __future__ import annotations

import copy
from typing import Any

from bot.errors import KajitoriError
from bot.operations.kinds import KINDS
from bot.operations.plan import Plan
from bot.operations.view import Live
from tests.parity.planning import REGISTRY, ask
from tests.parity.world import NOW, World

KIND_OF = {each.kind: each for each in KINDS}


def template(image: str) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": "app"}}, "spec": {"containers": [{"name": "app", "image": image}]}}


def workload(kind: str, name: str) -> dict[str, Any]:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {}}
    return {
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"u-{name}",
            "annotations": {"deployment.kubernetes.io/revision": "2"},
        },
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "app"}},
            "template": template("app:v2"),
            "updateStrategy": strategy,
        },
    }


def revision(owner: dict[str, Any], number: int) -> dict[str, Any]:
    held = template(f"app:v{number}")
    is_set = owner["kind"] == "Deployment"
    return {
        "kind": "ReplicaSet" if is_set else "ControllerRevision",
        "metadata": {
            "name": f"{owner['metadata']['name']}-{number}",
            "namespace": "shop",
            "uid": f"r-{owner['metadata']['name']}-{number}",
            "labels": {"app": "app", "pod-template-hash": str(number)},
            "annotations": {"deployment.kubernetes.io/revision": str(number)},
            "ownerReferences": [{**owner["metadata"], "kind": owner["kind"], "controller": True}],
        },
        "spec": {"template": held, "replicas": 0},
        "data": {"spec": {"template": {"$patch": "replace", **held}}},
        "revision": number,
    }


def world() -> World:
    owners = [workload(kind, kind.lower()) for kind in ("Deployment", "StatefulSet", "DaemonSet")]
    pod = {"kind": "Pod", "metadata": {"name": "pod", "namespace": "shop", "uid": "p", "labels": {"app": "app"}}}
    sets = [workload("ReplicaSet", "replicaset")]
    revisions = [revision(each, n) for each in owners for n in (1, 2)]
    return World(objects=copy.deepcopy([*owners, *sets, pod, *revisions, *on_nodes(owners)]), now=NOW)


def on_nodes(owners: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two nodes, the second cordoned, and on the first a pod of each owner."""
    nodes = [
        {"kind": "Node", "metadata": {"name": "node-a", "uid": "n-a"}, "spec": {}},
        {"kind": "Node", "metadata": {"name": "node-b", "uid": "n-b"}, "spec": {"unschedulable": True}},
    ]
    pods = [
        {
            "kind": "Pod",
            "metadata": {
                "name": f"pod-{each['metadata']['name']}",
                "namespace": "shop",
                "uid": f"p-{each['metadata']['name']}",
                "ownerReferences": [{**each["metadata"], "kind": each["kind"], "controller": True}],
            },
            "spec": {"nodeName": "node-a"},
        }
        for each in owners
    ]
    return [*nodes, *pods]


TARGETS = ("deployment/deployment", "statefulset/statefulset", "daemonset/daemonset", "nobody")
LINES = {
    "rollout status": [f"rollout status {each}{flag}" for each in TARGETS for flag in (" --watch=false", "")],
    "rollout history": [f"rollout history {each}" for each in TARGETS],
    "rollout undo": [f"rollout undo {each}" for each in TARGETS],
    "rollout restart": [f"rollout restart {each}" for each in TARGETS],
    "rollout pause": [f"rollout pause {each}" for each in TARGETS],
    "rollout resume": ["rollout pause deployment/deployment", *(f"rollout resume {each}" for each in TARGETS)],
    "set image": [f"set image {each} app=app:v3" for each in TARGETS],
    "set resources": [f"set resources {each} --limits=cpu=1" for each in TARGETS],
    "scale": [f"scale {each} --replicas=3" for each in (*TARGETS, "replicaset/replicaset")],
    "delete pod": ["delete pod pod"],
    "cordon": ["cordon node-a"],
    "uncordon": ["uncordon node-b"],
    "drain": ["drain node-a --ignore-daemonsets"],
    "disruption": ["disruption", "disruption node-a"],
}


async def used(lines: list[str]) -> set[tuple[str, str, str]]:
    """Rights used: those of looks by the world's own record, those of changes by the calls planned."""
    made, found = world(), set()
    for line in lines:
        try:
            outcome = await ask(made, f"{line} -n shop")
        except KajitoriError:
            continue
        if isinstance(outcome, Live):  # following lists and watches the object and its pods
            followed = (outcome.target.kind.kind, "Pod")
            found |= {(verb, kind, "") for verb in ("list", "watch") for kind in followed}
        if isinstance(outcome, Plan):
            found |= {(each.verb, each.target.kind.kind, each.subresource) for each in outcome.requests}
            made.send(each for each in outcome.calls if each.verb != "delete")
    return found | {(verb, kind, "") for verb, kind in made.looked}


def test_every_operation_is_looked_at() -> None:
    assert set(LINES) == set(REGISTRY.operations)


async def test_declared_and_used_are_the_same() -> None:
    for name, lines in LINES.items():
        declared = {(each.verb, each.kind.kind, each.subresource) for each in REGISTRY[name].rights}
        assert await used(lines) == declared, name
