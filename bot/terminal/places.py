"""Which cluster a command line means, and an open connection to it with the kubeconfig's own identity.

The kubeconfig says how to reach it, as it does for kubectl. Kajitori's configuration, where there is one, lends its
name for the cluster, so that a plan made here has the digest that the bot would compute.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.clock import Clock
from bot.errors import NotUnderstood, Refused
from bot.kubernetes.cluster import Cluster
from bot.kubernetes.configuration import (
    Context,
    in_cluster_connection,
    kubeconfig_connection,
    kubeconfig_context,
)
from bot.kubernetes.configured import STANDARD, kubeconfig_of
from bot.kubernetes.connection import Connection
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.transport import Transport
from bot.operations.arguments import Arguments
from bot.operations.operation import Operation
from bot.requests.clusters import Acting
from bot.settings import ClusterConfig, Config, OwnConfig, load_config, load_settings
from bot.terminal.options import Way
from bot.text import Code, text


@dataclass(frozen=True, kw_only=True)
class Place:
    """An open cluster. `configured` holds every entry of the configuration that is, or may be, this cluster."""

    acting: Acting
    namespace: str
    configured: Mapping[str, ClusterConfig]
    config: Config | None

    def filled(self, arguments: Arguments, operation: Operation) -> Arguments:
        """The arguments with the cluster's name, and a namespace where one is needed and none is named."""
        named = arguments.namespace or arguments.home or self.namespace
        namespace = named if operation.namespaced else ""
        return arguments.model_copy(update={"namespace": namespace, "context": self.acting.name})


def read_config(way: Way) -> Config | None:
    """The configuration, if one is named or lies in the data folder. Raises `Refused` for one that is wrong."""
    settings = load_settings()
    path = way.config or settings.config
    if path is None:
        path = settings.config_file if settings.config_file.exists() else None
    return None if path is None else load_config(path)


@asynccontextmanager
async def open_place(way: Way, arguments: Arguments, *, clock: Clock) -> AsyncIterator[Place]:
    """The cluster that the options or the command line name, else the kubeconfig's current one.

    Raises `NotUnderstood` where they name two different ones.
    """
    if way.context and arguments.context and way.context != arguments.context:
        raise NotUnderstood(
            text("Two clusters are named: {one} and {other}.", one=Code(way.context), other=Code(arguments.context)),
            next=text("Name one."),
        )
    config = read_config(way)
    found = _find(way, way.context or arguments.context, config, clock)
    timeout = next((each.timeouts.read for each in found.configured.values()), 10.0)
    async with Transport(found.connection, clock=clock, timeout=timeout) as transport:
        acting = Acting(
            cluster=Cluster(name=found.connection.name, transport=transport, clock=clock),
            who=_who(way),
            person=way.user or "you",
            name=found.connection.name,
            title=found.connection.name,
            clock=clock,
            bot=None,
            own=config.own if config is not None else OwnConfig(),
        )
        namespace = way.namespace or found.namespace
        yield Place(acting=acting, namespace=namespace, configured=found.configured, config=config)


@dataclass(frozen=True, kw_only=True)
class _Found:
    connection: Connection
    namespace: str
    configured: Mapping[str, ClusterConfig]


def _find(way: Way, wanted: str, config: Config | None, clock: Clock) -> _Found:
    clusters: Mapping[str, ClusterConfig] = config.clusters if config is not None else {}
    entry = clusters.get(wanted)
    if entry is not None and entry.kubeconfig is not None and not way.kubeconfig:
        connection = kubeconfig_connection(wanted, path=str(entry.kubeconfig), context=entry.context, clock=clock)
        same = _same_address(clusters, connection.base_url)
        return _Found(connection=connection, namespace=entry.namespace, configured={wanted: entry, **same})
    path = way.kubeconfig or os.environ.get("KUBECONFIG", "") or STANDARD
    if _is_pod(way, wanted):
        connection = in_cluster_connection(wanted or "in-cluster", clock=clock)
        own = {name: each for name, each in clusters.items() if each.in_cluster}
        return _Found(connection=connection, namespace="default", configured=own)
    context = kubeconfig_context(path, wanted)
    configured = _configured(clusters, context)
    name = next(iter(configured), context.name)
    namespace = context.namespace or (configured[name].namespace if name in configured else "default")
    connection = kubeconfig_connection(name, path=path, context=context.name, clock=clock)
    return _Found(connection=connection, namespace=namespace, configured=configured)


def _is_pod(way: Way, wanted: str) -> bool:
    """Inside a pod without any kubeconfig: its service account, as kubectl does."""
    given = way.kubeconfig or os.environ.get("KUBECONFIG", "") or wanted
    return not given and "KUBERNETES_SERVICE_HOST" in os.environ and not Path(STANDARD).expanduser().exists()


def _configured(clusters: Mapping[str, ClusterConfig], context: Context) -> dict[str, ClusterConfig]:
    """Entries of the configuration with this address, then those with this name or context."""
    named = {name: each for name, each in clusters.items() if context.name in (name, each.context)}
    return _same_address(clusters, context.server) | named


def _same_address(clusters: Mapping[str, ClusterConfig], server: str) -> dict[str, ClusterConfig]:
    return {name: each for name, each in clusters.items() if address(server) in _addresses(each)}


def _addresses(cluster: ClusterConfig) -> Iterator[str]:
    """The address that an entry's own kubeconfig gives; none if it cannot be read here."""
    if cluster.in_cluster:
        return
    try:
        yield address(kubeconfig_context(kubeconfig_of(cluster), cluster.context).server)
    except Refused:
        return


def address(server: str) -> str:
    """One form for all spellings of a server's address."""
    parts = urlsplit(server)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}{parts.path.rstrip('/')}"


def _who(way: Way) -> Impersonation | None:
    if way.groups and not way.user:
        raise NotUnderstood(
            text("{flag} needs {other}.", flag=Code("--as-group"), other=Code("--as USER")),
            next=text("Give both, or none."),
        )
    return Impersonation(way.user, way.groups) if way.user else None
