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


def built() -> Binaries:
    """The programs of this checkout's pins; `build.sh` alone knows how their directory is called.

    Raises `NotBuilt`.
    """
    where = subprocess.run([BUILD, "--where"], check=True, capture_output=True, text=True).stdout.strip()
    base = Path(where)
    if not base.is_dir():
        raise NotBuilt(
            f"The real control plane is not built: {base} is missing. Run `make controlplane` (needs Go; "
            "takes minutes, once), or `make test-cluster`, which does it first."
        )
    return Binaries(
        controlplane=base / "controlplane",
        kubectl=base / "kubectl",
        kwok=base / "kwok",
        kustomize=base / "kustomize",
    )
