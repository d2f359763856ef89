"""Each operation declares every right that its looks and its calls need, and none that it never uses."""

from __future__ import annotations

import copy
from typing import Any

from bot.errors import KajitoriError
from bot.operations.conditions import condition_of
from bot.operations.plan import Plan, Wait
from bot.operations.view import Live
from tests.autoscaling.scalers import scaler
from tests.bluegreen.colours import world as two_colours
from tests.canary.pairs import pair as canary_pair
from tests.gitops.keeping import MARKS, keep
from tests.parity.planning import REGISTRY, ask
from tests.parity.world import NOW, World


def template(image: str) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": "app"}}, "spec": {"containers": [{"name": "app", "image": image}]}}


KEPT: dict[str, dict[str, str]] = {
    "deployment": {"argocd.argoproj.io/instance": "git"},
    "statefulset": {"kustomize.toolkit.fluxcd.io/name": "git"},
    "daemonset": {"helm.toolkit.fluxcd.io/name": "git"},
    "kustomized": {"kustomize.toolkit.fluxcd.io/name": "git"},
    "released": {"helm.toolkit.fluxcd.io/name": "git"},
}
"""Each is kept by another tool, which has its own in a namespace where it is found only by looking in all."""


def syncer(kind: str) -> dict[str, Any]:
    """It lists what it keeps, as the tools do; a HelmRelease has no such list."""
    spec = {"syncPolicy": {"automated": {"selfHeal": True}}} if kind == "Application" else {}
    own = {"group": "apps", "kind": "Deployment", "namespace": "shop", "name": "deployment"}
    names = ("shop_statefulset_apps_StatefulSet", "shop_kustomized_apps_Deployment")
    names += ("shop_budget-flux_policy_PodDisruptionBudget",)
    entries = [{"id": each, "v": "v1"} for each in names]
    held = {"group": "policy", "kind": "PodDisruptionBudget", "namespace": "shop", "name": "budget-argo"}
    status = {"resources": [own, held]} if kind == "Application" else {"inventory": {"entries": entries}}
    metadata = {"name": "git", "namespace": "tools", "uid": f"u-{kind}"}
    return {"kind": kind, "metadata": metadata, "spec": spec, "status": status}


