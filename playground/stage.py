"""Everything of the playground, up at once: the simulated clusters, the workspace, and between them the real bot."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from bot.app import Knobs, Running, serving
from bot.commandline.own import OWN
from bot.identity.rbac_manifest import NAME, bot_documents, team_documents
from bot.operations.registry import Registry, build_registry, installed_families
from bot.settings import Config, Settings, load_settings, parse_config
from playground.cluster.server import SimulatedCluster
from playground.town import clusters as town
from playground.town.people import configuration
from playground.workspace.server import Workspace

CLUSTERS: Final = ("prod", "staging")
NAMESPACES: Final = ("shop", "billing", "sandbox")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What is up. `address` is what a browser opens."""

    workspace: Workspace
    clusters: dict[str, SimulatedCluster]
    running: Running
    data: Path

    @property
    def address(self) -> str:
        return self.workspace.address


@asynccontextmanager
async def staged(data: Path, *, port: int = 0, speed: float = 1.0) -> AsyncIterator[Stage]:
    """The playground for as long as it is entered. `data` keeps the bot's database, key and configuration.

    Raises `Refused` or `Unavailable` where the bot does not start, `OSError` where the port is taken.
    """
    registry = build_registry([*installed_families(), OWN])
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(Workspace(port=port))
        clusters = {name: await stack.enter_async_context(SimulatedCluster(speed=speed)) for name in CLUSTERS}
        for cluster in clusters.values():
            await town.furnish(cluster)
        settings = _settings(data, workspace, clusters, registry)
        running = await stack.enter_async_context(serving(settings, Knobs(settle=1.0)))
        yield Stage(workspace=workspace, clusters=clusters, running=running, data=data)


def _settings(data: Path, workspace: Workspace, clusters: dict[str, SimulatedCluster], registry: Registry) -> Settings:
    """Roles applied, kubeconfigs and configuration written: all that a real installation does by hand."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    first = configuration({name: data / f"{name}.kubeconfig" for name in clusters})
    config = parse_config(yaml.safe_dump(first).encode())
    kubeconfigs = {name: _admit(cluster, config, registry, data / name) for name, cluster in clusters.items()}
    (data / "config.yaml").write_text(yaml.safe_dump(configuration(kubeconfigs), sort_keys=False))
    shutil.copyfile(town.HERE / "policy.yaml", data / "policy.yaml")
    return load_settings(
        slack_bot_token=workspace.bot_token,
        slack_app_token=workspace.app_token,
        slack_api_url=f"{workspace.address}/api/",
        data=data,
        config=data / "config.yaml",
        http_port=0,
    )


def _admit(cluster: SimulatedCluster, config: Config, registry: Registry, folder: Path) -> Path:
    """Give the bot its account and role, and the teams theirs; returns the bot's kubeconfig."""
    own = config.own.namespace
    cluster.admin.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": own}}])
    cluster.admin.apply(bot_documents(config, registry))
    for namespace in NAMESPACES:
        cluster.admin.apply(team_documents(config, registry, namespace=namespace))
    return cluster.service_account(own, NAME, folder)
