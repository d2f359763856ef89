"""A small Velero in the town: a location, a schedule, a backup that is complete and one that failed in part."""

from __future__ import annotations

import asyncio
from typing import Final

from playground.cluster.object_store import BUCKET
from playground.cluster.resources import BACKUPS, LOCATIONS, SCHEDULES, VELERO
from playground.cluster.server import SimulatedCluster
from playground.cluster.wire import Json

HOME: Final = "velero"
FULL: Final = "full-backup"
PARTIAL: Final = "weekly-20261123030000"
NIGHTLY: Final = "nightly"
ENDED: Final = ("Completed", "PartiallyFailed")


async def furnish_backups(cluster: SimulatedCluster) -> None:
    """Returns when both backups have ended. The workloads must stand."""
    cluster.velero.failing.add(PARTIAL)
    cluster.admin.apply([_location(cluster.url), _schedule()])
    await cluster.admin.until(LOCATIONS.path(HOME, "default"), lambda it: _phase(it) == "Available")
    cluster.admin.apply([_backup(FULL, "shop"), _backup(PARTIAL, "billing")])
    async with asyncio.TaskGroup() as group:
        for name in (FULL, PARTIAL):
            group.create_task(_ended(cluster, name))


async def _ended(cluster: SimulatedCluster, name: str) -> None:
    await cluster.admin.until(BACKUPS.path(HOME, name), lambda it: _phase(it) in ENDED)


def _phase(found: Json) -> str:
    return str((found.get("status") or {}).get("phase") or "")


def _location(address: str) -> Json:
    config = {"region": "eu-central-1", "s3ForcePathStyle": "true", "s3Url": address}
    spec = {"provider": "aws", "default": True, "objectStorage": {"bucket": BUCKET}, "config": config}
    return _object(LOCATIONS.kind, "default", spec)


def _schedule() -> Json:
    return _object(SCHEDULES.kind, NIGHTLY, {"schedule": "0 3 * * *", "template": {"includedNamespaces": ["shop"]}})


def _backup(name: str, namespace: str) -> Json:
    return _object(BACKUPS.kind, name, {"includedNamespaces": [namespace], "ttl": "720h0m0s"})


def _object(kind: str, name: str, spec: Json) -> Json:
    return {
        "apiVersion": f"{VELERO}/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": HOME},
        "spec": spec,
    }
