"""Saves the world every few seconds in which it changed, and once more at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, final

from playground.cluster.server import SimulatedCluster
from playground.keeping.folder import Folder, encoded
from playground.workspace.keeping import kept
from playground.workspace.server import Workspace

EVERY: Final = 3.0
"""Seconds."""


@final
class Keeper:
    """`clusters` may come to hold others while this runs. What did not change is not put together again."""

    def __init__(self, folder: Folder, workspace: Workspace, clusters: Mapping[str, SimulatedCluster]) -> None:
        self._folder, self._workspace, self._clusters = folder, workspace, clusters
        self._parts: dict[str, tuple[object, bytes]] = {}
        self._written: list[bytes] = []

    async def run(self) -> None:
        """Until cancelled. Raises `Refused` when the folder takes no more."""
        while True:
            await asyncio.sleep(EVERY)
            await self.save()

    async def save(self) -> None:
        """Write what there is now, if it differs. Raises `Refused` when the folder takes no more, or is gone."""
        workspace = encoded(kept(self._workspace))
        clusters = {name: self._part(name, cluster) for name, cluster in self._clusters.items()}
        parts = [workspace, *clusters.values()]
        if parts != self._written:
            await asyncio.to_thread(self._folder.save, workspace, clusters)
            self._written = parts
        else:
            await asyncio.to_thread(self._folder.check)

    def _part(self, name: str, cluster: SimulatedCluster) -> bytes:
        mark = (cluster, cluster.store.version, len(cluster.audit_entries()))
        known, part = self._parts.get(name, (None, b""))
        if known != mark:
            part = encoded(cluster.kept())
            self._parts[name] = (mark, part)
        return part
