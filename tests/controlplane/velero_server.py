"""The real Velero beside the real control plane: its server with the AWS plugin, on the S3 of moto.

Built by `velero/build.sh`. Everything is on free ports of 127.0.0.1, and ends with the tests.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, final

import urllib3
import yaml

from tests.controlplane.binaries import HERE, directory_of
from tests.controlplane.control_plane import ADMIN, ControlPlane
from tests.controlplane.manifests import apply
from tests.controlplane.processes import LOOPBACK, Process, StartFailed, free_ports

BUILD: Final = HERE / "velero" / "build.sh"
HOME: Final = "velero"
BUCKET: Final = "backups"
LOCATION: Final = f"/apis/velero.io/v1/namespaces/{HOME}/backupstoragelocations/default"
DEFINITIONS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
CREDENTIALS: Final = "[default]\naws_access_key_id = tests\naws_secret_access_key = tests\n"
PATIENCE: Final = 60


@final
class VeleroServer:
    """Owns the object store and the server; use it with `with`. `store` is the object store's address."""

    def __init__(self, plane: ControlPlane, directory: Path) -> None:
        self._plane, self._directory, self._built = plane, directory, directory_of(BUILD)
        self._ports = free_ports(3)
        self._processes: list[Process] = []
        self.store = f"http://{LOOPBACK}:{self._ports[0]}"

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _start(self) -> None:
        self.define(self._plane, self._built)
        moto = [sys.executable, "-m", "moto.server", "-H", LOOPBACK, "-p", str(self._ports[0])]
        self._run("moto", moto, {})
        self._make_bucket()
        credentials = self._directory / "credentials"
        credentials.write_text(CREDENTIALS)
        apply(self._plane.admin, self._objects(), namespace=HOME)
        metrics, profiler = (f"{LOOPBACK}:{port}" for port in self._ports[1:])
        command: list[str | Path] = [
            *(self._built / "velero", "server", "--kubeconfig", self._plane.kubeconfig_for(ADMIN)),
            *("--namespace", HOME, "--plugin-dir", self._built / "plugins"),
            *("--metrics-address", metrics, "--profiler-address", profiler),
        ]
        environment = {
            "HOME": str(self._directory),
            "POD_NAMESPACE": HOME,
            "VELERO_SCRATCH_DIR": str(self._directory),
            "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        }
        self._run("velero", command, environment)
        try:
            self._plane.admin.wait(LOCATION, _is_available, seconds=PATIENCE)
        except TimeoutError as error:
            raise StartFailed("\n".join(each.last_words() for each in self._processes)) from error

    @staticmethod
    def define(plane: ControlPlane, built: Path | None = None) -> None:
        """Velero's kinds, which need no server to be known. Raises `NotBuilt`."""
        for file in sorted(((built or directory_of(BUILD)) / "crds").glob("*/*.yaml")):
            definition: dict[str, Any] = yaml.safe_load(file.read_text())
            path = f"{DEFINITIONS}/{definition['metadata']['name']}"
            apply(plane.admin, [definition], namespace="")
            plane.admin.wait(path, _is_established)

    def _objects(self) -> list[dict[str, Any]]:
        location = {
            "provider": "aws",
            "default": True,
            "objectStorage": {"bucket": BUCKET},
            "credential": {"name": "cloud-credentials", "key": "cloud"},
            "config": {"region": "us-east-1", "s3ForcePathStyle": "true", "s3Url": self.store},
        }
        # A Deployment of that name must be there, or every restore fails in part: the server asks for its labels.
        server = {"metadata": {"labels": {"app": HOME}}, "spec": {"containers": [{"name": HOME, "image": "velero"}]}}
        return [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}},
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "cloud-credentials"},
                "stringData": {"cloud": CREDENTIALS},
            },
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": HOME},
                "spec": {"replicas": 0, "selector": {"matchLabels": {"app": HOME}}, "template": server},
            },
            {
                "apiVersion": "velero.io/v1",
                "kind": "BackupStorageLocation",
                "metadata": {"name": "default"},
                "spec": location,
            },
        ]

    def _make_bucket(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = urllib3.request("PUT", f"{self.store}/{BUCKET}", retries=False, timeout=5)
            except urllib3.exceptions.HTTPError:
                if time.monotonic() > deadline or not self._processes[0].running:
                    raise StartFailed(self._processes[0].last_words()) from None
                time.sleep(0.1)
            else:
                if answer.status == 200:
                    return
                raise StartFailed(f"moto answered {answer.status}: {answer.data.decode()[:300]}")

    def _run(self, name: str, command: list[Any], environment: dict[str, str]) -> None:
        log = self._directory / f"{name}.log"
        self._processes.append(Process(name, command, log=log, environment=environment))

    def _stop(self) -> None:
        for each in reversed(self._processes):
            each.stop()


def _is_available(found: dict[str, Any]) -> bool:
    return (found.get("status") or {}).get("phase") == "Available"


def _is_established(found: dict[str, Any]) -> bool:
    conditions = (found.get("status") or {}).get("conditions") or []
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)
