"""The real metrics-server in the real control plane, where a test asks: what pods and nodes use, as `kubectl top` says.

It takes 65 MB and looks at the nodes every ten seconds, the shortest that it allows: what a pod uses is known when it
was seen twice, up to twenty seconds after it started, and a change of it (`stages.CPU`) as much later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.controlplane.api import Answer, Api
from tests.controlplane.binaries import built_metrics_server
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.manifests import apply
from tests.controlplane.processes import LOOPBACK, free_ports

NAME: Final = "metrics-server"
HOME: Final = "kube-system"
SERVICE: Final = "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io"
METRICS: Final = "/apis/metrics.k8s.io/v1beta1"
NODES: Final = f"{METRICS}/nodes"
PATIENCE: Final = 60
"""Seconds for it to be asked, and to know what it is asked for."""

Object = dict[str, Any]


def add_metrics_server(plane: ControlPlane) -> None:
    """Its process and its place in the API, once; returns when it answers.

    Raises `NotBuilt`, `TimeoutError`.
    """
    if plane.running(NAME):
        return
    program = built_metrics_server()
    (port,) = free_ports(1)
    kubeconfig = plane.kubeconfig_of("metrics")
    plane.add(
        NAME,
        [
            program,
            *(f"--{of}kubeconfig={kubeconfig}" for of in ("", "authentication-", "authorization-")),
            f"--bind-address={LOOPBACK}",
            f"--secure-port={port}",
            f"--cert-dir={plane.directory / NAME}",
            "--kubelet-insecure-tls",
            "--kubelet-preferred-address-types=InternalIP",
            "--kubelet-use-node-status-port",
            "--kubelet-request-timeout=5s",
            "--metric-resolution=10s",
        ],
    )
    apply(plane.admin, _place(port), namespace=HOME)
    until_nodes(plane, at_least=0)


def until_nodes(plane: ControlPlane, *, at_least: int) -> None:
    """Returns when it knows what so many nodes use; kwok tells nothing of one without pods. Raises `TimeoutError`."""
    _until(plane, NODES, lambda answer: answer.status == 200 and len(answer.body["items"]) >= at_least)


def until_used(plane: ControlPlane, namespace: str, met: Callable[[dict[str, dict[str, str]]], bool]) -> None:
    """Returns when what pods use, by their names, is as wanted: of each the `cpu` and `memory` of its first container.

    Raises `TimeoutError`.
    """

    def found(answer: Answer) -> bool:
        items = answer.body["items"] if answer.status == 200 else []
        return met({each["metadata"]["name"]: each["containers"][0]["usage"] for each in items})

    _until(plane, f"{METRICS}/namespaces/{namespace}/pods", found)


def look_at(plane: ControlPlane) -> None:
    """Look at all nodes once: kwok's counters begin when somebody looks, and metrics-server takes no zero for a use."""
    nodes = Api(url=plane.kubelet_url, authority=plane.authority, token="")
    for each in plane.admin.items("/api/v1/nodes"):
        if path := each["metadata"].get("annotations", {}).get("metrics.k8s.io/resource-metrics-path"):
            nodes.ask("GET", path)
    nodes.close()


def refusing(plane: ControlPlane) -> None:
    """Returns when the API server has seen that nobody answers for it. Raises `TimeoutError`."""
    plane.admin.wait(SERVICE, lambda found: not is_available(found), seconds=PATIENCE)


@contextmanager
def not_installed(plane: ControlPlane) -> Iterator[None]:
    """The API server knows of no metrics API; what was there before is afterwards there again."""
    if not plane.running(NAME):
        yield
        return
    metadata, spec = {"name": SERVICE.rpartition("/")[2]}, plane.admin.get(SERVICE)["spec"]
    plane.admin.delete(SERVICE)
    _until(plane, NODES, lambda answer: answer.status == 404)
    try:
        yield
    finally:
        plane.admin.create(SERVICE.rpartition("/")[0], {"metadata": metadata, "spec": spec})
        until_nodes(plane, at_least=0)


@contextmanager
def without_metrics_server(plane: ControlPlane) -> Iterator[None]:
    """It is gone, and afterwards back; what pods use it then has yet to learn."""
    with plane.without(NAME):
        yield
    until_nodes(plane, at_least=0)


def is_available(found: Object) -> bool:
    """Whether the API server finds it well."""
    conditions = (found.get("status") or {}).get("conditions") or ()
    return any(each["type"] == "Available" and each["status"] == "True" for each in conditions)


def _until(plane: ControlPlane, path: str, met: Callable[[Answer], bool]) -> None:
    """It knows no watches, so it is asked again and again."""
    deadline = time.monotonic() + PATIENCE
    while not met(answer := plane.admin.ask("GET", path)):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{path} did not come to what was waited for in {PATIENCE} s: {answer.text[:2000]}")
        time.sleep(0.2)


def _place(port: int) -> list[Object]:
    """A Service that leads to this machine, and the group of the API that leads to the Service."""
    ports = [{"port": port, "protocol": "TCP"}]
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": NAME},
            "spec": {"type": "ExternalName", "externalName": "localhost", "ports": ports},
        },
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": "v1beta1.metrics.k8s.io"},
            "spec": {
                "group": "metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "insecureSkipTLSVerify": True,
                "service": {"name": NAME, "namespace": HOME, "port": port},
            },
        },
    ]
