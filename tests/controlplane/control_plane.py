"""A real Kubernetes control plane with fake nodes, on free ports of 127.0.0.1, ready in seconds.

etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok as every node's kubelet. Everybody's right is
what RBAC gives them: only `admin` may all; the bot `kajitori` and the other users may nothing until a test binds them.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self, final

import urllib3
import yaml

from tests.controlplane import audit, commands, stages
from tests.controlplane.api import Api, ApiError
from tests.controlplane.binaries import Binaries, built
from tests.controlplane.keys import Authority, signing_key
from tests.controlplane.processes import LOOPBACK, Process, StartFailed, free_ports

ADMIN: Final = "admin"
BOT: Final = "kajitori"
OTHERS: Final = ("second-bot", "alice", "bob")
ZONES: Final = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
PATIENCE: Final = 60
"""Seconds for each part to become ready; on an idle machine all take five together."""


@final
class ControlPlane:
    """Owns its processes: `start` and `stop`, or a `with` block. Its files are in `directory`, which must exist."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.audit_log = directory / "audit.log"
        self.kubeconfig = directory / f"{ADMIN}.kubeconfig"
        self.pod_logs = directory / "pod-logs"
        self.kubectl: Path
        self.url: str
        self.kubelet_url: str
        """Where kwok answers as every node's kubelet."""
        self.authority: Path
        """The certificate by which the API server is known."""
        self.admin: Api
        self._plan: commands.Plan
        self._tokens: dict[str, str] = {}
        self._processes: dict[str, Process] = {}
        self._added: dict[str, list[str | Path]] = {}
        self._audit: audit.AuditLog

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when all nodes are Ready. Raises `NotBuilt`, or `StartFailed` with the logs; then nothing runs on."""
        binaries = built()
        self._prepare(binaries)
        try:
            self._run("etcd", self._plan.etcd())
            self._run("kube-apiserver", self._plan.apiserver())
            self._until_ready()
            self._run("kube-controller-manager", self._plan.controllers())
            self._run("kube-scheduler", self._plan.scheduler())
            self._add_logs_kind(binaries)
            self._run("kwok", self._plan.kwok())
            self._add_nodes()
        except (StartFailed, TimeoutError, ApiError, urllib3.exceptions.HTTPError) as error:
            words = [each.last_words() for each in self._processes.values()]
            self.stop()
            raise StartFailed("\n".join([f"The control plane did not start: {error}", *words])) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """The API server before etcd: without etcd it would live on for a minute and keep its port."""
        clients = [name for name in self._processes if name not in ("kube-apiserver", "etcd")]
        for name in clients:
            self._processes[name].ask_to_end()
        for name in ("kube-apiserver", *clients, "etcd"):
            if name in self._processes:
                self._processes.pop(name).stop()
        self.admin.close()

    def add(self, name: str, command: list[str | Path], environment: Mapping[str, str] | None = None) -> Process:
        """One more program beside it, which ends with it; nothing new where it runs already."""
        if name not in self._processes:
            self._added[name] = command
            self._run(name, command, environment)
        return self._processes[name]

    def running(self, name: str) -> bool:
        """Whether this program was started."""
        return name in self._processes

    def kubeconfig_of(self, part: str) -> Path:
        """The kubeconfig of one of the control plane's own parts (`audit.COMPONENTS`)."""
        return self._plan.kubeconfig(part)

    def kubeconfig_for(self, user: str = BOT) -> Path:
        """A kubeconfig by which `user` comes as themselves, with a token; they have no rights until bound.

        Known are `admin`, `kajitori` (the bot) and `OTHERS`. Raises `KeyError`.
        """
        return self._write_kubeconfig(user, self._tokens[user])

    def service_account(self, namespace: str, name: str) -> Path:
        """A kubeconfig by which a service account comes, with a token of one hour. Raises `ApiError`."""
        return self._write_kubeconfig(f"{namespace}.{name}", self._account_token(namespace, name))

    def api_of_account(self, namespace: str, name: str) -> Api:
        """A plain client that comes as a service account. Raises `ApiError`."""
        return Api(url=self.url, authority=self.authority, token=self._account_token(namespace, name))

    def _account_token(self, namespace: str, name: str) -> str:
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        return str(self.admin.create(path, {"spec": {"expirationSeconds": 3600}})["status"]["token"])

    def _write_kubeconfig(self, user: str, token: str) -> Path:
        file = self.directory / f"{user}.kubeconfig"
        cluster = {"server": self.url, "certificate-authority": str(self.authority)}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "real", "cluster": cluster}],
            "users": [{"name": user, "user": {"token": token}}],
            "contexts": [{"name": "real", "context": {"cluster": "real", "user": user}}],
            "current-context": "real",
        }
        file.write_text(yaml.safe_dump(config))
        return file

    def api(self, user: str) -> Api:
        """A plain client that comes as one of the known users. Raises `KeyError`."""
        return Api(url=self.url, authority=self.authority, token=self._tokens[user])

    def audit_entries(
        self,
        *,
        user: str | None = None,
        verbs: Collection[str] | None = None,
        namespace: str | None = None,
        audit_id_prefix: str | None = None,
    ) -> list[audit.Entry]:
        """The API server's audit log up to now, oldest first: one entry for each answered request.

        `user` is who it was done as: the impersonated person where there is one. Writes have their `requestObject`.
        What the control plane's own parts do is not in it.
        """
        return [
            entry
            for entry in self._audit.entries()
            if audit.matches(entry, user=user, verbs=verbs, namespace=namespace, audit_id_prefix=audit_id_prefix)
        ]

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The API server takes connections and answers nothing."""
        with self._processes["kube-apiserver"].frozen():
            yield

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """One of the programs beside it does nothing, as if it were down."""
        with self._processes[name].frozen():
            yield

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """One of the programs that were added is gone: connections to it are refused. Afterwards it is started anew."""
        self._processes[name].stop()
        try:
            yield
        finally:
            self._run(name, self._added[name])

    @contextmanager
    def paused_kubelet(self) -> Iterator[None]:
        """Pods stay as they are: none becomes ready, fails or goes."""
        with self._processes["kwok"].frozen():
            yield

    @contextmanager
    def down(self) -> Iterator[None]:
        """No API server: connections are refused. Afterwards it is back at the same address, with all its objects."""
        self._processes["kube-apiserver"].stop()
        try:
            yield
        finally:
            self._run("kube-apiserver", self._plan.apiserver())
            self._until_ready()

    def _prepare(self, binaries: Binaries) -> None:
        """Everything the programs read: keys, tokens, policies, kubeconfigs."""
        self.pod_logs.mkdir()
        ports = free_ports(4)
        authority = Authority(self.directory)
        components = [audit.component(each) for each in audit.COMPONENTS]
        self._tokens = {user: secrets.token_hex(16) for user in (ADMIN, BOT, *OTHERS, *components)}
        self._plan = commands.Plan(
            binaries=binaries,
            directory=self.directory,
            etcd_port=ports[0],
            peer_port=ports[1],
            api_port=ports[2],
            kubelet_port=ports[3],
            serving=authority.server("serving"),
            kubelet=authority.server("kubelet"),
            front_proxy=authority.client(commands.FRONT_PROXY),
            service_accounts=signing_key(self.directory),
        )
        commands.write_tokens(self._plan.tokens, self._tokens, powerful=(ADMIN, *components))
        audit.write_policy(self._plan.audit_policy)
        default = self.pod_logs / "default.log"
        default.write_text("2026-01-01T00:00:00.000000000Z stdout F started\n")
        stages.write(binaries.kustomize, file=self._plan.stages, default_log=default)
        self.url, self.authority, self.kubectl = f"https://{LOOPBACK}:{ports[2]}", authority.file, binaries.kubectl
        self.kubelet_url = f"https://{LOOPBACK}:{ports[3]}"
        self.admin = self.api(ADMIN)
        self._audit = audit.AuditLog(self.audit_log, mark=self._mark)
        for user in (ADMIN, *components):
            self.kubeconfig_for(user)

    def _run(self, name: str, command: list[str | Path], environment: Mapping[str, str] | None = None) -> None:
        log = self.directory / f"{name}.log"
        self._processes[name] = Process(name, command, log=log, environment={"GOMAXPROCS": "2", **(environment or {})})

    def _until_ready(self) -> None:
        """Raises `StartFailed`."""
        deadline = time.monotonic() + PATIENCE
        while not self._ready():
            for name, process in self._processes.items():
                if not process.running:
                    raise StartFailed(f"{name} ended.")
            if time.monotonic() > deadline:
                raise StartFailed(f"the API server was not ready after {PATIENCE} s.")
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            return self.admin.ask("GET", "/readyz").text == "ok"
        except urllib3.exceptions.HTTPError:
            return False

    def _add_logs_kind(self, binaries: Binaries) -> None:
        """kwok's kind for the log of one pod, so that tests write logs while it runs."""
        definition = yaml.safe_load((binaries.kustomize / "crd/bases/kwok.x-k8s.io_logs.yaml").read_text())
        kinds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        self.admin.create(kinds, definition)
        self.admin.wait(f"{kinds}/{definition['metadata']['name']}", lambda it: _condition(it, "Established"))

    def _add_nodes(self) -> None:
        size = {"cpu": "64", "memory": "256Gi", "pods": "2000"}
        names = [f"node-{zone[-1]}" for zone in ZONES]
        for name, zone in zip(names, ZONES, strict=True):
            labels = {
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": name,
                "node.kubernetes.io/instance-type": "m5.16xlarge",
                "topology.kubernetes.io/region": zone[:-1],
                "topology.kubernetes.io/zone": zone,
            }
            metadata = {"name": name, "labels": labels, "annotations": stages.annotations_of(name)}
            self.admin.create(
                "/api/v1/nodes", {"metadata": metadata, "status": {"capacity": size, "allocatable": size}}
            )
        for name in names:
            self.admin.wait(
                f"/api/v1/nodes/{name}", lambda it: _condition(it, "Ready") and not it["spec"].get("taints")
            )

    def _mark(self, audit_id: str) -> None:
        self.admin.ask("GET", "/api/v1/namespaces/default", audit_id=audit_id)


def _condition(found: dict[str, object], kind: str) -> bool:
    status = found.get("status")
    # A definition that was just made has `conditions: null`.
    conditions = (status.get("conditions") if isinstance(status, dict) else None) or []
    return any(each["type"] == kind and each["status"] == "True" for each in conditions)
