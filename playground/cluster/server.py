"""`SimulatedCluster`: start it, give its kubeconfig to whoever speaks to a cluster, and look at what came of it.

async with SimulatedCluster(speed=20) as cluster:
    cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": "shop"}})
    kubeconfig = cluster.kubeconfig_for("kajitori", folder)
    …
    cluster.audit_entries(user="kajitori:alice", verbs={"patch"})
"""

from __future__ import annotations

import asyncio
import random
import secrets
import uuid
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self, final

import yaml
from aiohttp import web

from bot.clock import SystemClock
from playground.cluster.admin import Admin
from playground.cluster.audit import Audit, Entry
from playground.cluster.controllers.argo_cd import ArgoCD
from playground.cluster.controllers.autoscaling import Autoscalers
from playground.cluster.controllers.containers import CRASHES
from playground.cluster.controllers.daemon_sets import DaemonSets
from playground.cluster.controllers.deployments import Deployments
from playground.cluster.controllers.endpoints import Endpoints
from playground.cluster.controllers.housekeeping import Budgets, Garbage, Namespaces, Nodes, Quotas
from playground.cluster.controllers.jobs import Jobs
from playground.cluster.controllers.kubelet import Kubelet
from playground.cluster.controllers.loop import Loop, Reconciler
from playground.cluster.controllers.ownership import SAFE
from playground.cluster.controllers.replica_sets import ReplicaSets
from playground.cluster.controllers.rollouts import Rollouts
from playground.cluster.controllers.stateful_sets import StatefulSets
from playground.cluster.controllers.velero import Velero
from playground.cluster.dispatch import Dispatch
from playground.cluster.front import Front
from playground.cluster.keeping import ENTRIES, LINES, ClusterKept, LogKept
from playground.cluster.nodes import ZONES, node
from playground.cluster.object_store import BUCKET, ObjectStore
from playground.cluster.pace import Clock, Pace
from playground.cluster.pod_logs import PodLogs, Talk, silent
from playground.cluster.rbac import Authorizer, bootstrap_roles
from playground.cluster.resources import BY_KIND, CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, NODES, PODS
from playground.cluster.store import Store
from playground.cluster.users import EVERYONE, MASTERS, Tokens, User, account_user
from playground.cluster.wire import Json
from playground.cluster.writes import Writer, Writes

LARGEST_BODY: Final = 3 * 1024 * 1024
ADMIN: Final = "admin"


