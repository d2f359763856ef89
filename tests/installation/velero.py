"""Velero in a story's world: its namespace, the teams' rights there, an object store that is reached."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, final

import yaml

from bot.identity.rbac_manifest import team_documents
from bot.settings import parse_config
from playground.cluster.object_store import BUCKET
from tests.installation.configuration import configuration, registry
from tests.installation.world import REVIEWS, WRITES, World

Object = dict[str, Any]
HOME: Final = "velero"
API: Final = f"/apis/velero.io/v1/namespaces/{HOME}"
LOCATION: Final = f"{API}/backupstoragelocations/default"
HELD: Final = "held"
LISTED: Final[Object] = {"object_stores": ["127.0.0.1"]}
"""What the configuration says of the cluster, so that files may be fetched from an object store on this machine."""


@final
@dataclass(frozen=True, kw_only=True)
class VeleroWorld:
    """What stories do with it, from outside of the bot. `before` changes were sent by earlier stories."""

    world: World
    before: int

    def named(self, word: str) -> str:
        """A name of this story's own: the real server is one for all of them."""
        return f"{word}-{self.world.namespace}"

    async def until(self, path: str, met: Callable[[Object], bool]) -> Object:
        return await self.world.shop.until(f"{API}/{path}", met)

    async def get(self, path: str) -> Object:
        found: Object = await asyncio.to_thread(self.world.shop.admin.get, f"{API}/{path}")
        return found

    async def names(self, plural: str) -> list[str]:
        """Names of this story's objects of a kind."""
        found = await asyncio.to_thread(self.world.shop.admin.items, f"{API}/{plural}")
        return sorted(name for each in found if self.world.namespace in (name := each["metadata"]["name"]))

    async def held(self, namespace: str, plural: str, name: str) -> list[Object]:
        """Objects of a kind and name in any namespace: one or none."""
        found = await asyncio.to_thread(self.world.shop.admin.items, f"{_core(namespace)}/{plural}")
        return [each for each in found if each["metadata"]["name"] == name]

    async def image(self, namespace: str) -> str:
        """What the story's Deployment runs there."""
        found = await asyncio.to_thread(self.world.shop.admin.get, _app(namespace))
        return str(found["spec"]["template"]["spec"]["containers"][0]["image"])

    async def lose_namespace(self, name: str = "") -> None:
        """Somebody deletes a namespace, without a name the story's; returns when it is gone."""
        place = _core(name or self.world.namespace)
        await asyncio.to_thread(self.world.shop.admin.delete, place)
        await self._gone(place)

    async def hold_namespace(self) -> None:
        """Somebody deletes it and something in it does not go; returns when it is being deleted."""
        admin = self.world.shop.admin
        held = {"metadata": {"name": HELD, "finalizers": ["example.com/held"]}}
        await asyncio.to_thread(admin.create, f"{self._place}/configmaps", held)
        await asyncio.to_thread(admin.delete, self._place)
        await self.world.shop.until(self._place, lambda found: bool(found["metadata"].get("deletionTimestamp")))

    async def let_namespace_go(self) -> None:
        """What held it is let go; returns when it is gone."""
        free = {"metadata": {"finalizers": None}}
        await asyncio.to_thread(self.world.shop.admin.merge, f"{self._place}/configmaps/{HELD}", free)
        await self._gone(self._place)

    @property
    def _place(self) -> str:
        return _core(self.world.namespace)

    async def _gone(self, path: str) -> None:
        if self.world.real:
            await asyncio.to_thread(self.world.shop.admin.wait_gone, path)
        else:
            await self.world.cluster.admin.until_gone(path)

    def sent(self) -> list[str]:
        """Every change in Velero's namespace that the bot asked for as somebody, rehearsals left out."""
        return _sent(self.world)[self.before :]


def _core(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}"


def _app(namespace: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments/app"


def _sent(world: World) -> list[str]:
    entries = world.shop.control_plane.audit_entries(verbs=WRITES, namespace=HOME)
    return [_line(each) for each in entries if _counts(each)]


def _counts(entry: Object) -> bool:
    rehearsed = "dryRun" in entry["requestURI"] or "dryRun" in (entry.get("requestObject") or {})
    return bool(entry.get("impersonatedUser")) and not rehearsed and entry["objectRef"]["resource"] not in REVIEWS


def _line(entry: Object) -> str:
    who = entry["impersonatedUser"]["username"].removeprefix("kajitori:")
    return f"{who} {entry['verb']} {entry['objectRef']['resource']}"


async def with_velero(world: World) -> VeleroWorld:
    """Velero's namespace with the teams' roles, and a location that is available."""
    if not world.real:
        await asyncio.to_thread(world.shop.admin.create, "/api/v1/namespaces", {"metadata": {"name": HOME}})
        await world.shop.apply([_location(world.cluster.url)])
    document = configuration(world.namespace, kubeconfig="later")
    await world.shop.apply(team_documents(parse_config(yaml.safe_dump(document).encode()), registry(), namespace=HOME))
    await world.shop.until(LOCATION, lambda found: (found.get("status") or {}).get("phase") == "Available")
    return VeleroWorld(world=world, before=len(_sent(world)))


def _location(address: str) -> Object:
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
