"""Argo Rollouts in the real control plane: the definitions of its kinds and its real controller, where a test asks.

It starts in a second or two and then takes 70 MB; tests of nothing but Kubernetes are not burdened with it.
"""

from __future__ import annotations

from typing import Final

from tests.controlplane.binaries import built_argo
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.definitions import define
from tests.controlplane.processes import free_ports

NAME: Final = "rollouts-controller"


def add_argo_rollouts(plane: ControlPlane) -> None:
    """Its kinds and its controller, once; it ends with the control plane. Raises `NotBuilt`."""
    if plane.running(NAME):
        return
    argo = built_argo()
    define(plane, argo.definitions)
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
