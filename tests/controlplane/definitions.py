"""Kinds that a controller brings: their definitions, applied, and waited for until the API server serves them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml

from tests.controlplane.control_plane import PATIENCE, ControlPlane
from tests.controlplane.processes import StartFailed

LOADER: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""An ApplicationSet's definition has twenty thousand lines, with which the one in Python is busy for seconds."""
DEFINITIONS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def define(plane: ControlPlane, files: Iterable[Path]) -> None:
    """Returns when discovery lists all of them, which is a moment after they are established.

    Raises `StartFailed`, `TimeoutError`.
    """
    definitions = [yaml.load(file.read_text(), LOADER) for file in files]
    for each in definitions:
        plane.admin.create(DEFINITIONS, each)
    for each in definitions:
        plane.admin.wait(f"{DEFINITIONS}/{each['metadata']['name']}", _established)
    wanted = {_served(each) for each in definitions}
    deadline = time.monotonic() + PATIENCE
    while missing := {each for each in wanted if each[1] not in _discovered(plane, each[0])}:
        if time.monotonic() > deadline:
            raise StartFailed(f"Not served after {PATIENCE} s: {sorted(missing)}")
        time.sleep(0.05)


def _served(definition: dict[str, Any]) -> tuple[str, str]:
    """Group and version, and the plural."""
    spec = definition["spec"]
    version = next(each["name"] for each in spec["versions"] if each["served"])
    return f"{spec['group']}/{version}", str(spec["names"]["plural"])


def _discovered(plane: ControlPlane, version: str) -> set[str]:
    answer = plane.admin.ask("GET", f"/apis/{version}")
    return {each["name"] for each in json.loads(answer.text)["resources"]} if answer.status == 200 else set()


def _established(found: dict[str, Any]) -> bool:
    conditions = (found.get("status") or {}).get("conditions") or ()
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)
