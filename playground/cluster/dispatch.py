"""From an authorized request to its answer: which verb on which resource does what, and 501 for what none does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final

from playground.cluster.asked import Asked
from playground.cluster.budgets import evict
from playground.cluster.lists import listed
from playground.cluster.patches import apply_patch
from playground.cluster.problems import (
    bad_request,
    invalid_options,
    method_not_allowed,
    no_such_path,
    not_found,
    not_simulated,
)
from playground.cluster.rbac import Authorizer
from playground.cluster.resources import BY_ADDRESS, RBAC, UNSERVED, Resource
from playground.cluster.reviews import KINDS, answer_review
from playground.cluster.scales import scale_of, write_scale
from playground.cluster.users import MASTERS, User, account_user
from playground.cluster.wire import Json
from playground.cluster.writes import Writer, Writes

PROTOBUF: Final = "application/vnd.kubernetes.protobuf"
MANAGER_LENGTH: Final = 128
OPTIONS: Final = {
    "create": "CreateOptions",
    "update": "UpdateOptions",
    "patch": "PatchOptions",
    "delete": "DeleteOptions",
}


@final
class NoSuchGroup(Exception):
    """Nothing is served under that group and version: a plain text, no Status."""


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A request after authentication and authorization. `user` is who it is done as."""

    asked: Asked
    user: User
    query: Mapping[str, str]
    content_type: str = ""
    agent: str = ""
    body: Any = None

    @property
    def writer(self) -> Writer:
        """Raises `Problem` 400 for a dry run or field manager that there is not."""
        dry_run = self.query.get("dryRun", "")
        if dry_run not in ("", "All"):
            message = f'Unsupported value: ["{dry_run}"]: supported values: "All"'
            raise invalid_options(OPTIONS[self.asked.verb], "dryRun", message)
        manager = self.query.get("fieldManager") or self.agent.split("/", 1)[0] or "unknown"
        if len(manager) > MANAGER_LENGTH:
            raise bad_request(f"fieldManager: Too long: may not be more than {MANAGER_LENGTH} bytes")
        return Writer(manager=manager, dry_run=bool(dry_run), patches=self.asked.verb == "patch")

    def object(self) -> Json:
        """The body, which must be an object of the kind that the address says."""
        if not isinstance(self.body, dict):
            raise bad_request("the body of the request is no object")
        resource = self.asked.resource
        kind, version = self.body.get("kind"), self.body.get("apiVersion")
        fits = resource is None or (kind in (None, "", resource.kind) and version in (None, "", resource.api_version))
        if resource is not None and not self.asked.subresource and not fits:
            if resource.custom and version not in (None, "", resource.api_version):
                expected = f"does not match the expected API version ({resource.api_version})"
                raise bad_request(f"the API version in the data ({version}) {expected}")
            message = (
                f'{kind} in version "{version}" cannot be handled as a {resource.kind}: converting '
                f"({version}.{kind}) to ({resource.group or 'core'}.{resource.kind}): unknown conversion"
            )
            raise bad_request(message)
        return self.body


@dataclass(frozen=True, kw_only=True)
class Outcome:
    status: int
    body: Any
    warnings: tuple[str, ...] = ()


