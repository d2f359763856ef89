"""One describer a kind, in kubectl's order (`pkg/describe/describe.go`, v1.36); others are written field by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from bot.operations import kinds
from bot.operations.ages import age, moment
from bot.operations.describers.sheet import NONE, Sheet, at, listed, mapped
from bot.operations.describers.templates import (
    describe_containers,
    describe_scheduling,
    describe_volumes,
)
from bot.operations.json import Object
from bot.operations.kinds import Kind
from bot.operations.models import Selector
from bot.operations.printers.surroundings import node_roles
from bot.operations.printers.workloads import selector_words
from bot.operations.redaction import redacted

Describer = Callable[[Sheet, Object, datetime], None]
HIDDEN: Final = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
DEEPEST: Final = 8


def describe_object(kind: Kind, found: Object, now: datetime) -> Sheet:
    """The description of an object, without its events."""
    sheet = Sheet()
    sheet.put("Name", at(found, "/metadata/name"))
    sheet.put("Namespace", at(found, "/metadata/namespace"))
    DESCRIBERS.get(kind, _fields)(sheet, found, now)
    return sheet


def _head(sheet: Sheet, found: Object, now: datetime) -> None:
    born = moment(at(found, "/metadata/creationTimestamp"))
    sheet.put("Created", f"{age(born, now)} ago" if born else "")
    leaving = moment(at(found, "/metadata/deletionTimestamp"))
    if leaving:
        sheet.put("Status", f"Terminating (lasts {age(leaving, now)})")
        sheet.items("Finalizers", listed(found, "/metadata/finalizers"))
    sheet.mapping("Labels", mapped(found, "/metadata/labels"))
    shown = redacted(mapped(found, "/metadata/annotations"), "annotations")
    kept = {key: value for key, value in shown.items() if key not in HIDDEN} if isinstance(shown, dict) else {}
    sheet.mapping("Annotations", kept)
    owners = (f"{at(each, '/kind')}/{at(each, '/name')}" for each in listed(found, "/metadata/ownerReferences"))
    sheet.items("Controlled By", owners)


def _conditions(sheet: Sheet, found: Object, *columns: str) -> None:
    fields = {"Type": "type", "Status": "status", "Reason": "reason", "Message": "message"}
    wanted = columns or ("Type", "Status", "Reason")
    rows = [
        tuple(str(at(each, f"/{fields[column]}") or "") for column in wanted)
        for each in listed(found, "/status/conditions")
    ]
    if rows:
        sheet.table("Conditions", wanted, rows)
    for each in listed(found, "/status/conditions"):
        bad = at(each, "/status") != ("False" if str(at(each, "/type")) in BAD_WHEN_TRUE else "True")
        if bad and "Message" not in wanted:
            sheet.put(f"  {at(each, '/type')}", at(each, "/message"))


BAD_WHEN_TRUE: Final = frozenset(
    {"MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable", "ReplicaFailure", "Failed"}
)


def _deployment(sheet: Sheet, found: Object, now: datetime) -> None:
    _head(sheet, found, now)
    sheet.put("Selector", _selector(found))
    status = mapped(found, "/status")
    desired = at(found, "/spec/replicas")
    counts = {
        "desired": 1 if desired is None else desired,
        "updated": status.get("updatedReplicas", 0),
        "total": status.get("replicas", 0),
        "available": status.get("availableReplicas", 0),
        "unavailable": status.get("unavailableReplicas", 0),
    }
    sheet.put("Replicas", " | ".join(f"{count} {word}" for word, count in counts.items()))
    sheet.put("Paused", "yes" if at(found, "/spec/paused") else "")
    sheet.put("StrategyType", at(found, "/spec/strategy/type"))
    rolling = mapped(found, "/spec/strategy/rollingUpdate")
    if rolling:
        unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
        sheet.put("RollingUpdateStrategy", f"{unavailable} max unavailable, {surge} max surge")
    _template(sheet, found, now)
    _conditions(sheet, found)


def _stateful_set(sheet: Sheet, found: Object, now: datetime) -> None:
    _head(sheet, found, now)
    sheet.put("Selector", _selector(found))
    desired = at(found, "/spec/replicas")
    total = at(found, "/status/replicas") or 0
    sheet.put("Replicas", f"{1 if desired is None else desired} desired | {total} total")
    ready = f"{at(found, '/status/readyReplicas') or 0} ready | {at(found, '/status/updatedReplicas') or 0} updated"
    sheet.put("Pods", ready)
    sheet.put("Update Strategy", at(found, "/spec/updateStrategy/type"))
    sheet.put("  Partition", at(found, "/spec/updateStrategy/rollingUpdate/partition"))
    _template(sheet, found, now)
    claims = (
        f"{at(each, '/metadata/name')} {at(each, '/spec/resources/requests/storage')}"
        for each in listed(found, "/spec/volumeClaimTemplates")
    )
    sheet.items("Volume Claims", claims)
    _conditions(sheet, found)


def _daemon_set(sheet: Sheet, found: Object, now: datetime) -> None:
    _head(sheet, found, now)
    sheet.put("Selector", _selector(found))
    status = mapped(found, "/status")
    for label, field in (
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ):
        sheet.put(label, status.get(field, 0))
    sheet.put("Update Strategy", at(found, "/spec/updateStrategy/type"))
    _template(sheet, found, now)
    _conditions(sheet, found)


def _replica_set(sheet: Sheet, found: Object, now: datetime) -> None:
    _head(sheet, found, now)
    sheet.put("Selector", _selector(found))
    sheet.put("Replicas", f"{at(found, '/status/replicas') or 0} current / {at(found, '/spec/replicas')} desired")
    sheet.put("Ready", at(found, "/status/readyReplicas") or 0)
    _template(sheet, found, now)
    _conditions(sheet, found)


def _template(sheet: Sheet, found: Object, now: datetime) -> None:
    inner = sheet.part("Pod Template")
    spec = at(found, "/spec/template/spec")
    inner.put("Service Account", at(spec, "/serviceAccountName"))
    describe_containers(inner, spec, None, now)
    describe_volumes(inner, spec)
    describe_scheduling(inner, spec)


def _pod(sheet: Sheet, found: Object, now: datetime) -> None:
    spec, status = mapped(found, "/spec"), mapped(found, "/status")
    sheet.put("Priority", spec.get("priority"))
    sheet.put("Service Account", spec.get("serviceAccountName"))
    sheet.put("Node", spec.get("nodeName") or NONE)
    _head(sheet, found, now)
    sheet.put("Status", status.get("phase"))
    sheet.put("Reason", status.get("reason"))
    sheet.put("Message", status.get("message"))
    sheet.put("IP", status.get("podIP"))
    describe_containers(sheet, spec, status, now)
    _conditions(sheet, found, "Type", "Status")
    describe_volumes(sheet, spec)
    sheet.put("QoS Class", status.get("qosClass"))
    describe_scheduling(sheet, spec)


def _node(sheet: Sheet, found: Object, now: datetime) -> None:
    sheet.put("Roles", node_roles({key: str(value) for key, value in mapped(found, "/metadata/labels").items()}))
    _head(sheet, found, now)
    taints = (
        f"{at(each, '/key')}{'=' if at(each, '/value') else ''}{at(each, '/value') or ''}:{at(each, '/effect')}"
        for each in listed(found, "/spec/taints")
    )
    sheet.put("Taints", ", ".join(taints) or NONE)
    sheet.put("Unschedulable", str(at(found, "/spec/unschedulable") is True).lower())
    _conditions(sheet, found)
    sheet.items("Addresses", (f"{at(e, '/type')} {at(e, '/address')}" for e in listed(found, "/status/addresses")))
    for label in ("Capacity", "Allocatable"):
        resources = mapped(found, f"/status/{label.lower()}")
        sheet.items(label, (f"{key} {value}" for key, value in sorted(resources.items())))
    info = mapped(found, "/status/nodeInfo")
    for label, field in (
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    ):
        sheet.put(label, info.get(field))
    sheet.put("ProviderID", at(found, "/spec/providerID"))


def _service(sheet: Sheet, found: Object, now: datetime) -> None:
    _head(sheet, found, now)
    spec = mapped(found, "/spec")
    sheet.mapping("Selector", spec.get("selector"))
    for label, field in (("Type", "type"), ("IP", "clusterIP"), ("External Name", "externalName")):
        sheet.put(label, spec.get(field))
    entries = listed(found, "/status/loadBalancer/ingress")
    sheet.items("LoadBalancer Ingress", (at(each, "/hostname") or at(each, "/ip") for each in entries))
    for port in listed(found, "/spec/ports"):
        node = f", node port {port['nodePort']}" if at(port, "/nodePort") else ""
        target = at(port, "/targetPort") or at(port, "/port")
        protocol = at(port, "/protocol") or "TCP"
        sheet.put("Port", f"{at(port, '/name') or '<unset>'} {at(port, '/port')}/{protocol} → {target}{node}")
    sheet.put("Session Affinity", spec.get("sessionAffinity"))
    sheet.put("External Traffic Policy", spec.get("externalTrafficPolicy"))


def _config_map(sheet: Sheet, found: Object, now: datetime) -> None:
    _head(sheet, found, now)
    rows = [(key, f"{len(str(value).encode())} bytes") for key, value in sorted(mapped(found, "/data").items())]
    rows += [(key, f"{len(str(value)) * 3 // 4} bytes") for key, value in sorted(mapped(found, "/binaryData").items())]
    sheet.table("Data (values are not shown)", ("KEY", "SIZE"), rows)


def _fields(sheet: Sheet, found: Object, now: datetime) -> None:
    """Any kind: everything but the bookkeeping, by the names of the API."""
    _head(sheet, found, now)
    shown = redacted(found)
    for key, value in (shown if isinstance(shown, dict) else {}).items():
        if key not in ("metadata", "kind", "apiVersion"):
            _field(sheet, key, value)


def _field(sheet: Sheet, key: str, value: Any) -> None:
    if isinstance(value, dict) and value and sheet.depth < DEEPEST:
        inner = sheet.part(key)
        for name, each in value.items():
            _field(inner, name, each)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value) and sheet.depth < DEEPEST:
        for each in value:
            _field(sheet, key, each)
    elif isinstance(value, list):
        sheet.items(key, value)
    elif value not in ({}, None):
        sheet.put(key, value)


def _selector(found: Object) -> str:
    said = at(found, "/spec/selector")
    return selector_words(msgspec.convert(said, Selector)) if isinstance(said, dict) else NONE


DESCRIBERS: Final[dict[Kind, Describer]] = {
    kinds.DEPLOYMENT: _deployment,
    kinds.STATEFULSET: _stateful_set,
    kinds.DAEMONSET: _daemon_set,
    kinds.REPLICASET: _replica_set,
    kinds.POD: _pod,
    kinds.NODE: _node,
    kinds.SERVICE: _service,
    kinds.CONFIG_MAP: _config_map,
}
