"""Recorded situations of Argo Rollouts, brought about anew: the same first version, then what led to the situation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from playground.cluster.resources import BY_KIND
from playground.cluster.server import SimulatedCluster
from tests.simulator.recordings import GOLDEN, Object, load, shape

HELD: Final = "pod-ready.stage.kwok.x-k8s.io/delay"
"""The recording held pods by this annotation."""

HASH: Final = "rollouts-pod-template-hash"
OLDER: Final = re.compile(rf'"{HASH}": "[a-z0-9]+"')


def _has_objects(name: str) -> bool:
    return bool(load(name)["before"]["objects"])


NAMES: Final = [name for name in sorted(each.stem for each in GOLDEN.glob("argo-*.json")) if _has_objects(name)]
"""All but those about what is not there."""


def rollout_of(objects: list[Object]) -> Object:
    return next(each for each in objects if each["kind"] == "Rollout")


def path_of(rollout: Object) -> str:
    metadata = rollout["metadata"]
    return f"/apis/argoproj.io/v1alpha1/namespaces/{metadata['namespace']}/rollouts/{metadata['name']}"


def is_held(rollout: Object) -> bool:
    return HELD in json.dumps(rollout["spec"]["template"])


async def bring_about(cluster: SimulatedCluster, name: str) -> Object:
    """The recording, with the cluster in the state that it began in."""
    recorded = load(name)
    wanted = rollout_of(recorded["before"]["objects"])
    namespace = wanted["metadata"]["namespace"]
    cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    for each in recorded["before"]["objects"]:
        if each["kind"] == "Service":
            spec = {key: value for key, value in each["spec"].items() if not key.startswith(("clusterIP", "selector"))}
            selector = {key: value for key, value in each["spec"]["selector"].items() if key != HASH}
            body = {"metadata": {"name": each["metadata"]["name"]}, "spec": {**spec, "selector": selector}}
            cluster.admin.create(f"/api/v1/namespaces/{namespace}/services", body)
    await _first_version(cluster, wanted)
    if wanted["metadata"]["annotations"]["rollout.argoproj.io/revision"] == "2":
        await _second_version(cluster, wanted)
    elif wanted["spec"].get("paused"):
        _change(cluster, wanted, lambda it: it["spec"].update(paused=True))
    return recorded


async def _first_version(cluster: SimulatedCluster, wanted: Object) -> None:
    metadata, spec = wanted["metadata"], json.loads(json.dumps(wanted["spec"]))
    for key in ("paused", "restartAt"):
        spec.pop(key, None)
    for container in spec["template"]["spec"]["containers"]:
        container["image"] = f"{container['image'].rpartition(':')[0]}:v1"
        container.pop("resources", None)
    spec["template"]["metadata"].pop("annotations", None)
    body = {"metadata": {"name": metadata["name"], "labels": metadata["labels"]}, "spec": spec}
    cluster.admin.create(path_of(wanted).rpartition("/")[0], body)
    await cluster.admin.until(path_of(wanted), healthy)


async def _second_version(cluster: SimulatedCluster, wanted: Object) -> None:
    status, path = wanted["status"], path_of(wanted)
    template = wanted["spec"]["template"]
    before_it = wanted["spec"].get("paused") and not status["currentStepIndex"]
    if before_it:
        _change(cluster, wanted, lambda it: it["spec"].update(paused=True))
        await cluster.admin.until(path, lambda it: it["status"]["phase"] == "Paused")
    cluster.kubelet.held = is_held(wanted)
    _change(cluster, wanted, lambda it: it["spec"].update(template=template))
    if before_it or is_held(wanted):
        return
    await cluster.admin.until(path, lambda it: bool(it["status"].get("pauseConditions")))
    if wanted["spec"].get("paused"):
        _change(cluster, wanted, lambda it: it["spec"].update(paused=True))
    if status["phase"] == "Healthy":
        _change(cluster, wanted, lambda it: it["status"].update(promoteFull=True), status=True)
        await cluster.admin.until(path, healthy)
    if status.get("abort"):
        _change(cluster, wanted, lambda it: it["status"].update(abort=True), status=True)


def _change(
    cluster: SimulatedCluster, wanted: Object, change: Callable[[Object], Any], *, status: bool = False
) -> None:
    cluster.admin.change(path_of(wanted), lambda it: _changed(it, change), status=status)


def _changed(found: Object, change: Callable[[Object], Any]) -> Object:
    copied: Object = json.loads(json.dumps(found))
    change(copied)
    return copied


def healthy(found: Object) -> bool:
    status = found.get("status") or {}
    return status.get("phase") == "Healthy" and status["observedGeneration"] == str(found["metadata"]["generation"])


def now_of(cluster: SimulatedCluster, recorded: list[Object]) -> list[Object]:
    """The objects that were recorded, as they are; of ReplicaSets all that there are."""
    found: list[Object] = []
    for each in recorded:
        resource, metadata = BY_KIND[each["apiVersion"], each["kind"]], each["metadata"]
        known = cluster.store.list(resource, metadata["namespace"])
        named = [it for it in known if it["metadata"]["name"] == metadata["name"] or each["kind"] == "ReplicaSet"]
        found += named
    return list({each["metadata"]["uid"]: each for each in found}.values())


def told(objects: list[Object]) -> list[str]:
    """What can be compared: hashes by the part that they play, no ids and times, no addresses."""
    status = rollout_of(objects)["status"]
    parts = {status.get("stableRS"): "(stable)", status["currentPodHash"]: "(current)"}
    parts |= {"": "", None: ""}
    lines = []
    for each in objects:
        written = json.dumps(shape(_comparable(each)), sort_keys=True)
        for name_hash, part in parts.items():
            written = written.replace(name_hash, part) if name_hash else written
        lines.append(OLDER.sub(f'"{HASH}": "(older)"', written))
    return sorted(lines)


def _comparable(found: Object) -> Object:
    """A Service without its addresses; a ReplicaSet without the number of steps in which it came to its size."""
    if found["kind"] == "Service":
        spec = {key: value for key, value in found["spec"].items() if not key.startswith("clusterIP")}
        return {"kind": "Service", "metadata": found["metadata"], "spec": spec}
    if found["kind"] != "ReplicaSet":
        return found
    parts = {key: dict(found[key]) for key in ("metadata", "status")}
    parts["metadata"].pop("generation")
    parts["status"].pop("observedGeneration", None)
    return {**found, **parts}