@final
class Dispatch:
    """Everything but watches and logs, which are streams."""

    def __init__(self, writes: Writes, authorizer: Authorizer, *, issue: Any) -> None:
        self._writes, self._store, self._authorizer = writes, writes.store, authorizer
        self._issue = issue

    def answer(self, incoming: Incoming) -> Outcome:
        """Raises `Problem`."""
        asked = incoming.asked
        if (asked.group, asked.plural) in KINDS and asked.version == "v1":
            if asked.verb != "create":
                raise method_not_allowed()
            body = incoming.object()
            found = answer_review(
                asked.group,
                asked.plural,
                body,
                user=incoming.user,
                authorizer=self._authorizer,
                manager=incoming.writer.manager,
                at=self._writes.pace.stamp(),
            )
            return Outcome(status=201, body=found)
        resource = served(asked)
        if resource.namespaced and not asked.namespace and asked.verb not in ("list", "watch"):
            raise method_not_allowed() if not asked.name else no_such_path()
        if asked.subresource:
            return self._subresource(resource, incoming)
        namespace = asked.namespace if resource.namespaced else ""
        if asked.verb == "get":
            return Outcome(status=200, body=self._writes.current(resource, namespace, asked.name))
        if asked.verb == "list":
            return Outcome(status=200, body=listed(self._store, resource, namespace, incoming.query))
        if not asked.name and asked.verb in ("update", "patch"):
            raise method_not_allowed()
        if asked.verb == "deletecollection":
            raise not_simulated("the deletion of a whole collection")
        if resource.group == RBAC and MASTERS not in incoming.user.groups:
            raise not_simulated("changes of roles by others than system:masters, for it checks no escalation")
        return self._write(resource, namespace, incoming)

    def _write(self, resource: Resource, namespace: str, incoming: Incoming) -> Outcome:
        asked, writer = incoming.asked, incoming.writer
        if asked.verb == "create":
            if asked.name:
                raise method_not_allowed()
            found = self._writes.create(resource, namespace, incoming.object(), writer)
            return Outcome(status=201, body=found, warnings=tuple(writer.warnings))
        if asked.verb == "delete":
            options = incoming.body or {}
            # A body counts alone: the query of such a deletion is ignored, but for what has none.
            dry_run = "All" in (options.get("dryRun") or ()) or (not options and writer.dry_run)
            if not options and incoming.query.get("gracePeriodSeconds", "").isdecimal():
                options = {"gracePeriodSeconds": int(incoming.query["gracePeriodSeconds"])}
            if not options and incoming.query.get("propagationPolicy"):
                options = {"propagationPolicy": incoming.query["propagationPolicy"]}
            found = self._writes.delete(resource, namespace, asked.name, options, dry_run=dry_run)
            return Outcome(status=200, body=found)
        body = self._body(resource, namespace, incoming)
        found = self._writes.update(resource, namespace, asked.name, body, writer)
        return Outcome(status=200, body=found, warnings=tuple(writer.warnings))

    def _body(self, resource: Resource, namespace: str, incoming: Incoming) -> Json:
        asked = incoming.asked
        if asked.verb == "update":
            return incoming.object()
        before = self._writes.current(resource, namespace, asked.name)
        return apply_patch(incoming.content_type, before, incoming.body)

    def _subresource(self, resource: Resource, incoming: Incoming) -> Outcome:
        asked = incoming.asked
        if asked.subresource not in resource.subresources:
            raise not_found(resource, asked.name) if resource.custom else _unknown(resource, asked.subresource)
        namespace = asked.namespace if resource.namespaced else ""
        if asked.subresource == "status":
            return self._status(resource, namespace, incoming)
        if asked.subresource == "scale":
            return self._scale(resource, namespace, incoming)
        if asked.verb != "create":
            raise method_not_allowed()
        body = incoming.object()
        if asked.subresource == "eviction":
            named = (body.get("metadata") or {}).get("name")
            if named not in (None, "", asked.name):
                raise bad_request("name in URL does not match name in Eviction object")
            found = evict(self._writes, namespace, asked.name, body, dry_run=incoming.writer.dry_run)
            return Outcome(status=201, body=found)
        return Outcome(status=201, body=self._token(resource, namespace, asked.name, body))

    def _status(self, resource: Resource, namespace: str, incoming: Incoming) -> Outcome:
        asked = incoming.asked
        if asked.verb == "get":
            return Outcome(status=200, body=self._writes.current(resource, namespace, asked.name))
        if asked.verb not in ("patch", "update"):
            raise method_not_allowed()
        body = self._body(resource, namespace, incoming)
        found = self._writes.update(resource, namespace, asked.name, body, incoming.writer, "status")
        return Outcome(status=200, body=found)

    def _scale(self, resource: Resource, namespace: str, incoming: Incoming) -> Outcome:
        asked = incoming.asked
        found = self._writes.current(resource, namespace, asked.name)
        scale = scale_of(resource, found)
        if asked.verb == "get":
            return Outcome(status=200, body=scale)
        if asked.verb == "patch":
            wanted = apply_patch(incoming.content_type, scale, incoming.body)
        elif asked.verb == "update":
            wanted = incoming.object()
        else:
            raise method_not_allowed()
        return Outcome(status=200, body=write_scale(self._writes, resource, found, wanted, incoming.writer))

    def _token(self, resource: Resource, namespace: str, name: str, body: Json) -> Json:
        account = self._writes.current(resource, namespace, name)
        token = self._issue(account_user(namespace, name, account["metadata"]["uid"]))
        seconds = (body.get("spec") or {}).get("expirationSeconds", 3600)
        status = {"token": token, "expirationTimestamp": self._writes.pace.stamp_after(seconds)}
        metadata = {"name": name, "namespace": namespace, "creationTimestamp": self._writes.pace.stamp()}
        return {
            "kind": "TokenRequest",
            "apiVersion": "authentication.k8s.io/v1",
            "metadata": metadata,
            "spec": {"audiences": ["https://kubernetes.default.svc"], "expirationSeconds": seconds},
            "status": status,
        }


def served(asked: Asked) -> Resource:
    """Raises `Problem`: 501 for what the real server has, 404 for what is nowhere."""
    found = asked.resource
    if found is not None:
        return found
    if (asked.group, asked.plural) in UNSERVED:
        raise not_simulated(f"{asked.plural} of {asked.group or 'the core group'}/{asked.version}")
    if any((group, version) == (asked.group, asked.version) for group, version, _ in BY_ADDRESS):
        raise no_such_path()
    raise NoSuchGroup


def _unknown(resource: Resource, subresource: str) -> Exception:
    known = {
        *("attach", "binding", "ephemeralcontainers", "exec", "portforward", "proxy", "resize"),
        *("finalize", "approval"),
    }
    if subresource.split("/")[0] in known:
        return not_simulated(f"{resource.plural}/{subresource}")
    return no_such_path()
