"""Rows of what is around pods: network, configuration, storage, nodes, namespaces, events."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.operations.ages import UNKNOWN, age
from bot.operations.printers.around import (
    Claim,
    ConfigMap,
    EndpointSlice,
    Event,
    Ingress,
    Namespace,
    Node,
    Port,
    Quota,
    Service,
)
from bot.operations.printers.workloads import NONE, labels_words

ROLE: Final = "node-role.kubernetes.io/"
MODES: Final = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def service_cells(found: Service, now: datetime) -> tuple[str, ...]:
    """A Service; EXTERNAL-IP is pending while a load balancer has none."""
    return (
        found.metadata.name,
        found.spec.type,
        found.spec.cluster_ip or NONE,
        _external(found),
        ",".join(_port(port) for port in found.spec.ports or ()) or NONE,
        age(found.metadata.creation_timestamp, now),
        labels_words(found.spec.selector),
    )


def ingress_cells(found: Ingress, now: datetime) -> tuple[str, ...]:
    """An Ingress; at most three hosts are named."""
    hosts = [rule.host for rule in found.spec.rules or () if rule.host]
    more = len(found.spec.rules or ()) - 3
    return (
        found.metadata.name,
        found.spec.ingress_class_name or NONE,
        (",".join(hosts[:3]) or "*") + (f" + {more} more..." if more > 0 and len(hosts) > 3 else ""),
        ",".join(found.status.load_balancer.addresses),
        "80, 443" if found.spec.tls else "80",
        age(found.metadata.creation_timestamp, now),
    )


def endpoint_slice_cells(found: EndpointSlice, now: datetime) -> tuple[str, ...]:
    """An EndpointSlice; at most three ports and addresses are named."""
    addresses = [address for endpoint in found.endpoints or () for address in endpoint.addresses or ()]
    ports = [str(port.port) if port.port is not None else "*" for port in found.ports or ()]
    return (
        found.metadata.name,
        found.address_type,
        _some(ports, "<unset>"),
        _some(addresses, "<unset>"),
        age(found.metadata.creation_timestamp, now),
    )


def config_map_cells(found: ConfigMap, now: datetime) -> tuple[str, ...]:
    """A ConfigMap: how many values it has."""
    size = len(found.data or {}) + len(found.binary_data or {})
    return found.metadata.name, str(size), age(found.metadata.creation_timestamp, now)


def node_cells(found: Node, now: datetime) -> tuple[str, ...]:
    """A Node."""
    info = found.status.node_info
    addresses = {each.type: each.address for each in reversed(found.status.addresses or ())}
    return (
        found.metadata.name,
        node_status(found),
        node_roles(found.metadata.labels or {}),
        age(found.metadata.creation_timestamp, now),
        info.kubelet_version,
        addresses.get("InternalIP", NONE),
        addresses.get("ExternalIP", NONE),
        info.os_image or UNKNOWN,
        f"{info.kernel_version} ({info.architecture})" if info.architecture else info.kernel_version or UNKNOWN,
        info.container_runtime_version or UNKNOWN,
    )


def node_status(found: Node) -> str:
    """Ready, NotReady or Unknown, and whether it is cordoned."""
    ready = next((each.status for each in found.status.conditions or () if each.type == "Ready"), None)
    word = {None: "Unknown", "True": "Ready"}.get(ready, "NotReady")
    return f"{word},SchedulingDisabled" if found.spec.unschedulable else word


def node_well(found: Node) -> bool:
    """Ready and not cordoned."""
    return node_status(found) == "Ready"


def node_roles(labels: dict[str, str]) -> str:
    """Roles by the labels `node-role.kubernetes.io/ROLE` and `kubernetes.io/role`."""
    roles = {key.removeprefix(ROLE) for key in labels if key.startswith(ROLE)} - {""}
    named = labels.get("kubernetes.io/role")
    return ",".join(sorted(roles | ({named} if named else set()))) or NONE


def namespace_cells(found: Namespace, now: datetime) -> tuple[str, ...]:
    """A Namespace."""
    return found.metadata.name, found.status.phase, age(found.metadata.creation_timestamp, now)


def namespace_well(found: Namespace) -> bool:
    """Not on its way out."""
    return found.status.phase != "Terminating"


def quota_cells(found: Quota, now: datetime) -> tuple[str, ...]:
    """A ResourceQuota: used of hard, requests apart from limits."""
    used = found.status.used or {}
    words = [(key, f"{key}: {used.get(key, '0')}/{value}") for key, value in sorted((found.status.hard or {}).items())]
    limits = ", ".join(word for key, word in words if key.startswith("limits."))
    others = ", ".join(word for key, word in words if not key.startswith("limits."))
    return found.metadata.name, others, limits, age(found.metadata.creation_timestamp, now)


def claim_cells(found: Claim, now: datetime) -> tuple[str, ...]:
    """A PersistentVolumeClaim; size and modes are those of the bound volume."""
    bound = bool(found.spec.volume_name)
    return (
        found.metadata.name,
        claim_phase(found),
        found.spec.volume_name,
        (found.status.capacity or {}).get("storage", "0") if bound else "",
        ",".join(MODES.get(mode, mode) for mode in found.status.access_modes or ()) if bound else "",
        found.spec.storage_class_name,
        found.spec.volume_attributes_class_name or "<unset>",
        age(found.metadata.creation_timestamp, now),
        found.spec.volume_mode or "<unset>",
    )


def claim_phase(found: Claim) -> str:
    """Its phase, or Terminating."""
    return "Terminating" if found.metadata.terminating else found.status.phase


def claim_well(found: Claim) -> bool:
    """Bound."""
    return claim_phase(found) == "Bound"


def event_seen(found: Event) -> datetime | None:
    """When it was last seen: the series' last moment, the last timestamp, or the moment of a new-style event."""
    if found.series is not None and found.series.last_observed_time is not None:
        return found.series.last_observed_time
    return found.last_timestamp or found.event_time or found.metadata.creation_timestamp


def event_count(found: Event) -> int:
    """How often it was seen, at least once."""
    return max(found.series.count if found.series is not None else 0, found.count, 1)


def event_cells(found: Event, now: datetime) -> tuple[str, ...]:
    """In kubectl's wide order; SUBOBJECT, SOURCE, FIRST SEEN, COUNT and NAME are for `-o wide`."""
    regarding = found.involved_object
    component = found.source.component or found.reporting_component
    host = found.source.host or found.reporting_instance
    return (
        age(event_seen(found), now),
        found.type,
        found.reason,
        f"{regarding.kind.lower()}/{regarding.name}",
        regarding.field_path,
        ", ".join(part for part in (component, host) if part),
        found.message.strip(),
        age(found.first_timestamp or found.event_time, now),
        str(event_count(found)),
        found.metadata.name,
    )


def event_well(found: Event) -> bool:
    """No warning."""
    return found.type != "Warning"


def _external(found: Service) -> str:
    spec = found.spec
    if spec.type == "ExternalName":
        return spec.external_name
    balanced = found.status.load_balancer.addresses if spec.type == "LoadBalancer" else []
    known = [*balanced, *(spec.external_ips or ())]
    return ",".join(known) or ("<pending>" if spec.type == "LoadBalancer" else NONE)


def _port(port: Port) -> str:
    node = f":{port.node_port}" if port.node_port else ""
    return f"{port.port}{node}/{port.protocol}"


def _some(words: list[str], empty: str) -> str:
    shown = ",".join(words[:3]) or empty
    return f"{shown} + {len(words) - 3} more..." if len(words) > 3 else shown
