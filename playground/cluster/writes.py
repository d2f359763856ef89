"""Objects written as the API server writes them: identity, generation, conflicts, defaults, dry runs, deletion.

Requests and controllers use the same functions, so that neither can do what the other could not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, final

from playground.cluster.admission import admit_created, admit_namespace, complete_pod, warnings_for
from playground.cluster.defaults import fill, settle
from playground.cluster.managers import owned_at_first, with_manager, with_scaler
from playground.cluster.pace import Pace
from playground.cluster.problems import (
    already_exists,
    bad_request,
    conflict,
    immutable_uid,
    internal,
    invalid_options,
    not_found,
    not_simulated,
    stale,
    without_version,
)
from playground.cluster.resources import AUTOSCALERS, BUDGETS, DEPLOYMENTS, NAMESPACES, NODES, PODS, SERVICES, Resource
from playground.cluster.store import Store
from playground.cluster.validation import validate
from playground.cluster.wire import Json, clone, equal

SYSTEM_FIELDS: Final = (
    *("uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "namespace"),
    *("name", "managedFields", "resourceVersion", "generateName"),
)
FIRST_STATUS: Final[dict[Resource, Json]] = {
    AUTOSCALERS: {"currentMetrics": None, "desiredReplicas": 0},
    BUDGETS: {"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0},
}
Change = Callable[[Json], Any]


@dataclass(frozen=True, kw_only=True)
class Writer:
    """In whose name, and whether for real. Warnings are collected in `warnings`."""

    manager: str = "kube-controller-manager"
    dry_run: bool = False
    patches: bool = False
    """Whether the request is a PATCH, of which some refusals are worded in another way."""

    warnings: list[str] = field(default_factory=list)


@final
class Writes:
    """`random` gives so many characters for names; `uid` a fresh UUID."""

    def __init__(self, store: Store, pace: Pace, *, random: Callable[[int], str], uid: Callable[[], str]) -> None:
        self.store, self.pace = store, pace
        self.random, self.uid = random, uid
        self._addresses = 1

    def create(self, resource: Resource, namespace: str, body: Json, writer: Writer) -> Json:
        """Raises `Problem`."""
        found = clone(body)
        metadata = found.setdefault("metadata", {})
        if metadata.get("resourceVersion"):
            raise internal("resourceVersion should not be set on objects to be created")
        self._identify(resource, namespace, found)
        if resource.namespaced:
            admit_namespace(self.store, resource, namespace, metadata.get("name", ""))
        if resource.status and resource not in (NODES, NAMESPACES) and resource is not PODS:
            found.pop("status", None)
        fill(resource, found)
        asked = owned_at_first(resource, found, body)
        self._special(resource, found)
        settle(resource, None, found)
        validate(resource, found, None)
        if self.store.get(resource, namespace, metadata["name"]) is not None:
            raise already_exists(resource, metadata["name"])
        writer.warnings.extend(warnings_for(self.store, resource, found, None))
        admit_created(self.store, resource, found)
        labelled = {key: asked["metadata"][key] for key in ("labels",) if key in asked["metadata"]}
        asked["metadata"] = {key: each for key, each in metadata.items() if key != "labels"} | labelled
        managed = self._managed(resource, None, asked, writer, "")["metadata"]
        metadata |= {key: each for key, each in managed.items() if key == "managedFields"}
        return found if writer.dry_run else self.store.put(resource, found)

    def _identify(self, resource: Resource, namespace: str, found: Json) -> None:
        metadata = found["metadata"]
        if resource.namespaced:
            if metadata.get("namespace") not in (None, "", namespace):
                message = "the namespace of the provided object does not match the namespace sent on the request"
                raise bad_request(message)
            metadata["namespace"] = namespace
        else:
            metadata.pop("namespace", None)
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + self.random(5)
        for key in ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields", "generation"):
            metadata.pop(key, None)
        metadata["uid"] = self.uid()
        metadata["creationTimestamp"] = self.pace.stamp()
        if resource.counted:
            metadata["generation"] = 1
        found["apiVersion"], found["kind"] = resource.api_version, resource.kind

    def _special(self, resource: Resource, found: Json) -> None:
        if resource is PODS:
            complete_pod(self.store, found, self.random)
            found["status"] = {"phase": "Pending", "qosClass": _quality(found["spec"])}
        elif resource is SERVICES and found["spec"]["type"] != "ExternalName":
            spec = found["spec"]
            if not spec.get("clusterIP"):
                self._addresses += 1
                spec["clusterIP"] = f"10.0.{self._addresses // 250}.{self._addresses % 250}"
            spec["clusterIPs"] = [spec["clusterIP"]]
            found["status"] = {"loadBalancer": {}}
        elif resource.status and not resource.custom and resource not in (NODES, NAMESPACES):
            found["status"] = clone(FIRST_STATUS.get(resource, {}))

    def current(self, resource: Resource, namespace: str, name: str) -> Json:
        """Raises `Problem` 404."""
        found = self.store.get(resource, namespace, name)
        if found is None:
            raise not_found(resource, name)
        return found

    def update(
        self, resource: Resource, namespace: str, name: str, body: Json, writer: Writer, subresource: str = ""
    ) -> Json:
        """The object as it is afterwards; a body that changes nothing writes nothing. Raises `Problem`."""
        before = self.current(resource, namespace, name)
        self._check_identity(resource, before, body, patched=writer.patches)
        after = _merged(resource, before, body, subresource)
        fill(resource, after)
        if resource is SERVICES:
            after["spec"].setdefault("clusterIPs", before["spec"].get("clusterIPs"))
        if subresource != "status":
            validate(resource, after, before)
            _count(resource, before, after)
            settle(resource, before, after)
            writer.warnings.extend(warnings_for(self.store, resource, after, before))
        after = self._managed(resource, before, after, writer, subresource)
        if equal(_without_version(before), _without_version(after)) or writer.dry_run:
            return after
        released = after["metadata"].get("deletionTimestamp") and not after["metadata"].get("finalizers")
        if released and resource not in (PODS, NAMESPACES):
            return self.store.remove(resource, namespace, name)
        return self.store.put(resource, after)

    def _check_identity(self, resource: Resource, before: Json, body: Json, *, patched: bool) -> None:
        metadata, known = body.get("metadata") or {}, before["metadata"]
        name = known["name"]
        if metadata.get("name") not in (None, "", name):
            message = f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})"
            raise bad_request(message)
        if metadata.get("namespace") not in (None, "", known.get("namespace")):
            raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
        if metadata.get("uid") not in (None, "", known["uid"]):
            if patched:
                raise immutable_uid(resource, name, metadata["uid"])
            key = f"/registry/{resource.plural}/{known.get('namespace', '')}/{name}"
            why = f"Precondition failed: UID in precondition: {metadata['uid']}, UID in object meta: {known['uid']}"
            error = f"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: {why}"
            raise conflict(resource, name, error)
        if resource.custom and not metadata.get("resourceVersion"):
            raise without_version(resource, name)
        if metadata.get("resourceVersion") not in (None, "", known["resourceVersion"]):
            raise conflict(resource, name)

    def change(
        self, resource: Resource, namespace: str, name: str, change: Change, writer: Writer, subresource: str = ""
    ) -> Json:
        """Write what `change` does to a copy of the object. Raises `Problem`."""
        found = clone(self.current(resource, namespace, name))
        change(found)
        return self.update(resource, namespace, name, found, writer, subresource)

    def delete(self, resource: Resource, namespace: str, name: str, options: Json, *, dry_run: bool = False) -> Json:
        """The object if it goes later, else the Status of success. Raises `Problem`."""
        before = self.current(resource, namespace, name)
        self._check_preconditions(resource, before, options.get("preconditions") or {})
        policy = options.get("propagationPolicy")
        if policy not in (None, "Background", "Foreground", "Orphan"):
            message = f'Unsupported value: "{policy}": supported values: "Foreground", "Background", "Orphan", "nil"'
            raise invalid_options("DeleteOptions", "propagationPolicy", message)
        if policy == "Orphan" or options.get("orphanDependents"):
            raise not_simulated("deletion with propagationPolicy Orphan")
        grace = _grace(resource, before, options)
        after = clone(before)
        metadata = after["metadata"]
        if policy == "Foreground" and resource is not PODS:
            metadata["finalizers"] = [*(metadata.get("finalizers") or ()), "foregroundDeletion"]
        lingers = bool(metadata.get("finalizers")) or grace > 0 or resource is NAMESPACES
        if lingers:
            if metadata.get("deletionTimestamp") and metadata.get("deletionGracePeriodSeconds", 0) <= grace:
                return before
            metadata["deletionTimestamp"] = self.pace.stamp_after(grace)
            metadata["deletionGracePeriodSeconds"] = grace
            if resource.counted and "generation" in metadata:
                metadata["generation"] += 1
            if resource is NAMESPACES:
                metadata.pop("deletionGracePeriodSeconds")
                after["status"] = {"phase": "Terminating"}
            return after if dry_run else self.store.put(resource, after)
        if resource is PODS:
            metadata["deletionTimestamp"], metadata["deletionGracePeriodSeconds"] = self.pace.stamp(), 0
        gone = before if dry_run else self.store.remove(resource, namespace, name)
        return after if resource is PODS else _deleted(resource, gone)

    def _check_preconditions(self, resource: Resource, before: Json, wanted: Json) -> None:
        known, name = before["metadata"], before["metadata"]["name"]
        for key, title in (("uid", "UID"), ("resourceVersion", "ResourceVersion")):
            if wanted.get(key) not in (None, known[key]):
                raise stale(resource, name, title, str(wanted[key]), known[key])

    def _managed(self, resource: Resource, before: Json | None, after: Json, writer: Writer, sub: str) -> Json:
        version = resource.api_version
        if sub == "scale" and before is not None:
            return with_scaler(before, after, manager=writer.manager, version=version)
        return with_manager(
            before, after, manager=writer.manager, version=version, subresource=sub, at=self.pace.stamp()
        )


def _merged(resource: Resource, before: Json, body: Json, subresource: str) -> Json:
    """What a write through this door may change, taken from the body; the rest stays."""
    after = clone(body)
    known = before["metadata"]
    metadata = {key: value for key, value in (after.get("metadata") or {}).items() if key not in SYSTEM_FIELDS}
    metadata |= {key: known[key] for key in SYSTEM_FIELDS if key in known}
    if subresource == "status":
        written = clone(before)
        written["status"] = after.get("status") or {}
        if resource.custom:
            return dict(written)
        written["metadata"]["annotations"] = metadata.get("annotations")
        if written["metadata"]["annotations"] is None:
            del written["metadata"]["annotations"]
        return dict(written)
    if resource.status or resource is PODS:
        after.pop("status", None)
        if "status" in before:
            after["status"] = clone(before["status"])
    for key in ("labels", "annotations", "finalizers", "ownerReferences"):
        if key in metadata and not metadata[key]:
            del metadata[key]
    after["metadata"] = metadata
    after["apiVersion"], after["kind"] = before["apiVersion"], before["kind"]
    return dict(after)


def _count(resource: Resource, before: Json, after: Json) -> None:
    """A changed spec is a new generation; a Deployment's annotations count too (`deployment/strategy.go`)."""
    if not resource.counted:
        return
    # Of a custom kind whose status has no door of its own all but the metadata counts (`customresource/strategy.go`).
    parts = (before.keys() | after.keys()) - {"metadata"} if resource.custom and not resource.status else {"spec"}
    moved = any(not equal(before.get(part), after.get(part)) for part in parts)
    if resource is DEPLOYMENTS:
        moved = moved or before["metadata"].get("annotations") != after["metadata"].get("annotations")
    if moved:
        after["metadata"]["generation"] = before["metadata"].get("generation", 0) + 1


