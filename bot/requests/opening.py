"""Opening the configured clusters: connected, and each examined before it is served."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Final

import structlog

from bot.clock import Clock, Tokens
from bot.errors import Refused, Unavailable
from bot.identity.start_check import check_itself
from bot.kubernetes.cluster import Cluster
from bot.kubernetes.configured import configured_connection
from bot.kubernetes.transport import Transport
from bot.operations.registry import Registry
from bot.requests.clusters import Clusters, OpenCluster
from bot.settings import Config
from bot.text import Code, text

LOG: Final = structlog.get_logger("clusters")
AGAIN_SECONDS: Final = 15.0


async def open_clusters(stack: AsyncExitStack, config: Config, *, clock: Clock, tokens: Tokens) -> Clusters:
    """All of them, none examined yet. Raises `Refused` for a kubeconfig that cannot be used."""
    opened: dict[str, OpenCluster] = {}
    for name, each in config.clusters.items():
        connection = configured_connection(name, each, clock=clock)
        transport = Transport(connection, clock=clock, timeout=each.timeouts.read, title=each.title)
        await stack.enter_async_context(transport)
        cluster = Cluster(name=name, transport=transport, clock=clock, tokens=tokens)
        opened[name] = OpenCluster(config=each, cluster=cluster, clock=clock, own=config.own, command=config.command)
    return Clusters(opened)


async def examine_clusters(clusters: Clusters, config: Config, registry: Registry) -> None:
    """Examine the bot's own rights in every cluster. Raises `Refused` for a role that is too strong or too weak.

    A cluster that does not answer is not served until `keep_examining` has reached it; the others are.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for name in clusters.names:
                group.create_task(_examine(clusters, name, config, registry))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures


async def keep_examining(clusters: Clusters, config: Config, registry: Registry, *, clock: Clock) -> None:
    """Examine what could not be examined at the start, until all are; a wrong role found then is never served."""
    while clusters.unexamined:
        await clock.sleep(AGAIN_SECONDS)
        for name in sorted(clusters.unexamined):
            try:
                await _examine(clusters, name, config, registry)
            except Refused as error:
                LOG.error("cluster_refused", cluster=name, why=str(error))


async def _examine(clusters: Clusters, name: str, config: Config, registry: Registry) -> None:
    try:
        report = await check_itself(clusters.clusters[name].bot, config, registry)
    except Unavailable as error:
        LOG.warning("cluster_unreachable", cluster=name, why=str(error))
        return
    if not report.passed:
        raise Refused(
            text("The bot's own role in {cluster} is wrong, so it is not served.", cluster=Code(name)),
            target=name,
            why=report.failures[0],
            next=text(
                "Apply the role of {command}; {doctor} shows the rest.",
                command=Code("kajitori manifest rbac"),
                doctor=Code("kajitori doctor"),
            ),
        )
    clusters.examined(name)
