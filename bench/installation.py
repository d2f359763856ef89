"""The whole bot, as it is installed (`kajitori run` in a process of its own), between a workspace and a cluster.

Workspace and simulated cluster run in the measuring process, so that both ends are seen by one clock; on two cores they
have one and the bot has the other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.places import folder, postgresql
from bench.processes import Child, child
from bench.workspaces import connected, environment, people, workspace
from bot.commandline.own import OWN
from bot.identity.rbac_manifest import NAME, bot_documents, teams_yaml
from bot.operations.registry import build_registry, installed_families
from bot.settings import parse_config
from playground.cluster.server import SimulatedCluster
from playground.workspace.people import TEAM
from playground.workspace.server import Workspace

NAMESPACE = "payments"
GROUP = "kajitori:developers"
BINDINGS = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}/rolebindings"


@dataclass(frozen=True, kw_only=True)
class Installed:
    """What is up."""

    slack: Workspace
    cluster: SimulatedCluster
    bot: Child
    place: Path


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How large it is. `running`: requests executed at once (the bot's own default is 50)."""

    persons: int = 4
    channels: int = 4
    deployments: int = 1
    clusters: int = 1
    database: str = "SQLite"
    running: int = 50


@asynccontextmanager
async def installed(wanted: Wanted) -> AsyncIterator[Installed]:
    """Everything, up and served; the environment is `staging`, so that a press of Approve is the vote."""
    async with AsyncExitStack() as stack:
        place = stack.enter_context(folder())
        slack = await stack.enter_async_context(workspace(persons=wanted.persons, places=wanted.channels))
        cluster = await stack.enter_async_context(SimulatedCluster(start=0.05, stop=0.05, seed=1))
        settings = environment(slack) | prepare(place, cluster, wanted)
        if wanted.database == "PostgreSQL":
            create = stack.enter_context(postgresql(place))
            settings["KAJITORI_DATABASE_URL"] = await create("kajitori")
        bot = await stack.enter_async_context(run_bot(place, settings, slack))
        yield Installed(slack=slack, cluster=cluster, bot=bot, place=place)


@asynccontextmanager
async def run_bot(place: Path, settings: dict[str, str], slack: Workspace) -> AsyncIterator[Child]:
    """`kajitori run`; it is entered when the bot listens."""
    async with child(place / "bot.log", "-m", "bot.cli", "run", environment=settings) as bot:
        try:
            await connected(slack)
        except TimeoutError:
            raise RuntimeError(f"the bot does not come up: {bot.last_words()}") from None
        yield bot


def prepare(place: Path, cluster: SimulatedCluster, wanted: Wanted) -> dict[str, str]:
    """Roles, workloads and the configuration file; the bot's environment for it."""
    registry = build_registry([*installed_families(), OWN])
    document = configuration(wanted)
    config = parse_config(yaml.safe_dump(document).encode())
    for name in (NAMESPACE, config.own.namespace):
        cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": name}})
    cluster.admin.apply(bot_documents(config, registry), namespace=config.own.namespace)
    cluster.admin.apply(teams_yaml(config, registry, namespace=NAMESPACE), namespace=NAMESPACE)
    for role in ("kajitori-changes", "kajitori-reads"):
        cluster.admin.create(BINDINGS, binding(role))
    for number in range(wanted.deployments):
        cluster.admin.create(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments", deployment(f"app-{number}"))
    kubeconfig = cluster.service_account(config.own.namespace, NAME, place)
    for each in document["clusters"].values():
        each["kubeconfig"] = str(kubeconfig)
    (place / "config.yaml").write_text(yaml.safe_dump(document))
    return {
        "KAJITORI_DATA": str(place / "data"),
        "KAJITORI_CONFIG": str(place / "config.yaml"),
        "KAJITORI_HTTP_PORT": "0",
        "KAJITORI_LOG": "warning",
    }


def configuration(wanted: Wanted) -> dict[str, Any]:
    """The configuration but for the kubeconfigs; its limits are above what is measured."""
    entry = {"environment": "staging", "namespace": NAMESPACE}
    return {
        "slack": {"team_id": TEAM},
        "clusters": {f"cluster-{number}": dict(entry) for number in range(wanted.clusters)},
        "default_cluster": "cluster-0",
        "people": {
            each.id: {"user": each.name, "teams": ["developers"], "email": str(each.email)}
            for each in people(wanted.persons)
        },
        "teams": {"developers": {}},
        "limits": {
            "commands_per_minute": 6000,
            "requests_per_person": 1000,
            "inbox": 100_000,
            "running": wanted.running,
        },
    }


def binding(role: str) -> dict[str, Any]:
    return {
        "metadata": {"name": f"everyone-{role}"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": GROUP}],
    }


def deployment(name: str, replicas: int = 1) -> dict[str, Any]:
    labels = {"app": name}
    container = {"name": "app", "image": "registry.example/app:v1"}
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [container], "terminationGracePeriodSeconds": 1},
            },
        },
    }
