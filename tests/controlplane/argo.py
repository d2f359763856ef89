"""Argo Rollouts in the real control plane: the definitions of its kinds and its real controller, where a test asks.

It starts in a second or two and then takes 70 MB; tests of nothing but Kubernetes are not burdened with it.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final

import yaml

from tests.controlplane.binaries import built_argo
from tests.controlplane.control_plane import PATIENCE, ControlPlane
from tests.controlplane.processes import StartFailed, free_ports

NAME: Final = "rollouts-controller"
DEFINITIONS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def add_argo_rollouts(plane: ControlPlane) -> None:
    """Its kinds and its controller, once; it ends with the control plane. Raises `NotBuilt`."""
    if plane.running(NAME):
        return
    argo = built_argo()
    definitions = [yaml.safe_load(file.read_text()) for file in argo.definitions]
    for each in definitions:
        plane.admin.create(DEFINITIONS, each)
    for each in definitions:
        plane.admin.wait(f"{DEFINITIONS}/{each['metadata']['name']}", _established)
    _until_discovered(plane, {each["spec"]["names"]["plural"] for each in definitions})
    metrics, health = free_ports(2)
    plane.add(
        NAME,
        [
            argo.controller,
            f"--kubeconfig={plane.kubeconfig_of('rollouts')}",
            "--leader-elect=false",
            f"--metricsPort={metrics}",
            f"--healthzPort={health}",
            "--loglevel=warn",
        ],
    )


def _until_discovered(plane: ControlPlane, plurals: set[str]) -> None:
    """What is established is listed by the server's discovery a moment later. Raises `StartFailed`."""
    deadline = time.monotonic() + PATIENCE
    while not plurals <= _discovered(plane):
        if time.monotonic() > deadline:
            raise StartFailed(f"the kinds of Argo Rollouts were not served after {PATIENCE} s.")
        time.sleep(0.05)


def _discovered(plane: ControlPlane) -> set[str]:
    answer = plane.admin.ask("GET", "/apis/argoproj.io/v1alpha1")
    return {each["name"] for each in json.loads(answer.text)["resources"]} if answer.status == 200 else set()


def _established(found: dict[str, Any]) -> bool:
    conditions = (found.get("status") or {}).get("conditions") or ()
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)
