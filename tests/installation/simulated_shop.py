"""A namespace in the simulated cluster, used as `tests/controlplane/shop.py` is: the same stories run on both.

    world = await shop.deployment("app", images=["app:v2.4.0", "app:v2.4.1"], replicas=10)

takes a tenth of a second here. Images `:broken`, `:crash`, `:oom` and `:held` fare as on the real harness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, final

from bot.identity.rbac_manifest import NAME, bot_documents
from bot.operations.registry import Registry
from bot.settings import Config
from playground.cluster.controllers.containers import RELEASED
from playground.cluster.server import SimulatedCluster
from tests.controlplane.shop import deployment_of, image_of, observed, revisions_of, rolled_out

Object = dict[str, Any]
RBAC: Final = "rbac.authorization.k8s.io"


@final
class SimulatedShop:
    """One fresh namespace. What it does, it does from the inside, outside of the bot."""

    def __init__(self, cluster: SimulatedCluster, namespace: str, folder: Path) -> None:
        self.control_plane, self.namespace, self._folder = cluster, namespace, folder
        self.admin = cluster.admin
        self._made = 0
        self.admin.create("/api/v1/namespaces", {"metadata": {"name": namespace}})

    async def deployment(
        self, name: str, *, images: Sequence[str], replicas: int = 3, labels: dict[str, str] | None = None
    ) -> SimulatedWorld:
        """A Deployment that went through `images`, one revision each; the last is rolled out and ready."""
        world = SimulatedWorld(self, name)
        self.admin.create(world.collection, deployment_of(name, images[0], replicas, labels or {}))
        for image in images[1:]:
            await self.until(world.path, observed)
            await world.set_image(image)
        await world.rolled_out()
        return world

    async def apply(self, manifest: str | Iterable[Object]) -> None:
        """Objects without a namespace come to this one."""
        self.admin.apply(manifest, namespace=self.namespace)

    async def until(self, path: str, met: Callable[[Object], bool], *, seconds: int = 30) -> Object:
        """The object at `path` as soon as it is as wanted. Raises `TimeoutError` with the object as it last was."""
        return await self.admin.until(path, met, seconds=seconds)

    async def allow(self, rules: list[Object], *, user: str = "", group: str = "") -> None:
        """Give a user or group a role of their own in this namespace."""
        name = self._name("allowed")
        role = {"metadata": {"name": name}, "rules": rules}
        self.admin.create(f"/apis/{RBAC}/v1/namespaces/{self.namespace}/roles", role)
        self._bind("Role", name, user=user, group=group)

    async def allow_everywhere(self, rules: list[Object], *, user: str) -> None:
        """Give a user a cluster role of their own."""
        name = self._name("allowed")
        self.admin.create(f"/apis/{RBAC}/v1/clusterroles", {"metadata": {"name": name}, "rules": rules})
        reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": name}
        subjects = [{"apiGroup": RBAC, "kind": "User", "name": user}]
        body = {"metadata": {"name": name}, "roleRef": reference, "subjects": subjects}
        self.admin.create(f"/apis/{RBAC}/v1/clusterrolebindings", body)

    async def bind(self, role: str, *, user: str = "", group: str = "") -> None:
        """Bind a cluster role in this namespace."""
        self._bind("ClusterRole", role, user=user, group=group)

    async def bot(self, config: Config, registry: Registry, *, constrained: bool = False) -> Path:
        """The bot's generated role, applied, and a kubeconfig by which its service account comes."""
        own = config.own.namespace
        if not any(each["metadata"]["name"] == own for each in self.admin.items("/api/v1/namespaces")):
            self.admin.create("/api/v1/namespaces", {"metadata": {"name": own}})
        await self.apply(bot_documents(config, registry, constrained=constrained))
        return self.control_plane.service_account(own, NAME, self._folder)

    def _bind(self, kind: str, name: str, *, user: str, group: str) -> None:
        subject = {"apiGroup": RBAC, "kind": "User" if user else "Group", "name": user or group}
        reference = {"apiGroup": RBAC, "kind": kind, "name": name}
        body = {"metadata": {"name": self._name("bound")}, "roleRef": reference, "subjects": [subject]}
        self.admin.create(f"/apis/{RBAC}/v1/namespaces/{self.namespace}/rolebindings", body)

    def _name(self, what: str) -> str:
        self._made += 1
        return f"{what}-{self._made}"


