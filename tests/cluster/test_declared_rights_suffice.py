"""Every operation runs with exactly the rights that it declares: the bot with constrained impersonation, a person with
the generated team role. What is not declared is refused twice over, so a forgotten right fails here.

Those on Rollouts need their controller: they are in `test_rollouts_are_served_with_declared_rights.py`.
"""

from __future__ import annotations

from secrets import token_hex
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.commandline.grammar import parse
from bot.commandline.own import OWN
from bot.identity.rbac_manifest import cluster_yaml, teams_yaml
from bot.identity.start_check import check_itself
from bot.kubernetes.errors import Forbidden
from bot.kubernetes.identity import Impersonation
from bot.operations.operation import OperationKind
from bot.operations.plan import Nothing
from bot.operations.registry import build_registry, installed_families
from bot.operations.view import Live, View
from bot.requests.clusters import Acting
from bot.requests.planning import plan_change
from bot.requests.rights import NotAllowed
from bot.settings import Config, OwnConfig, parse_config
from tests.cluster.conftest import Connect
from tests.controlplane.shop import AppWorld, Shop, deployment_of, rolled_out

pytestmark = pytest.mark.cluster

CORDONED = "node-cordoned"
"""A node of their own, on which nothing runs, so that no other story misses it."""
REGISTRY = build_registry([*installed_families(), OWN])

SHARING = ("bluegreen", "canary", "hpa")
"""Families that ask for more than one Deployment."""
CHANGES = {
    "cordon": "cordon {node}",
    "create pdb": "create pdb web --selector=app=app --min-available=1",
    "delete pdb": "delete pdb app",
    "set pdb": "set pdb app --max-unavailable=1",
    "drain": "drain {node} --pod-selector=app=app",
    "annotate": "annotate deploy/app note='held back'",
    "create job": "create job run --from=cronjob/nightly",
    "create namespace": "create namespace {space}-more",
    "cronjob resume": "cronjob resume stopped",
    "cronjob suspend": "cronjob suspend nightly",
    "delete job": "delete job by-hand",
    "delete pod": "delete pod {pod}",
    "label": "label namespace {space} example.com/team=payments",
    "podsecurity set": "podsecurity set {space} --warn=baseline",
    "autoscale": "autoscale deploy/app-green --max=4 --cpu=70%",
    "bluegreen switch": "bluegreen switch web --to=green --key=version --at-least=1",
    "canary abort": "canary abort app-blue",
    "canary promote": "canary promote app-blue",
    "canary set-weight": "canary set-weight app-blue --weight=50",
    "canary start": "canary start app-green app-green=app:v2 --weight=50",
    "hpa pause": "hpa pause app",
    "hpa remove": "hpa remove app",
    "hpa resume": "hpa resume held",
    "hpa set": "hpa set app --max=9",
    "patch": """patch svc web --at-least=1 -p '{{"spec":{{"selector":{{"version":"green"}}}}}}'""",
    "rollout pause": "rollout pause deploy/app",
    "rollout restart": "rollout restart deploy/app",
    "rollout resume": "rollout resume deploy/paused",
    "rollout undo": "rollout undo deploy/app",
    "scale": "scale deploy/app --replicas=3",
    "set env": "set env deploy/app LOG_LEVEL=debug",
    "set image": "set image deploy/app app=app:v3",
    "uncordon": "uncordon {cordoned}",
    "set resources": "set resources deploy/app -c app --limits=memory=512Mi",
}
LOOKS = {
    "bluegreen status": "bluegreen status web",
    "canary status": "canary status app-blue",
    "hpa status": "hpa status app",
    "auth can-i": "auth can-i patch deployments",
    "describe": "describe deploy/app",
    "diff": "diff deploy/app",
    "disruption": "disruption {node}",
    "events": "events --for deploy/app",
    "get": "get pods -l app=app",
    "logs": "logs deploy/app",
    "overview": "overview",
    "podsecurity": "podsecurity {space}",
    "podsecurity check": "podsecurity check {space} --level=restricted",
    "rollout history": "rollout history deploy/app",
    "rollout status": "rollout status deploy/app",
}