def _without_version(found: Json) -> Json:
    metadata = {key: value for key, value in found["metadata"].items() if key != "resourceVersion"}
    return {**found, "metadata": metadata}


def _grace(resource: Resource, found: Json, options: Json) -> int:
    """Seconds that a pod is given; one that never reached a node, or has ended, needs none."""
    if resource is not PODS:
        return 0
    asked = options.get("gracePeriodSeconds")
    grace = found["spec"].get("terminationGracePeriodSeconds", 30) if asked is None else asked
    if not found["spec"].get("nodeName") or found["status"].get("phase") in ("Succeeded", "Failed"):
        return 0
    return max(int(grace), 0)


def _deleted(resource: Resource, found: Json) -> Json:
    details = {"name": found["metadata"]["name"], "kind": resource.plural, "uid": found["metadata"]["uid"]}
    if resource.group:
        details["group"] = resource.group
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def _quality(spec: Json) -> str:
    resources = [each.get("resources") or {} for each in spec.get("containers") or ()]
    if not any(each.get("requests") or each.get("limits") for each in resources):
        return "BestEffort"
    wanted = {"cpu", "memory"}
    whole = all(
        wanted <= (each.get("limits") or {}).keys() and each.get("requests") == each.get("limits") for each in resources
    )
    return "Guaranteed" if whole else "Burstable"