@final
class SimulatedWorld:
    """One Deployment of a shop and what belongs to it."""

    def __init__(self, shop: SimulatedShop, name: str) -> None:
        self.shop, self.name, self.namespace = shop, name, shop.namespace
        self.collection = f"/apis/apps/v1/namespaces/{shop.namespace}/deployments"
        self.path = f"{self.collection}/{name}"
        self._pods = f"/api/v1/namespaces/{shop.namespace}/pods"

    async def get(self) -> Object:
        return self.shop.admin.get(self.path)

    async def image(self) -> str:
        """The image of the first container, as the Deployment wants it."""
        return image_of((await self.get())["spec"]["template"])

    async def pods(self) -> list[Object]:
        """Its pods that are not being deleted."""
        return [each for each in self._every_pod() if "deletionTimestamp" not in each["metadata"]]

    async def revisions(self) -> dict[int, str]:
        """Image by revision, oldest first."""
        path = f"/apis/apps/v1/namespaces/{self.namespace}/replicasets"
        found = self.shop.admin.items(path, labels=f"app={self.name}")
        return revisions_of(found)

    async def set_image(self, image: str) -> None:
        """Somebody else's change; returns at once."""

        def change(found: Object) -> Object:
            container = {**found["spec"]["template"]["spec"]["containers"][0], "image": image}
            template = found["spec"]["template"]
            pod = {**template["spec"], "containers": [container, *template["spec"]["containers"][1:]]}
            return {**found, "spec": {**found["spec"], "template": {**template, "spec": pod}}}

        self.shop.admin.change(self.path, change)

    async def merge(self, body: Object) -> None:
        """Any other change of the Deployment, as a merge patch."""
        self.shop.admin.merge(self.path, body)

    async def until(self, met: Callable[[Object], bool], *, seconds: int = 30) -> Object:
        """The Deployment as soon as it is as wanted. Raises `TimeoutError`."""
        return await self.shop.until(self.path, met, seconds=seconds)

    async def rolled_out(self) -> Object:
        """Returns when every pod is of the newest revision and available, and no other is left."""
        return await self.until(rolled_out)

    async def waiting(self, reason: str) -> Object:
        """The first pod with a container that waits for this reason (`ImagePullBackOff`, `CrashLoopBackOff`)."""

        def waits(pod: Object) -> bool:
            statuses = pod["status"].get("containerStatuses", ())
            return any(each["state"].get("waiting", {}).get("reason") == reason for each in statuses)

        found = await self.shop.admin.when(self._pods, lambda pods: any(map(waits, pods)), labels=f"app={self.name}")
        return next(filter(waits, found))

    async def release(self) -> None:
        """Let pods of an image `:held` become ready, those that are there now."""
        for pod in await self.pods():
            released = {"metadata": {"annotations": {RELEASED: "yes"}}}
            self.shop.admin.merge(f"{self._pods}/{pod['metadata']['name']}", released)

    async def unready(self, count: int) -> list[str]:
        """Take readiness from running pods, as a failing probe does; returns their names."""
        chosen = sorted(str(pod["metadata"]["name"]) for pod in await self.pods())[:count]
        self.shop.control_plane.unready(self.namespace, *chosen)
        return chosen

    async def log(self, pod: str, *lines: str, container: str = "") -> None:
        """Add lines to a pod's log, with the time of now."""
        found = self.shop.admin.get(f"{self._pods}/{pod}")
        self.shop.control_plane.logs.write(found, container or self.name, *lines)

    def _every_pod(self) -> list[Object]:
        return self.shop.admin.items(self._pods, labels=f"app={self.name}")