WRITES_DRY = {"podsecurity check"}
"""Looks for which one must be allowed to change what is looked at."""
POD = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "app:held-1"}]}}
BUDGET: dict[str, Any] = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "app"},
    "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "app"}}},
}
BY_HAND = {
    "name": "by-hand",
    "labels": {"kajitori.dev/request": "1"},
    "annotations": {"cronjob.kubernetes.io/instantiate": "manual"},
}


def names(*kinds: OperationKind) -> list[str]:
    """What needs a server beside Kubernetes has tests of its own: Velero, Argo, a metrics-server."""
    found = (each for each in REGISTRY if not each.name.startswith(("velero ", "argo rollouts ", "gitops ", "top ")))
    return sorted(operation.name for operation in found if operation.kind in kinds)


@pytest.fixture
def config(shop: Shop) -> Config:
    return parse_config(
        f"""\
slack: {{team_id: T0ACME}}
clusters: {{real: {{namespace: {shop.namespace}}}}}
people:
  U0ALICE: {{user: alice, teams: [developers]}}
  U0DAVE: {{user: dave, teams: [readers]}}
teams: {{developers: {{}}, readers: {{}}}}
own: {{namespace: own-{token_hex(3)}}}
""".encode()
    )


async def acting(shop: Shop, config: Config, connect: Connect, who: Impersonation) -> Acting:
    """A person in the hands of the bot, both with their generated roles."""
    bot = await connect(await shop.bot(config, REGISTRY, constrained=True))
    await shop.apply(teams_yaml(config, REGISTRY, namespace=shop.namespace))
    await shop.apply(cluster_yaml(config, REGISTRY, teams=config.teams))
    await shop.bind("kajitori-changes", group="kajitori:developers")
    await shop.bind("kajitori-reads", group="kajitori:readers")
    spaces = {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "create"]}
    await shop.allow_everywhere([spaces], user="kajitori:alice")
    return Acting(
        cluster=bot.cluster,
        who=who,
        person="Alice",
        name="real",
        title="real",
        clock=SystemClock(),
        bot=bot,
        own=OwnConfig(),
    )


SHARED = frozenset({"autoscale", "patch", *(name for name in REGISTRY.operations if name.split()[0] in SHARING)})


async def shared_world(shop: Shop) -> None:
    """Two colours behind Services, a canary of the blue one, and an autoscaler that runs and one that is held."""
    for colour in ("blue", "green"):
        labels = {"web": "shop", "version": colour}
        await shop.deployment(f"app-{colour}", images=["app:v1"], replicas=3 if colour == "blue" else 2, labels=labels)
    pod = {"web": "shop", "version": "blue", "track": "canary"}
    body = deployment_of("app-blue-canary", "app:v2", 1, pod)
    body["spec"]["template"]["spec"]["containers"][0]["name"] = "app-blue"
    services = (("web", "blue"), ("web-green", "green"))
    await shop.apply(
        [
            {"apiVersion": "apps/v1", "kind": "Deployment", **body},
            *(service(name, {"web": "shop", "version": colour}) for name, colour in services),
            autoscaler("app", 1, 5, {}),
            autoscaler("held", 1, 1, {"kajitori.dev/limits-before-pause": "1-4"}),
        ]
    )
    await shop.until(f"/apis/apps/v1/namespaces/{shop.namespace}/deployments/app-blue-canary", rolled_out)


