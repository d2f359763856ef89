"""The connection that the configuration describes for one of its clusters."""

from __future__ import annotations

import os

from bot.clock import Clock
from bot.kubernetes.connection import Connection
from bot.settings import ClusterConfig

STANDARD = "~/.kube/config"


def configured_connection(name: str, config: ClusterConfig, *, clock: Clock) -> Connection:
    """Raises `Refused` for a kubeconfig or context that is missing or broken, or outside a pod."""
    # Here, because the playground's clusters need neither it nor the official package.
    from bot.kubernetes.configuration import in_cluster_connection, kubeconfig_connection

    if config.in_cluster:
        return in_cluster_connection(name, clock=clock)
    return kubeconfig_connection(name, path=kubeconfig_of(config), context=config.context, clock=clock)


def kubeconfig_of(config: ClusterConfig) -> str:
    """The file: the configured one, else the standard one (`KUBECONFIG`, then `~/.kube/config`)."""
    return str(config.kubeconfig or os.environ.get("KUBECONFIG", "") or STANDARD)
