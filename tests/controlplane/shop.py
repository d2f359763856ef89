"""A namespace of one test with workloads in it, for tests that tell a story on the real API server.

    async def test_back_to_the_revision_before(shop: Shop) -> None:
        world = await shop.deployment("app", images=["app:v2.4.0", "app:v2.4.1"], replicas=10)
        # revision 1 runs app:v2.4.0, revision 2 runs app:v2.4.1, ten pods of it are ready (about 3 s)
        assert await world.revisions() == {1: "app:v2.4.0", 2: "app:v2.4.1"}

How pods fail or wait is said by the image that is rolled out, be it by the test or by the bot:

    app:broken-1    cannot be pulled: ImagePullBackOff
    app:crash-1     ends again and again: CrashLoopBackOff
    app:held-1      stays unready until `await world.release()`

`with shop.control_plane.paused_kubelet():` holds everything: no pod becomes ready and none goes.
`await world.unready(3)` takes readiness away from running pods, as a failing probe would.
`await world.log(pod, "line", …)` writes a pod's log, which `kubectl logs` and the bot then read.

Rights: nobody but `admin` has any. `await shop.bind("kajitori-changes", group="kajitori:developers")` binds a cluster
role that `shop.apply(teams_yaml(…))` made; `await shop.allow(rules, user="kajitori:alice")` makes a role for once.
Both return when the API server's authorizer knows it. `await shop.bot(config, registry)` applies the bot's generated
role and gives a kubeconfig of its service account. All else: `await shop.apply(yaml)`, `await shop.until(path, met)`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, final

from bot.identity.rbac_manifest import NAME, bot_documents, impersonated
from bot.operations.registry import Registry
from bot.settings import Config
from tests.controlplane.api import WAIT, Api, Object
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.manifests import apply
from tests.controlplane.scene import scene
from tests.controlplane.stages import RELEASED

RBAC: Final = "rbac.authorization.k8s.io"
REVISION: Final = "deployment.kubernetes.io/revision"
REVIEWS: Final = "/apis/authorization.k8s.io/v1/subjectaccessreviews"


@contextmanager
def fresh(control_plane: ControlPlane) -> Iterator[Shop]:
    """A shop in a namespace that nobody used before.

    Rights that it gave everywhere end with it, and so do its autoscalers: each is reckoned once a second for as long as
    it is there, with 20 requests a second for all of them.
    """
    name = f"shop-{secrets.token_hex(3)}"
    admin = control_plane.admin
    admin.create("/api/v1/namespaces", {"metadata": {"name": name}})
    admin.wait(f"/api/v1/namespaces/{name}/serviceaccounts/default", lambda _: True)
    shop = Shop(control_plane, name)
    try:
        yield shop
    finally:
        for path in (*shop.given, f"/apis/autoscaling/v2/namespaces/{name}/horizontalpodautoscalers"):
            admin.delete(path)


@final
class Shop:
    """One fresh namespace. What it does, it does as `admin`, outside of the bot."""

    def __init__(self, control_plane: ControlPlane, namespace: str) -> None:
        self.control_plane, self.namespace = control_plane, namespace
        self.admin: Api = control_plane.admin
        self.given: list[str] = []

    async def deployment(
        self, name: str, *, images: Sequence[str], replicas: int = 3, labels: dict[str, str] | None = None
    ) -> AppWorld:
        """A Deployment that went through `images`, one revision each; the last is rolled out and ready."""
        world = AppWorld(self, name)
        body = deployment_of(name, images[0], replicas, labels or {})
        await asyncio.to_thread(self.admin.create, world.collection, body)
        for image in images[1:]:
            await self.until(world.path, observed)
            await world.set_image(image)
        await world.rolled_out()
        return world

    async def apply(self, manifest: str | Iterable[Object]) -> None:
        """Server-side apply; objects without a namespace come to this one."""
        await asyncio.to_thread(apply, self.admin, manifest, namespace=self.namespace)

    async def until(self, path: str, met: Callable[[Object], bool], *, seconds: int = WAIT) -> Object:
        """The object at `path` as soon as it is as wanted.

        Raises `TimeoutError` with the object as it last was, and with what else is there.
        """
        try:
            return await asyncio.to_thread(lambda: self.admin.wait(path, met, seconds=seconds))
        except TimeoutError as error:
            log = self.control_plane.directory / "kwok.log"
            beside = await asyncio.to_thread(lambda: scene(self.admin, self.namespace, kwok_log=log))
            raise TimeoutError(f"{error}\n{beside}") from None

    async def allow(self, rules: list[Object], *, user: str = "", group: str = "") -> None:
        """Give a user or group a role of their own in this namespace."""
        name = f"allowed-{secrets.token_hex(3)}"
        path = f"/apis/{RBAC}/v1/namespaces/{self.namespace}/roles"
        await asyncio.to_thread(self.admin.create, path, {"metadata": {"name": name}, "rules": rules})
        await self._bind("Role", name, rules, user=user, group=group)

    async def allow_everywhere(self, rules: list[Object], *, user: str) -> None:
        """Give a user a cluster role of their own."""
        name = f"allowed-{secrets.token_hex(3)}"
        await self.apply(
            [
                {
                    "apiVersion": f"{RBAC}/v1",
                    "kind": "ClusterRole",
                    "metadata": {"name": name},
                    "rules": rules,
                },
                {
                    "apiVersion": f"{RBAC}/v1",
                    "kind": "ClusterRoleBinding",
                    "metadata": {"name": name},
                    "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": name},
                    "subjects": [{"apiGroup": RBAC, "kind": "User", "name": user}],
                },
            ]
        )
        self.given += [f"/apis/{RBAC}/v1/{plural}/{name}" for plural in ("clusterrolebindings", "clusterroles")]
        await self._until_allowed(_asked(rules[0]), user=user)

    async def bind(self, role: str, *, user: str = "", group: str = "") -> None:
        """Bind a cluster role in this namespace."""
        found = await asyncio.to_thread(self.admin.get, f"/apis/{RBAC}/v1/clusterroles/{role}")
        await self._bind("ClusterRole", role, found["rules"], user=user, group=group)

    async def bot(self, config: Config, registry: Registry, *, constrained: bool = False) -> Path:
        """The bot's generated role, applied, and a kubeconfig by which its service account comes."""
        own = config.own.namespace
        await self.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": own}}])
        await self.apply(bot_documents(config, registry, constrained=constrained))
        account = f"system:serviceaccount:{own}:{NAME}"
        asked = {"verb": "create", "group": "authorization.k8s.io", "resource": "subjectaccessreviews"}
        await self._until_allowed(asked, user=account)
        users, _ = impersonated(config)
        if users:
            verb, group = ("impersonate:user-info", "authentication.k8s.io") if constrained else ("impersonate", "")
            await self._until_allowed(
                {"verb": verb, "group": group, "resource": "users", "name": users[-1]}, user=account
            )
        return await asyncio.to_thread(self.control_plane.service_account, own, NAME)

    async def _bind(self, kind: str, name: str, rules: list[Object], *, user: str, group: str) -> None:
        subject = {"apiGroup": RBAC, "kind": "User" if user else "Group", "name": user or group}
        body = {
            "metadata": {"name": f"bound-{secrets.token_hex(3)}"},
            "roleRef": {"apiGroup": RBAC, "kind": kind, "name": name},
            "subjects": [subject],
        }
        path = f"/apis/{RBAC}/v1/namespaces/{self.namespace}/rolebindings"
        await asyncio.to_thread(self.admin.create, path, body)
        asked = _asked(rules[0]) | {"namespace": self.namespace}
        await self._until_allowed(asked, user=user or "tests:anyone", groups=(group,) if group else ())

    async def _until_allowed(self, attributes: dict[str, str], *, user: str, groups: tuple[str, ...] = ()) -> None:
        """The authorizer hears of a binding a moment later."""
        spec = {"user": user, "groups": [*groups], "resourceAttributes": attributes}
        async with asyncio.timeout(WAIT):
            while True:
                answer = await asyncio.to_thread(self.admin.create, REVIEWS, {"spec": spec})
                if answer["status"]["allowed"]:
                    return


