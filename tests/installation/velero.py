"""Velero in a story's world: its namespace, the teams' rights there, an object store that is reached."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final, final

from bot.identity.rbac_manifest import team_documents
from bot.settings import parse_config
from playground.cluster.object_store import BUCKET
from tests.installation.configuration import configuration, registry
from tests.installation.world import REVIEWS, WRITES, World

Object = dict[str, Any]
HOME: Final = "velero"
API: Final = f"/apis/velero.io/v1/namespaces/{HOME}"
LOCATION: Final = f"{API}/backupstoragelocations/default"
LISTED: Final[Object] = {"object_stores": ["127.0.0.1"]}
"""What the configuration says of the cluster, so that files may be fetched from an object store on this machine."""


@final
@dataclass(frozen=True, kw_only=True)
class VeleroWorld:
    """What stories do with it, from outside of the bot."""

    world: World

    async def until(self, path: str, met: Any) -> Object:
        return await self.world.shop.until(f"{API}/{path}", met)

    async def get(self, path: str) -> Object:
        found: Object = await asyncio.to_thread(self.world.shop.admin.get, f"{API}/{path}")
        return found

    async def names(self, plural: str) -> list[str]:
        found = await asyncio.to_thread(self.world.shop.admin.items, f"{API}/{plural}")
        return sorted(each["metadata"]["name"] for each in found)

    def sent(self) -> list[str]:
        """Every change in Velero's namespace that somebody but the tests and Velero asked for, rehearsals left out."""
        entries = self.world.shop.control_plane.audit_entries(verbs=WRITES, namespace=HOME)
        return [_line(each) for each in entries if _counts(each)]


def _counts(entry: Object) -> bool:
    rehearsed = "dryRun" in entry["requestURI"] or "dryRun" in (entry.get("requestObject") or {})
    return bool(entry.get("impersonatedUser")) and not rehearsed and entry["objectRef"]["resource"] not in REVIEWS


def _line(entry: Object) -> str:
    who = entry["impersonatedUser"]["username"].removeprefix("kajitori:")
    return f"{who} {entry['verb']} {entry['objectRef']['resource']}"


async def with_velero(world: World, *, location: Object | None = None) -> VeleroWorld:
    """Velero's namespace with roles and a location that is available. `location` replaces fields of its spec."""
    admin = world.shop.admin
    if not any(each["metadata"]["name"] == HOME for each in await asyncio.to_thread(admin.items, "/api/v1/namespaces")):
        await asyncio.to_thread(admin.create, "/api/v1/namespaces", {"metadata": {"name": HOME}})
    config = parse_config(_document(world))
    await world.shop.apply(team_documents(config, registry(), namespace=HOME))
    await world.shop.apply([_location(world) if location is None else location])
    await world.shop.until(LOCATION, lambda found: (found.get("status") or {}).get("phase") == "Available")
    return VeleroWorld(world=world)


def _document(world: World) -> bytes:
    import yaml

    return yaml.safe_dump(configuration(world.namespace, kubeconfig="later")).encode()


def _location(world: World) -> Object:
    address = world.cluster.url
    return {
        "apiVersion": "velero.io/v1",
        "kind": "BackupStorageLocation",
        "metadata": {"name": "default", "namespace": HOME},
        "spec": {
            "provider": "aws",
            "default": True,
            "objectStorage": {"bucket": BUCKET},
            "config": {"region": "eu-central-1", "s3ForcePathStyle": "true", "s3Url": address},
        },
    }