def service(name: str, selector: dict[str, str]) -> dict[str, Any]:
    spec = {"selector": selector, "ports": [{"port": 80, "targetPort": 8080}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def autoscaler(name: str, least: int, most: int, annotations: dict[str, str]) -> dict[str, Any]:
    aim = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app" if name == "app" else "paused"}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "annotations": annotations},
        "spec": {"scaleTargetRef": aim, "minReplicas": least, "maxReplicas": most},
    }


async def world_of(shop: Shop, name: str) -> AppWorld:
    if name in SHARED:
        await shared_world(shop)
    paused = await shop.deployment("paused", images=["app:v1"], replicas=1)
    await paused.merge({"spec": {"paused": True}})
    await shop.apply(
        [
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": CORDONED}, "spec": {"unschedulable": True}},
            *(cron_job(name, suspend=name == "stopped") for name in ("nightly", "stopped")),
            {"apiVersion": "batch/v1", "kind": "Job", "metadata": BY_HAND, "spec": {"template": POD}},
            *([BUDGET] if name.endswith(" pdb") else []),
        ]
    )
    return await shop.deployment("app", images=["app:v1", "app:v2"], replicas=2)


def cron_job(name: str, *, suspend: bool) -> dict[str, Any]:
    spec = {"schedule": "0 3 1 1 *", "suspend": suspend, "jobTemplate": {"spec": {"template": POD}}}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name}, "spec": spec}


async def line(shop: Shop, world: AppWorld, template: str) -> str:
    pod = (await world.pods())[0]
    names = {"pod": pod["metadata"]["name"], "node": pod["spec"]["nodeName"], "cordoned": CORDONED}
    return template.format(**names, space=shop.namespace) + f" -n {shop.namespace}"


async def test_the_role_of_all_operations_passes_the_check(shop: Shop, config: Config, connect: Connect) -> None:
    bot = await connect(await shop.bot(config, REGISTRY, constrained=True))
    report = await check_itself(bot, config, REGISTRY)
    assert [str(each) for each in report.failures] == []


@pytest.mark.parametrize("name", names(OperationKind.CHANGE))
async def test_a_change_is_planned_and_rehearsed(shop: Shop, config: Config, connect: Connect, name: str) -> None:
    alice = await acting(shop, config, connect, Impersonation("kajitori:alice", ("kajitori:developers",)))
    world = await world_of(shop, name)
    before = await world.get()
    parsed = parse(await line(shop, world, CHANGES[name]), REGISTRY)
    planned = await plan_change(alice, parsed.operation, parsed.arguments, timeout=5)
    assert not isinstance(planned, Nothing)
    asked = len(planned.plan.calls) + len(planned.plan.evictions)
    assert len(planned.rehearsals) == asked > 0
    assert (await world.get())["metadata"]["generation"] == before["metadata"]["generation"]


@pytest.mark.parametrize("name", names(OperationKind.CHANGE))
async def test_whoever_may_only_look_plans_nothing(shop: Shop, config: Config, connect: Connect, name: str) -> None:
    dave = await acting(shop, config, connect, Impersonation("kajitori:dave", ("kajitori:readers",)))
    world = await world_of(shop, name)
    parsed = parse(await line(shop, world, CHANGES[name]), REGISTRY)
    before = tried_by_dave(shop)
    with pytest.raises((NotAllowed, Forbidden)):
        await plan_change(dave, parsed.operation, parsed.arguments, timeout=5)
    assert tried_by_dave(shop) == before


def tried_by_dave(shop: Shop) -> int:
    """Writes that he sent, whatever was answered; other stories have their own."""
    return len(shop.control_plane.audit_entries(user="kajitori:dave", verbs=("create", "patch", "update", "delete")))


@pytest.mark.parametrize("name", names(OperationKind.READ, OperationKind.PROBE))
async def test_a_look_is_answered(shop: Shop, config: Config, connect: Connect, name: str) -> None:
    user, team = ("alice", "developers") if name in WRITES_DRY else ("dave", "readers")
    who = await acting(shop, config, connect, Impersonation(f"kajitori:{user}", (f"kajitori:{team}",)))
    world = await world_of(shop, name)
    parsed = parse(await line(shop, world, LOOKS[name]), REGISTRY)
    assert parsed.operation.run is not None
    outcome = await parsed.operation.run(who.reader(), parsed.arguments)
    assert isinstance(outcome, View | Live)