@final
class AppWorld:
    """One Deployment of a `Shop` and what belongs to it."""

    def __init__(self, shop: Shop, name: str) -> None:
        self.shop, self.name, self.namespace = shop, name, shop.namespace
        self.collection = f"/apis/apps/v1/namespaces/{shop.namespace}/deployments"
        self.path = f"{self.collection}/{name}"

    async def get(self) -> Object:
        return await asyncio.to_thread(self.shop.admin.get, self.path)

    async def image(self) -> str:
        """The image of the first container, as the Deployment wants it."""
        return image_of((await self.get())["spec"]["template"])

    async def pods(self) -> list[Object]:
        """Its pods that are not being deleted."""
        path = f"/api/v1/namespaces/{self.namespace}/pods"
        found = await asyncio.to_thread(lambda: self.shop.admin.items(path, labels=f"app={self.name}"))
        return [each for each in found if "deletionTimestamp" not in each["metadata"]]

    async def revisions(self) -> dict[int, str]:
        """Image by revision, oldest first."""
        path = f"/apis/apps/v1/namespaces/{self.namespace}/replicasets"
        found = await asyncio.to_thread(lambda: self.shop.admin.items(path, labels=f"app={self.name}"))
        return revisions_of(found)

    async def set_image(self, image: str) -> None:
        """Somebody else's change; returns at once."""
        patch = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": image}]
        await asyncio.to_thread(
            lambda: self.shop.admin.do("PATCH", self.path, patch, content_type="application/json-patch+json")
        )

    async def merge(self, body: Object) -> None:
        """Any other change of the Deployment, as a merge patch."""
        await asyncio.to_thread(self.shop.admin.merge, self.path, body)

    async def until(self, met: Callable[[Object], bool], *, seconds: int = WAIT) -> Object:
        """The Deployment as soon as it is as wanted. Raises `TimeoutError`."""
        return await self.shop.until(self.path, met, seconds=seconds)

    async def rolled_out(self) -> Object:
        """Returns when every pod is of the newest revision and available, and no other is left."""
        return await self.until(rolled_out, seconds=2 * WAIT)

    async def waiting(self, reason: str) -> Object:
        """The first pod with a container that waits for this reason (`ImagePullBackOff`, `CrashLoopBackOff`)."""
        async with asyncio.timeout(WAIT):
            while True:
                for pod in await self.pods():
                    for status in pod["status"].get("containerStatuses", ()):
                        if status.get("state", {}).get("waiting", {}).get("reason") == reason:
                            return pod

    async def release(self) -> None:
        """Let pods of an image `:held` become ready, those that are there now."""
        for pod in await self.pods():
            path = f"/api/v1/namespaces/{self.namespace}/pods/{pod['metadata']['name']}"
            await asyncio.to_thread(self.shop.admin.merge, path, {"metadata": {"annotations": {RELEASED: "yes"}}})

    async def unready(self, count: int) -> list[str]:
        """Take readiness from running pods, as a failing probe does; returns their names."""
        chosen = sorted(str(pod["metadata"]["name"]) for pod in await self.pods())[:count]
        conditions = [{"type": kind, "status": "False"} for kind in ("Ready", "ContainersReady")]
        for name in chosen:
            path = f"/api/v1/namespaces/{self.namespace}/pods/{name}/status"
            content = "application/strategic-merge-patch+json"
            body = {"status": {"conditions": conditions}}
            await asyncio.to_thread(self.shop.admin.do, "PATCH", path, body, content_type=content)
        return chosen

    async def log(self, pod: str, *lines: str, container: str = "") -> None:
        """Add lines to a pod's log, with the time of now; the first call gives the pod a log of its own."""
        file = self.shop.control_plane.pod_logs / f"{self.namespace}.{pod}.log"
        new = not file.exists()
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        with file.open("a", encoding="utf-8") as log:
            log.writelines(f"{stamp} stdout F {line}\n" for line in lines)
        if new:
            logs = {"logsFile": str(file), "previousLogsFile": str(file), "follow": True}
            body = {
                "apiVersion": "kwok.x-k8s.io/v1alpha1",
                "kind": "Logs",
                "metadata": {"name": pod, "namespace": self.namespace},
                "spec": {"logs": [{"containers": [container or self.name], **logs}]},
            }
            await self.shop.apply([body])


