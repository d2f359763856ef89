"""What a line may go on with, for the browser: the commands as they are declared, and the names in the town."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.commandline.completion import Suggestion, complete
from bot.operations.registry import Registry
from playground.cluster.server import SimulatedCluster
from playground.workspace.offers import Complete

KINDS: Final = {
    "deployment": "/apis/apps/v1/deployments",
    "statefulset": "/apis/apps/v1/statefulsets",
    "daemonset": "/apis/apps/v1/daemonsets",
    "pod": "/api/v1/pods",
    "namespace": "/api/v1/namespaces",
}


def completing(clusters: Mapping[str, SimulatedCluster], registry: Registry) -> Complete:
    """Without clusters of ours the commands only: nothing is asked of a real one for a key that somebody pressed."""

    async def found(person: str, typed: str) -> Sequence[Suggestion]:
        return complete(typed, registry, {"context": sorted(clusters), **_names(clusters)})

    return found


def _names(clusters: Mapping[str, SimulatedCluster]) -> dict[str, list[str]]:
    return {
        kind: sorted({each["metadata"]["name"] for cluster in clusters.values() for each in cluster.admin.items(path)})
        for kind, path in KINDS.items()
    }