def workload(kind: str, name: str) -> dict[str, Any]:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {}}
    return {
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"u-{name}",
            "labels": KEPT.get(name, {}),
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


def owner_of(kind: str) -> dict[str, Any]:
    return {"kind": kind, "name": kind.lower(), "uid": f"u-{kind.lower()}", "controller": True}


def world() -> World:
    owners = [workload(kind, kind.lower()) for kind in ("Deployment", "StatefulSet", "DaemonSet")]
    owners += [workload("Deployment", name) for name in ("kustomized", "released")]
    syncers = [syncer(kind) for kind in ("Application", "Kustomization", "HelmRelease")]
    colours = two_colours().objects
    green = next(each for each in reversed(colours) if each["kind"] == "Pod")
    colours += [
        {**green, "metadata": {**green["metadata"], "name": each, "ownerReferences": [owner_of(each)]}}
        for each in ("StatefulSet", "DaemonSet")
    ]
    pairs = [
        each
        for name in ("web", "old", "run")
        for each in canary_pair(name, 0 if name == "old" else 1, made=name != "web")
    ]
    scalers = [
        scaler(1, 9, name=f"hpa-{each.lower()}", aim=each.lower(), kind=each)
        for each in ("Deployment", "StatefulSet", "ReplicaSet")
    ]
    free = [workload(kind, "free") for kind in ("Deployment", "StatefulSet", "ReplicaSet")]
    pod = {"kind": "Pod", "metadata": {"name": "pod", "namespace": "shop", "uid": "p", "labels": {"app": "app"}}}
    sets = [workload("ReplicaSet", "replicaset")]
    return World(
        objects=copy.deepcopy(
            [
                *owners,
                *sets,
                pod,
                *colours,
                *pairs,
                *scalers,
                *free,
                *syncers,
                *(revision(each, number) for each in owners for number in (1, 2)),
                *on_nodes(owners),
                *budgets(),
            ]
        ),
        now=NOW,
    )


def kept_by(tool: str) -> World:
    """The same, where one tool keeps every Service, autoscaler and Deployment, and no other keeps anything."""
    made = world()
    made.objects = [each for each in made.objects if each["kind"] not in MARKS]
    for each in made.objects:
        if each["kind"] in KEPT_KINDS:
            each["metadata"]["labels"] = {}
    for kind in KEPT_KINDS:
        keep(made, kind, tool=tool)
    return made


KEPT_KINDS = ("Deployment", "Service", "HorizontalPodAutoscaler")


def budgets() -> list[dict[str, Any]]:
    """Three budgets, each kept by another tool, over pods of a StatefulSet and of a Deployment's ReplicaSet."""
    marks = {"argo": KEPT["deployment"], "flux": KEPT["kustomized"], "helm": KEPT["released"]}
    owners = [owner_of("StatefulSet"), {**owner_of("ReplicaSet"), "name": "deployment-2", "uid": "r-deployment-2"}]
    selector = {"matchLabels": {"covered": "yes"}}
    return [
        *(
            {
                "kind": "PodDisruptionBudget",
                "metadata": {"name": f"budget-{name}", "namespace": "shop", "uid": f"b-{name}", "labels": labels},
                "spec": {"minAvailable": 2, "selector": selector},
            }
            for name, labels in marks.items()
        ),
        *(
            {
                "kind": "Pod",
                "metadata": {
                    "name": f"covered-{each['name']}",
                    "namespace": "shop",
                    "labels": {"covered": "yes"},
                    "ownerReferences": [each],
                },
            }
            for each in owners
        ),
    ]


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


SCALED = ("hpa-deployment", "hpa-statefulset", "hpa-replicaset")
TARGETS = ("deployment/deployment", "statefulset/statefulset", "daemonset/daemonset", "nobody")
FLAGS = (" --pause-sync", "")
BUDGETS = tuple(f"budget-{tool}{flag}" for tool in ("argo", "flux", "helm") for flag in FLAGS)
HELM = (*TARGETS, "helmrelease/git")
MORE = ("deployment/kustomized", "deployment/released")
LINES = {
    "rollout status": [f"rollout status {each}{flag}" for each in TARGETS for flag in (" --watch=false", "")],
    "rollout history": [f"rollout history {each}" for each in TARGETS],
    "rollout undo": [f"rollout undo {each}{flag}" for each in TARGETS for flag in FLAGS],
    "rollout restart": [f"rollout restart {each}{flag}" for each in TARGETS for flag in FLAGS],
    "rollout pause": [f"rollout pause {each}" for each in (*TARGETS, *MORE)],
    "rollout resume": [f"rollout {verb} {each}" for verb in ("pause", "resume") for each in (*TARGETS, *MORE)],
    "set env": [f"set env {each} LEVEL=debug{flag}" for each in TARGETS for flag in FLAGS],
    "set image": [f"set image {each} app=app:v3{flag}" for each in TARGETS for flag in FLAGS],
    "set resources": [f"set resources {each} --limits=cpu=1{flag}" for each in TARGETS for flag in FLAGS],
    "scale": [
        f"scale {each} --replicas=3{flag}" for each in (*TARGETS, *MORE, "replicaset/replicaset") for flag in FLAGS
    ],
    "delete pod": ["delete pod pod"],
    "patch": [
        *(f"""patch service app -p '{{"spec":{{"selector":{{"version":"green"}}}}}}'{each}""" for each in FLAGS),
        *(f"""patch pdb {each} -p '{{"spec":{{"minAvailable":1}}}}'""" for each in BUDGETS),
    ],
    "create pdb": ["create pdb new --selector=covered=yes --min-available=1"],
    "set pdb": [f"set pdb {each} --max-unavailable=1" for each in BUDGETS],
    "delete pdb": [f"delete pdb {each}" for each in BUDGETS],
    "bluegreen switch": [f"bluegreen switch app --to=green{each}" for each in FLAGS],
    "bluegreen status": ["bluegreen status", "bluegreen status app"],
    "autoscale": [f"autoscale {each}/free --max=1 --name=for-{each}" for each in ("deploy", "sts", "rs")],
    "hpa status": ["hpa status", *(f"hpa status {each}" for each in SCALED)],
    "hpa set": [f"hpa set {each} --max=1{flag}" for each in SCALED for flag in FLAGS],
    "hpa pause": [f"hpa pause {each} --at=1{flag}" for each in SCALED for flag in FLAGS],
    "hpa resume": [
        line for each in SCALED for flag in FLAGS for line in (f"hpa pause {each} --at=1", f"hpa resume {each}{flag}")
    ],
    "hpa remove": [f"hpa remove {each}{flag}" for each in SCALED for flag in FLAGS],
    "canary start": [
        f"canary start {each}{flag}"
        for each in ("web app=web:v2", "old app=web:v2 --canary=old-canary")
        for flag in FLAGS
    ],
    "canary set-weight": [f"canary set-weight run --weight=50{each}" for each in FLAGS],
    "canary promote": [f"canary promote run{each}" for each in FLAGS],
    "canary abort": [f"canary abort run{each}" for each in FLAGS],
    "canary status": ["canary status run"],
    "gitops status": [f"gitops status {each}" for each in HELM],
    "gitops pause": [f"gitops pause {each}" for each in HELM],
    "gitops resume": [f"gitops {verb} {each}" for each in HELM for verb in ("pause", "resume")],
    "cordon": ["cordon node-a"],
    "uncordon": ["uncordon node-b"],
    "drain": ["drain node-a --ignore-daemonsets"],
    "disruption": ["disruption", "disruption node-a"],
}


async def used(lines: list[str]) -> set[tuple[str, str, str]]:
    """Rights used: those of looks by the world's own record, those of changes by the calls planned."""
    found: set[tuple[str, str, str]] = set()
    for made in (world(), *(kept_by(each) for each in MARKS)):
        found |= await used_in(made, lines)
    return found


async def used_in(made: World, lines: list[str]) -> set[tuple[str, str, str]]:
    found = set()
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
            found |= followed_by(outcome)
            made.send(each for each in outcome.calls if each.verb != "delete")
    return found | {(verb, kind, "") for verb, kind in made.looked}


def followed_by(made: Plan) -> set[tuple[str, str, str]]:
    """What its waits watch beside what it changes and its pods, which whoever follows may do anyway."""
    waits = [each for each in made.steps if isinstance(each, Wait)]
    changed = {each.target.kind for each in made.calls}
    kinds = {each.target.kind for each in waits} - changed
    kinds |= {beside.kind for each in waits for beside in condition_of(each.condition).beside}
    return {(verb, each.kind, "") for verb in ("list", "watch") for each in kinds}


def test_every_operation_is_looked_at() -> None:
    assert set(LINES) == set(REGISTRY.operations)


async def test_declared_and_used_are_the_same() -> None:
    for name, lines in LINES.items():
        declared = {(each.verb, each.kind.kind, each.subresource) for each in REGISTRY[name].rights}
        assert await used(lines) == declared, name