def deployment_of(name: str, image: str, replicas: int, labels: dict[str, str]) -> Object:
    labels = {"app": name, **labels}
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": name, "image": image}], "terminationGracePeriodSeconds": 1},
            },
        },
    }


def image_of(template: Object) -> str:
    return str(template["spec"]["containers"][0]["image"])


def revisions_of(replica_sets: Iterable[Object]) -> dict[int, str]:
    """Image by revision, oldest first."""
    numbered = {
        int(each["metadata"]["annotations"][REVISION]): image_of(each["spec"]["template"]) for each in replica_sets
    }
    return dict(sorted(numbered.items()))


def observed(found: Object) -> bool:
    return bool(found.get("status", {}).get("observedGeneration", 0) >= found["metadata"]["generation"])


def rolled_out(found: Object) -> bool:
    status, wanted = found.get("status", {}), found["spec"]["replicas"]
    counts = [status.get(each, 0) for each in ("replicas", "updatedReplicas", "availableReplicas", "readyReplicas")]
    return observed(found) and counts == [wanted] * len(counts)


def _asked(rule: Object) -> dict[str, str]:
    """One request that a rule allows."""
    resource, _, subresource = rule["resources"][0].partition("/")
    asked = {"verb": rule["verbs"][0], "group": rule["apiGroups"][0], "resource": resource, "subresource": subresource}
    return asked | ({"name": rule["resourceNames"][0]} if rule.get("resourceNames") else {})