@final
class SimulatedCluster:
    """One cluster on a free port of 127.0.0.1, as an async context manager.

    `speed`: cluster seconds in one second of the clock. `start` and `stop`: cluster seconds that a pod takes to start
    (by chance up to `spread` more) and to stop. `seed` makes names of pods the same in each run. `nodes`: without any,
    pods stay Pending.
    `talk`: what containers write while they run.
    `kept`: the cluster that it goes on as; its port is taken again where `port` names none.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        speed: float = 1.0,
        start: float = 1.0,
        stop: float = 0.5,
        spread: float = 0.0,
        seed: int | None = None,
        port: int = 0,
        nodes: bool = True,
        controllers: bool = True,
        kept: ClusterKept | None = None,
        talk: Talk = silent,
    ) -> None:
        self._chance = random.Random(seed)
        self.pace = Pace(clock or SystemClock(), speed)
        self.store = Store()
        writes = Writes(self.store, self.pace, random=self._letters, uid=self._uuid)
        self._writes = writes
        self.tokens = Tokens()
        self._by_user: dict[str, str] = {}
        self.logs = PodLogs(self.pace.clock, talk)
        self._audit = Audit(self.pace)
        authorizer = Authorizer(self.store)
        self._front = Front(
            writes=writes,
            dispatch=Dispatch(writes, authorizer, issue=self._issue),
            authorizer=authorizer,
            tokens=self.tokens,
            audit=self._audit,
            logs=self.logs,
        )
        self.faults = self._front.faults
        self.kubelet = Kubelet(writes, self.logs, start=lambda: start + spread * self._chance.random(), stop=stop)
        self._namespaces = Namespaces(writes)
        self.files = ObjectStore()
        self.velero = Velero(writes, self.files, lambda: self.url)
        self.admin = Admin(writes, self.store, self._namespaces.complete)
        self._loop = Loop(self.store, self.pace, self._reconcilers(writes))
        self._with_nodes, self._with_controllers = nodes, controllers
        self._port = port or (kept.port if kept is not None else 0)
        self._kept = kept
        self._runner: web.AppRunner | None = None
        self._task: asyncio.Task[None] | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        if self._kept is None:
            self._furnish()
        if self._with_controllers:
            self.store.listen(self._loop.heard)
        if self._kept is not None:
            self._recall(self._kept)
        if self._with_controllers:
            self._task = asyncio.create_task(self._loop.run(), name="simulated controllers")
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()
        if self._task is not None:
            self._task.cancel()
            ended = await asyncio.gather(self._task, return_exceptions=True)
            if error is None and isinstance(ended[0], Exception):
                raise ended[0]

    # Who comes

    def token_of(self, user: str, *groups: str) -> str:
        """A bearer token by which somebody comes; the same one for the same user. `admin` may everything."""
        if user not in self._by_user:
            powerful = (MASTERS,) if user == ADMIN else ()
            self._by_user[user] = self._issue(User(name=user, groups=(*groups, *powerful, EVERYONE), uid=user))
        return self._by_user[user]

    def kubeconfig_for(self, user: str, folder: Path, *groups: str) -> Path:
        """A kubeconfig by which a user comes as themselves; they have no rights until bound."""
        return self._kubeconfig(folder / f"{user.replace(':', '-')}.kubeconfig", user, self.token_of(user, *groups))

    def service_account(self, namespace: str, name: str, folder: Path) -> Path:
        """A kubeconfig by which a service account comes. Raises `Problem` 404."""
        found = self.admin.get(f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}")
        token = self._issue(account_user(namespace, name, found["metadata"]["uid"]))
        return self._kubeconfig(folder / f"{namespace}.{name}.kubeconfig", name, token)

    def audit_entries(
        self,
        *,
        user: str | None = None,
        verbs: Collection[str] | None = None,
        namespace: str | None = None,
        audit_id_prefix: str | None = None,
    ) -> list[Entry]:
        """One entry for each answered request, oldest first; `user` is who it was done as."""
        return self._audit.entries(user=user, verbs=verbs, namespace=namespace, audit_id_prefix=audit_id_prefix)

    # What goes wrong

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """No API server: connections are refused. Afterwards it is back at the same address, with all objects."""
        await self._close()
        try:
            yield
        finally:
            await self._listen()

    def drop_watches(self) -> None:
        """Cut every open watch."""
        for each in tuple(self._front.watches):
            each.end()

    @contextmanager
    def paused_kubelet(self) -> Iterator[None]:
        """Pods stay as they are: none becomes ready, fails or goes."""
        self.kubelet.held = True
        try:
            yield
        finally:
            self.kubelet.held = False

    def unready(self, namespace: str, *names: str) -> None:
        """The readiness probes of these pods fail from now on."""
        for name in names:
            pod = self._writes.current(PODS, namespace, name)
            self.kubelet.hold_unready(pod)
            self.store.put(PODS, pod)

    def crash(self, namespace: str, *names: str) -> None:
        """The containers of these pods end with 1 from now on, again and again."""
        for name in names:
            path = f"/api/v1/namespaces/{namespace}/pods/{name}"
            self.admin.merge(path, {"metadata": {"annotations": {CRASHES: ""}}})

    def compact(self) -> None:
        """Forget the past: watches and pages from before now get 410."""
        self.store.compact()

    # What is kept

    def kept(self) -> ClusterKept:
        """All of it, to go on as it is in another process."""
        return ClusterKept(
            port=self._port,
            version=self.store.version,
            objects=tuple(self.store.all()),
            tokens=self.tokens.all(),
            known=dict(self._by_user),
            addresses=self.kubelet.addresses,
            unready=self.kubelet.unready,
            logs=tuple(
                LogKept(pod=pod, container=container, previous=previous, lines=tuple(lines))
                for (pod, container, previous), lines in self.logs.ends(LINES)
            ),
            audit=tuple(self._audit.entries()[-ENTRIES:]),
            files=dict(self.files.files),
        )

    def _recall(self, kept: ClusterKept) -> None:
        for token, user in kept.tokens.items():
            self.tokens.add(token, user)
        self._by_user = dict(kept.known)
        for each in kept.logs:
            self.logs.recall((each.pod, each.container, each.previous), each.lines)
        self._audit.recall(kept.audit)
        self.files.files = dict(kept.files)
        named = ((BY_KIND[each["apiVersion"], each["kind"]], each) for each in kept.objects)
        self.store.recall(named, kept.version)
        self.kubelet.recall(addresses=kept.addresses, unready=kept.unready)

    # Inside

    def _reconcilers(self, writes: Writes) -> tuple[Reconciler, ...]:
        return (
            *(self._namespaces, Garbage(writes), Quotas(writes), Budgets(writes), Nodes(writes)),
            *(Deployments(writes), ReplicaSets(writes, self.kubelet), StatefulSets(writes, self.kubelet)),
            *(DaemonSets(writes, self.kubelet), Rollouts(writes, self.kubelet), Jobs(writes)),
            *(Endpoints(writes), Autoscalers(writes), self.kubelet, self.velero, ArgoCD(writes)),
        )

    def _furnish(self) -> None:
        for name in ("default", "kube-system", "kube-public", "kube-node-lease"):
            self.admin.create("/api/v1/namespaces", {"metadata": {"name": name}})
        for role, binding in bootstrap_roles():
            self._writes.create(CLUSTER_ROLES, "", role, Writer())
            self._writes.create(CLUSTER_ROLE_BINDINGS, "", binding, Writer())
        for zone in ZONES if self._with_nodes else ():
            self._writes.create(NODES, "", node(zone, at=self.pace.stamp()), Writer(manager="kubelet"))

    async def _listen(self) -> None:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_get(f"/{BUCKET}/{{key:.*}}", self.files.handle)
        app.router.add_route("*", "/{path:.*}", self._front.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def _close(self) -> None:
        self.drop_watches()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _issue(self, user: User) -> str:
        token = secrets.token_hex(16)
        self.tokens.add(token, user)
        return token

    def _kubeconfig(self, file: Path, user: str, token: str) -> Path:
        config: Json = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "simulated", "cluster": {"server": self.url}}],
            "users": [{"name": user, "user": {"token": token}}],
            "contexts": [{"name": "simulated", "context": {"cluster": "simulated", "user": user}}],
            "current-context": "simulated",
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(config))
        return file

    def _letters(self, count: int) -> str:
        return "".join(self._chance.choice(SAFE) for _ in range(count))

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
