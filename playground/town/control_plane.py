"""The same town on the real control plane of the cluster tests, which a checkout has when it is built.

Its canary is led by the real controller of Argo Rollouts.
"""

from __future__ import annotations

import asyncio
import copy
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import yaml

from bot.commandline.own import OWN
from bot.errors import Refused
from bot.identity.rbac_manifest import NAME, bot_documents, cluster_documents, team_documents
from bot.operations.registry import build_registry, installed_families
from bot.settings import Config, parse_config
from bot.text import Code, text
from playground.stage import Setting
from playground.town.admission import NAMESPACES
from playground.town.clusters import APP, BROKEN, CANARY, CANDIDATE, CHECKOUT, HERE, IMAGE, LATER, SHOP, rolled_out
from playground.town.people import configuration

ROOT: Final = Path(__file__).parents[2]
CLUSTER: Final = "prod"
PATIENCE: Final = 120
"""Seconds for one roll-out; kwok's pods are ready after one."""

_NEXT: Final = text("Build it once (needs Go): {command}", command=Code("make controlplane"))


@asynccontextmanager
async def built() -> AsyncIterator[Setting]:
    """The control plane with the town in it, for as long as it is entered. Raises `Refused` where it is not built."""
    harness = _harness()
    with tempfile.TemporaryDirectory(prefix="kajitori-controlplane-") as folder:
        plane = harness.plane(Path(folder))
        try:
            await asyncio.to_thread(plane.start)
        except harness.not_built as error:
            raise Refused(text("The real control plane is not built."), next=_NEXT) from error
        try:
            await asyncio.to_thread(harness.add_argo_rollouts, plane)
            await asyncio.to_thread(_furnish, plane, partial(harness.apply, plane.admin))
            yield Setting(name="control plane", provide=partial(_provide, plane))
        except harness.not_built as error:
            raise Refused(text("The real control plane is not built."), next=_NEXT) from error
        finally:
            await asyncio.to_thread(plane.stop)


@dataclass(frozen=True, kw_only=True)
class _Harness:
    """What is imported of the tests, which come with a checkout only."""

    plane: Any
    not_built: type[Exception]
    apply: Callable[..., Any]
    add_argo_rollouts: Callable[..., None]


def _harness() -> _Harness:
    if not (ROOT / "tests" / "controlplane").is_dir():
        raise Refused(text("The real control plane comes with a checkout only."), next=_NEXT)
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))
    return _Harness(
        plane=import_module("tests.controlplane.control_plane").ControlPlane,
        not_built=import_module("tests.controlplane.binaries").NotBuilt,
        apply=import_module("tests.controlplane.manifests").apply,
        add_argo_rollouts=import_module("tests.controlplane.argo").add_argo_rollouts,
    )


def _furnish(plane: Any, apply: Callable[..., Any]) -> None:
    config, registry = _config(Path("kubeconfig")), build_registry([*installed_families(), OWN])
    for file in ("shop.yaml", "releases.yaml", "canary.yaml"):
        apply((HERE / file).read_text(), namespace=SHOP)
    apply((HERE / "around.yaml").read_text())
    apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": config.own.namespace}}])
    apply(bot_documents(config, registry))
    for namespace in NAMESPACES:
        apply(team_documents(config, registry, namespace=namespace))
    apply(cluster_documents(config, registry, teams=config.teams))
    for image in LATER:
        plane.admin.wait(APP, rolled_out, seconds=PATIENCE)
        _set_image(plane, APP, IMAGE + image)
    plane.admin.wait(CANARY, lambda found: found.get("status", {}).get("phase") == "Healthy", seconds=PATIENCE)
    _set_image(plane, CANARY, CANDIDATE)
    plane.admin.wait(CANARY, lambda found: found["status"].get("phase") == "Paused", seconds=PATIENCE)
    for path in (APP, CHECKOUT):
        plane.admin.wait(path, rolled_out, seconds=PATIENCE)
    _set_image(plane, CHECKOUT, BROKEN)


def _set_image(plane: Any, path: str, image: str) -> None:
    containers = copy.deepcopy(plane.admin.get(path)["spec"]["template"]["spec"]["containers"])
    containers[0]["image"] = image
    plane.admin.merge(path, {"spec": {"template": {"spec": {"containers": containers}}}})


def _config(kubeconfig: Path) -> Config:
    return parse_config(yaml.safe_dump(_configuration(kubeconfig)).encode())


def _configuration(kubeconfig: Path) -> dict[str, Any]:
    found = configuration({CLUSTER: kubeconfig})
    return found | {"policy": str(HERE / "policy.yaml")}


def _provide(plane: Any, data: Path) -> None:
    kubeconfig = plane.service_account("kajitori", NAME)
    (data / "config.yaml").write_text(yaml.safe_dump(_configuration(kubeconfig), sort_keys=False))
