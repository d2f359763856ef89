"""Where `build.sh` put the programs of the control plane."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import final

BUILD = Path(__file__).parent / "build.sh"


@final
class NotBuilt(Exception):
    """The control plane's programs are not in the cache; a cluster test fails by it and is never skipped."""


@final
@dataclass(frozen=True, kw_only=True)
class Binaries:
    """The programs, and what kwok ships beside its own: stages of pods and nodes, custom resource definitions."""

    controlplane: Path
    kubectl: Path
    kwok: Path
    kustomize: Path


@final
@dataclass(frozen=True, kw_only=True)
class Argo:
    """The controller of Argo Rollouts, and the definitions of its kinds."""

    controller: Path
    definitions: tuple[Path, ...]


def built_metrics_server() -> Path:
    """metrics-server of this checkout's pins. Raises `NotBuilt`."""
    return _where("metrics") / "metrics-server"


def built_argo() -> Argo:
    """The controller of this checkout's pins. Raises `NotBuilt`."""
    base = _where("argo")
    return Argo(controller=base / "rollouts-controller", definitions=tuple(sorted((base / "crds").glob("*.yaml"))))


def built() -> Binaries:
    """The programs of this checkout's pins; `build.sh` alone knows how their directory is called.

    Raises `NotBuilt`.
    """
    base = _where()
    return Binaries(
        controlplane=base / "controlplane",
        kubectl=base / "kubectl",
        kwok=base / "kwok",
        kustomize=base / "kustomize",
    )


def _where(*part: str) -> Path:
    command = [BUILD, "--where", *part]
    base = Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
    if not base.is_dir():
        raise NotBuilt(
            f"The real control plane is not built: {base} is missing. Run `make controlplane` (needs Go; "
            "takes minutes, once), or `make test-cluster`, which does it first."
        )
    return base
