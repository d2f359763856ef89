"""The `scale` subresource: a view on replicas, read and written as `autoscaling/v1` Scale."""

from __future__ import annotations

from dataclasses import replace

from playground.cluster.problems import Problem, conflict, invalid
from playground.cluster.resources import Resource
from playground.cluster.wire import Json
from playground.cluster.writes import Writer, Writes


def scale_of(resource: Resource, found: Json) -> Json:
    """The Scale of a workload; a custom one says itself where its replicas and its selector are."""
    metadata = {
        key: found["metadata"][key]
        for key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
        if key in found["metadata"]
    }
    replicas, status = found["spec"].get("replicas", 0), found.get("status") or {}
    counted, selected = resource.scaled if resource.custom else ("replicas", "")
    selector = status.get(selected) if selected else written_selector(found["spec"].get("selector") or {})
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": {"replicas": replicas} if replicas else {},
        "status": {"replicas": status.get(counted, 0)} | ({"selector": selector} if selector else {}),
    }


def written_selector(selector: Json) -> str:
    """A label selector as one line."""
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for each in selector.get("matchExpressions") or []:
        values = ",".join(sorted(each.get("values") or []))
        parts.append(
            {
                "In": f"{each['key']} in ({values})",
                "NotIn": f"{each['key']} notin ({values})",
                "Exists": each["key"],
                "DoesNotExist": f"!{each['key']}",
            }[each["operator"]]
        )
    return ",".join(parts)


def write_scale(writes: Writes, resource: Resource, found: Json, scale: Json, writer: Writer) -> Json:
    """Raises `Problem`: 409 for another version or uid, 422 for a negative number."""
    metadata, known = scale.get("metadata") or {}, found["metadata"]
    if metadata.get("uid") not in (None, "", known["uid"]):
        why = f"Precondition failed: UID in precondition: {metadata['uid']}, UID in object meta: {known['uid']}"
        raise conflict(replace(resource, plural=f"{resource.plural}/scale"), known["name"], why)
    if metadata.get("resourceVersion") not in (None, "", known["resourceVersion"]):
        raise conflict(resource, known["name"])
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    if not isinstance(replicas, int) or replicas < 0:
        raise _negative(resource, known["name"], replicas)

    def change(it: Json) -> None:
        it["spec"]["replicas"] = replicas

    written = writes.change(resource, known.get("namespace", ""), known["name"], change, writer, "scale")
    return scale_of(resource, written)


def _negative(resource: Resource, name: str, replicas: object) -> Problem:
    if resource.custom:
        why = f"Invalid value: {replicas}: should be a non-negative integer"
        return invalid(resource, name, [("FieldValueInvalid", why, ".spec.replicas")])
    why = f"Invalid value: {replicas}: must be greater than or equal to 0"
    kind = Resource(kind="Scale", plural="scales", group="autoscaling")
    return invalid(kind, name, [("FieldValueInvalid", why, "spec.replicas")])
