"""Where the `build.sh` of each put the programs of the control plane and what runs beside it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

HERE: Final = Path(__file__).parent
BUILD: Final = HERE / "build.sh"
ARGO_CD: Final = HERE / "argocd" / "build.sh"


@final
class NotBuilt(Exception):
    """Programs are not in the cache; a cluster test fails by it and is never skipped."""


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


@final
@dataclass(frozen=True, kw_only=True)
class ArgoCD:
    """Argo CD's parts in one program, with the redis that they ask for, and the definitions of its kinds."""

    program: Path
    definitions: tuple[Path, ...]


def built_argo() -> Argo:
    """The controller of this checkout's pins. Raises `NotBuilt`."""
    base = directory_of(BUILD, "argo")
    return Argo(controller=base / "rollouts-controller", definitions=_definitions(base))


def built_argo_cd() -> ArgoCD:
    """The parts of this checkout's pins. Raises `NotBuilt`."""
    base = directory_of(ARGO_CD)
    return ArgoCD(program=base / "argocd", definitions=_definitions(base))


def built() -> Binaries:
    """The programs of this checkout's pins.

    Raises `NotBuilt`.
    """
    base = directory_of(BUILD)
    return Binaries(
        controlplane=base / "controlplane",
        kubectl=base / "kubectl",
        kwok=base / "kwok",
        kustomize=base / "kustomize",
    )


def directory_of(build: Path, *part: str) -> Path:
    """Where a `build.sh` puts what it builds; it alone knows how that directory is called. Raises `NotBuilt`."""
    command: list[str | Path] = [build, "--where", *part]
    base = Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
    if not base.is_dir():
        raise NotBuilt(
            f"The real programs that this needs are not built: {base} is missing. Run `make controlplane` (needs Go; "
            "takes minutes, once), or `make test-cluster`, which does it first."
        )
    return base


def _definitions(base: Path) -> tuple[Path, ...]:
    return tuple(sorted((base / "crds").glob("*.yaml")))
