"""The real Argo CD in the real control plane: its kinds, its two controllers and its repository server.

It starts in seconds and then takes some hundred MB; a test that asks for it, and only such a one, starts it. What it
keeps in a cache is in a redis of its own, written in Go, which is built with it.
"""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path
from typing import Any, Final

from tests.controlplane.binaries import ArgoCD, built_argo_cd
from tests.controlplane.control_plane import PATIENCE, ControlPlane
from tests.controlplane.definitions import define
from tests.controlplane.manifests import apply
from tests.controlplane.processes import LOOPBACK, Process, StartFailed, free_ports

HOME: Final = "argocd"
NAME: Final = "argocd-application-controller"
PART_OF: Final = {"app.kubernetes.io/part-of": "argocd"}
"""Without this label it does not see its own settings."""
HERE: Final = "https://kubernetes.default.svc"
"""What an Application calls the cluster in which Argo CD itself runs."""


def add_argo_cd(plane: ControlPlane) -> None:
    """Its kinds, its settings and its parts, once; they end with the control plane. Raises `NotBuilt`, `StartFailed`.

    Applications may be in every namespace.
    """
    if plane.running(NAME):
        return
    argo = built_argo_cd()
    define(plane, argo.definitions)
    apply(plane.admin, _settings(), namespace=HOME)
    _start(plane, argo)


def _start(plane: ControlPlane, argo: ArgoCD) -> None:
    redis, repository, *others = free_ports(7)
    environment = _environment(plane)
    kubeconfig = environment["KUBECONFIG"]
    server = (f"--repo-server={LOOPBACK}:{repository}", "--repo-server-plaintext", f"--redis={LOOPBACK}:{redis}")

    def run(part: str, *words: str | Path) -> Process:
        return plane.add(f"argocd-{part}", [argo.program, part, *words], environment)

    _until_listening(run("redis", f"{LOOPBACK}:{redis}"), redis)
    started = run(
        "repo-server",
        f"--address={LOOPBACK}",
        f"--port={repository}",
        f"--metrics-address={LOOPBACK}",
        f"--metrics-port={others[0]}",
        f"--redis={LOOPBACK}:{redis}",
        "--disable-tls",
        "--loglevel=warn",
    )
    _until_listening(started, repository)
    run(
        "application-controller",
        f"--kubeconfig={kubeconfig}",
        f"--namespace={HOME}",
        "--application-namespaces=*",
        f"--metrics-port={others[1]}",
        "--loglevel=info",
        *server,
    )
    run(
        "applicationset-controller",
        f"--kubeconfig={kubeconfig}",
        f"--namespace={HOME}",
        f"--metrics-addr={LOOPBACK}:{others[2]}",
        f"--probe-addr={LOOPBACK}:{others[3]}",
        f"--webhook-addr={LOOPBACK}:{others[4]}",
        f"--argocd-repo-server={LOOPBACK}:{repository}",
        "--repo-server-plaintext",
        "--loglevel=warn",
    )


def _environment(plane: ControlPlane) -> dict[str, str]:
    """Its files are all in a directory of its own; git reads nobody's settings."""
    own = plane.directory / HOME
    folders = {name: own / name for name in ("tmp", "tls", "ssh", "gpg")}
    for each in folders.values():
        each.mkdir(parents=True)
    # A colon in its path would make it a list of files.
    kubeconfig = shutil.copy(plane.kubeconfig_of(HOME), own / "kubeconfig")
    return {
        "KUBECONFIG": str(kubeconfig),
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_GPG_ENABLED": "false",
        "ARGOCD_TLS_DATA_PATH": str(folders["tls"]),
        "ARGOCD_SSH_DATA_PATH": str(folders["ssh"]),
        "ARGOCD_GPG_DATA_PATH": str(folders["gpg"]),
        "ARGOCD_ASK_PASS_SOCK": str(own / "ask"),
        "TMPDIR": str(folders["tmp"]),
        "HOME": str(own),
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }


def _settings() -> list[dict[str, Any]]:
    """An installation as it comes, and a project that may all."""
    named = [{"name": name, "labels": PART_OF} for name in ("argocd-cm", "argocd-rbac-cm", "argocd-secret")]
    project = {
        "sourceRepos": ["*"],
        "sourceNamespaces": ["*"],
        "destinations": [{"namespace": "*", "server": "*"}],
        "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
    }
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": named[0]},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": named[1]},
        {"apiVersion": "v1", "kind": "Secret", "metadata": named[2], "stringData": {"server.secretkey": "tests"}},
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": {"name": "default", "namespace": HOME},
            "spec": project,
        },
    ]


def _until_listening(process: Process, port: int) -> None:
    """Raises `StartFailed`."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline or not process.running:
                raise StartFailed(process.last_words()) from None
            time.sleep(0.05)
        else:
            return
