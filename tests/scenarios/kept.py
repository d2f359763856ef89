"""A Deployment that a real Argo CD keeps as a git repository has it, in a story's world, from the outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, final

import yaml

from bot.identity.rbac_manifest import team_documents
from bot.settings import parse_config
from tests.controlplane.argocd import HERE, HOME
from tests.controlplane.repositories import Repository
from tests.controlplane.shop import WAIT, AppWorld, Shop, deployment_of, image_of
from tests.installation.configuration import configuration, registry
from tests.installation.world import World, changes

Json = dict[str, Any]
API: Final = "argoproj.io/v1alpha1"
OVERLOOKED: Final = 5
"""Seconds: a mark that is made while Argo CD is looking anyway may stay without anybody heeding it (seen with 3.3)."""
HEALING: Final[Json] = {"automated": {"prune": True, "selfHeal": True}}


@final
@dataclass(frozen=True, kw_only=True)
class Kept:
    """Deployment `app` in the story's namespace, and the Application `name` in Argo CD's own.

    `history` has what git said, as revision and image.
    """

    world: World
    repository: Repository
    history: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Of this story alone: one Argo CD is there for all of them."""
        return self.world.namespace

    @property
    def application(self) -> str:
        return path_of("applications", self.name)

    @property
    def app(self) -> AppWorld:
        return AppWorld(self.world.shop, "app")

    async def commit(self, image: str) -> str:
        """Git has this image from now on, and Argo CD is told; returns the revision."""
        deployment = {"apiVersion": "apps/v1", "kind": "Deployment", **deployment_of("app", image, 2, {})}
        revision = await asyncio.to_thread(self.repository.commit, "app", [deployment])
        if self.history:
            await self._look_again()
        self.history.append((revision, image))
        return revision

    async def _look_again(self) -> None:
        """Argo CD takes the mark away when it has looked; one that it has overlooked is made anew."""
        for wanted in (None, "normal"):
            asked = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": wanted}}}
            await asyncio.to_thread(self.world.shop.admin.merge, self.application, asked)

    async def brings(self, image: str) -> str:
        """The same, after Argo CD has brought what was there before and until it has brought this."""
        await self.brought()
        revision = await self.commit(image)
        await self.brought()
        return revision

    async def brought(self) -> None:
        """Returns when Argo CD has done with bringing what git says, and all pods are of it."""
        revision, image = self.history[-1]
        if len(self.history) > 1:
            try:
                await self.until(lambda found: synced(found, revision), seconds=OVERLOOKED)
            except TimeoutError:
                await self._look_again()
        await self.until(lambda found: synced(found, revision))
        await self.app.until(lambda found: image_of(found["spec"]["template"]) == image)
        await self.app.rolled_out()

    async def begin(self, policy: Json = HEALING) -> None:
        """Argo CD keeps it from now on, as an Application in its own namespace."""
        await self.world.shop.apply([object_of("Application", self.name, self.spec(policy))])

    async def until(self, met: Callable[[Json], bool], seconds: int = WAIT) -> Json:
        """The Application as soon as it is as wanted. Raises `TimeoutError`."""
        return await self.world.shop.until(self.application, met, seconds=seconds)

    async def policy(self) -> Json:
        """How the Application is to sync."""
        found: Json = (await self.until(lambda _: True))["spec"].get("syncPolicy", {})
        return found

    def forget(self) -> None:
        """Argo CD keeps it no longer."""
        for plural in ("applicationsets", "applications"):
            for each in self.world.shop.admin.items(f"/apis/{API}/namespaces/{HOME}/{plural}"):
                self.world.shop.admin.delete(path_of(plural, each["metadata"]["name"]))

    def sent(self) -> list[str]:
        """Every change of the Application that the bot asked for."""
        sent = changes(Shop(self.world.shop.control_plane, HOME))
        return [each for each in sent if f"/{self.name}" in each]

    def spec(self, policy: Json, path: str = "app") -> Json:
        """Of an Application that keeps what is at this path."""
        return {
            "project": "default",
            "source": {"repoURL": self.repository.address, "path": path, "targetRevision": "main"},
            "destination": {"server": HERE, "namespace": self.world.namespace},
            "syncPolicy": policy,
        }


async def kept_by_argo_cd(world: World, repository: Repository) -> Kept:
    """Git says `app:v2.4.0`, and nothing is kept yet. Teams have the rights of their own namespace in Argo CD's."""
    found = Kept(world=world, repository=repository)
    document = configuration(world.namespace, kubeconfig="later")
    await world.shop.apply(team_documents(parse_config(yaml.safe_dump(document).encode()), registry(), namespace=HOME))
    await found.commit("app:v2.4.0")
    return found


def object_of(kind: str, name: str, spec: Json) -> Json:
    """An object of Argo CD's in its own namespace."""
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name, "namespace": HOME}, "spec": spec}


def path_of(plural: str, name: str, namespace: str = HOME) -> str:
    return f"/apis/{API}/namespaces/{namespace}/{plural}/{name}"


def synced(found: Json, revision: str) -> bool:
    """Whether Argo CD has this revision, and has done with bringing it."""
    status = found.get("status", {})
    compared, operation = status.get("sync", {}), status.get("operationState", {})
    return bool(
        compared.get("status") == "Synced"
        and compared.get("revision") == revision
        and operation.get("phase") == "Succeeded"
        and "operation" not in found
    )
