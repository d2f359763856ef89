"""Service endpoints: one EndpointSlice for each Service with a selector, ready and unready addresses in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, final

from playground.cluster.budgets import is_ready
from playground.cluster.controllers.ownership import is_going, owned_by, reference
from playground.cluster.resources import PODS, SERVICES, SLICES
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json, equal, labels_of
from playground.cluster.writes import Writer, Writes

NAME: Final = "kubernetes.io/service-name"
MANAGED: Final = "endpointslice.kubernetes.io/managed-by"


@final
class Endpoints:
    def __init__(self, writes: Writes) -> None:
        self._writes, self._store = writes, writes.store

    def touched(self, change: Change) -> Iterable[Key]:
        if change.resource is SERVICES:
            return (change.key,)
        if change.resource is not PODS:
            return ()
        services = self._store.list(SERVICES, change.key[0])
        return [(change.key[0], each["metadata"]["name"]) for each in services]

    def reconcile(self, namespace: str, name: str) -> float | None:
        service = self._store.get(SERVICES, namespace, name)
        selector = ((service or {}).get("spec") or {}).get("selector")
        if service is None or not selector or is_going(service):
            return None
        pods = [
            each
            for each in self._store.list(PODS, namespace)
            if selector.items() <= labels_of(each).items() and each["status"].get("podIP")
        ]
        body = {
            "addressType": "IPv4",
            "endpoints": [_endpoint(each) for each in pods],
            "ports": [_port(each, pods) for each in service["spec"].get("ports") or ()],
        }
        known = owned_by(self._store, SLICES, service)
        if known:
            slice_name = known[0]["metadata"]["name"]
            if not all(equal(known[0].get(key), value) for key, value in body.items()):
                self._writes.change(SLICES, namespace, slice_name, lambda it: it.update(body), Writer())
            return None
        metadata = {
            "generateName": f"{name}-",
            "labels": {**labels_of(service), NAME: name, MANAGED: "endpointslice-controller.k8s.io"},
            "ownerReferences": [reference(service)],
        }
        self._writes.create(SLICES, namespace, {"metadata": metadata, **body}, Writer())
        return None


def _endpoint(pod: Json) -> Json:
    going = is_going(pod)
    metadata = pod["metadata"]
    target = {"kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]}
    return {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": is_ready(pod) and not going, "serving": is_ready(pod), "terminating": going},
        "targetRef": target,
        "nodeName": pod["spec"]["nodeName"],
    }


def _port(port: Json, pods: list[Json]) -> Json:
    target: Any = port.get("targetPort", port["port"])
    if isinstance(target, str):
        named = [
            each["containerPort"]
            for pod in pods[:1]
            for container in pod["spec"]["containers"]
            for each in container.get("ports") or ()
            if each.get("name") == target
        ]
        target = named[0] if named else None
    return {"name": port.get("name", ""), "port": target, "protocol": port.get("protocol", "TCP")}
