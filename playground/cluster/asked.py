"""A request's address and verb as the API server reads them (apiserver `request.RequestInfo`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from playground.cluster.resources import BY_ADDRESS, Resource
from playground.cluster.selection import exact_name
from playground.cluster.wire import Json

VERBS: Final = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
TRUE: Final = frozenset({"1", "true", "True", "TRUE", "t", "T"})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request is about. `group`, `resource` and the rest are empty for a path that is no resource."""

    path: str
    verb: str
    group: str = ""
    version: str = ""
    plural: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def is_resource(self) -> bool:
        return bool(self.plural)

    @property
    def resource(self) -> Resource | None:
        return BY_ADDRESS.get((self.group, self.version, self.plural))

    def reference(self) -> Json:
        """The audit log's `objectRef`."""
        found = {
            "resource": self.plural,
            "namespace": self.namespace,
            "name": self.name,
            "apiGroup": self.group,
            "apiVersion": self.version,
            "subresource": self.subresource,
        }
        return {key: value for key, value in found.items() if value}


def read_address(method: str, path: str, query: Mapping[str, str]) -> Asked:
    """Never raises: a path that is no resource is asked with its method as verb."""
    parts = [part for part in path.split("/") if part]
    if len(parts) >= 3 and parts[0] == "api":
        group, version, rest = "", parts[1], parts[2:]
    elif len(parts) >= 4 and parts[0] == "apis":
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return Asked(path=path, verb=method.lower())
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
        # /namespaces/NAME and its own subresources are about the namespace itself.
        if len(rest) > 2 and rest[2] not in ("status", "finalize"):
            rest = rest[2:]
    plural, name, subresource = [*rest, "", ""][:3]
    verb = VERBS.get(method, "get")
    if verb == "get" and not name:
        verb = "watch" if query.get("watch") in TRUE else "list"
        name = exact_name(query.get("fieldSelector", ""))
    elif verb == "delete" and not name:
        verb = "deletecollection"
    return Asked(
        path=path,
        verb=verb,
        group=group,
        version=version,
        plural=plural,
        subresource="/".join([subresource, *rest[3:]]) if subresource else "",
        namespace=namespace,
        name=name,
    )
