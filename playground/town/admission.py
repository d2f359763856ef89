"""All that whoever installs the bot does by hand: roles applied, kubeconfigs, policy and configuration written."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from bot.identity.rbac_manifest import NAME, bot_documents, cluster_documents, team_documents
from bot.operations.registry import Registry
from bot.settings import Config, parse_config
from playground.cluster.server import SimulatedCluster
from playground.town.clusters import HERE
from playground.town.people import configuration

STORE: Final = "127.0.0.1"
"""Where the simulated object stores are: without being listed no file would be fetched from there."""
NAMESPACES: Final = ("shop", "billing", "sandbox", "velero", "argocd")


def provide(data: Path, clusters: Mapping[str, SimulatedCluster], registry: Registry, *, locale: str = "en") -> None:
    """Let the bot in, and write what it reads into the data folder, which must be there."""
    first = configuration({name: data / f"{name}.kubeconfig" for name in clusters})
    config = parse_config(yaml.safe_dump(first).encode())
    kubeconfigs = {name: _admit(cluster, config, registry, data / name) for name, cluster in clusters.items()}
    found = configuration(kubeconfigs, locale=locale)
    for each in found["clusters"].values():
        each["object_stores"] = [STORE]
    (data / "config.yaml").write_text(yaml.safe_dump(found, sort_keys=False))
    shutil.copyfile(HERE / "policy.yaml", data / "policy.yaml")


def _admit(cluster: SimulatedCluster, config: Config, registry: Registry, folder: Path) -> Path:
    """Give the bot its account and role, and the teams theirs; returns the bot's kubeconfig."""
    own = config.own.namespace
    for namespace in (own, *NAMESPACES):
        cluster.admin.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}])
    cluster.admin.apply(bot_documents(config, registry))
    for namespace in NAMESPACES:
        cluster.admin.apply(team_documents(config, registry, namespace=namespace))
    cluster.admin.apply(cluster_documents(config, registry, teams=config.teams))
    return cluster.service_account(own, NAME, folder)
