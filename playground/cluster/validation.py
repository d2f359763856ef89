"""What the API server refuses as invalid, as far as changes by operations can run into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from playground.cluster.container_resources import resource_causes
from playground.cluster.policy_validation import policy_causes
from playground.cluster.problems import invalid
from playground.cluster.resources import (
    APPLICATIONS,
    DAEMON_SETS,
    DEPLOYMENTS,
    PODS,
    REPLICA_SETS,
    STATEFUL_SETS,
    Resource,
)
from playground.cluster.selection import matches_selector
from playground.cluster.unserved_parts import check_served
from playground.cluster.wire import Json, equal

Cause = tuple[str, str, str]
SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
NAME_MESSAGE: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
WORKLOADS: Final = frozenset({DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, DAEMON_SETS})
IMMUTABLE: Final = "field is immutable"
STATEFUL_CHANGES: Final = frozenset(
    {
        *("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit"),
        *("persistentVolumeClaimRetentionPolicy", "minReadySeconds"),
    }
)
POD_CHANGES: Final = frozenset({"activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations"})
DESTINED: Final = ("destination", "project")
RBAC_NAMES: Final = "rbac.authorization.k8s.io"


def validate(resource: Resource, after: Json, before: Json | None) -> None:
    """Raises `Problem` 422 with every cause."""
    check_served(resource, after, before)
    causes = list(_causes(resource, after, before))
    if causes:
        raise invalid(resource, after["metadata"].get("name", ""), causes)


def _causes(resource: Resource, after: Json, before: Json | None) -> Iterator[Cause]:
    yield from _names(resource, after)
    yield from policy_causes(resource, after)
    if resource is APPLICATIONS:
        yield from _application(after.get("spec"))
    spec = after.get("spec") or {}
    if "replicas" in spec and (not isinstance(spec["replicas"], int) or spec["replicas"] < 0):
        yield _bad("spec.replicas", spec["replicas"], "must be greater than or equal to 0")
    if resource in WORKLOADS:
        yield from _workload(resource, spec, (before or {}).get("spec"))
    if resource is PODS:
        yield from _pod_spec(spec, "spec")
        if before is not None and not equal(_fixed(before["spec"]), _fixed(spec)):
            message = (
                "pod updates may not change fields other than `spec.containers[*].image`,"
                "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` "
                "(only additions to existing tolerations),`spec.terminationGracePeriodSeconds` "
                "(allow it to be set to 1 if it was previously negative)"
            )
            yield "FieldValueForbidden", f"Forbidden: {message}", "spec"


def _names(resource: Resource, after: Json) -> Iterator[Cause]:
    name = after["metadata"].get("name", "")
    if not name:
        yield "FieldValueRequired", "Required value: name or generateName is required", "metadata.name"
    elif resource.group != RBAC_NAMES and (len(name) > 253 or not SUBDOMAIN.fullmatch(name)):
        yield _bad("metadata.name", name, NAME_MESSAGE)


def _application(spec: Json | None) -> Iterator[Cause]:
    """What Argo CD's definition asks for: `manifests/crds/application-crd.yaml` 3.3."""
    required = ("spec",) if spec is None else tuple(f"spec.{each}" for each in DESTINED if spec.get(each) is None)
    for field in required:
        yield "FieldValueRequired", "Required value", field


def _workload(resource: Resource, spec: Json, before: Json | None) -> Iterator[Cause]:
    selector, template = spec.get("selector"), spec.get("template") or {}
    if selector is None:
        yield "FieldValueRequired", "Required value", "spec.selector"
    elif not matches_selector(selector, (template.get("metadata") or {}).get("labels") or {}):
        labels = (template.get("metadata") or {}).get("labels") or {}
        shown = msgspec.json.encode(labels).decode()
        yield (
            "FieldValueInvalid",
            f"Invalid value: {shown}: `selector` does not match template `labels`",
            "spec.template.metadata.labels",
        )
    if before is not None and not equal(before.get("selector"), selector):
        yield _bad("spec.selector", selector, IMMUTABLE)
    if before is not None and resource is STATEFUL_SETS:
        others = before.keys() | spec.keys()
        if any(not equal(before.get(key), spec.get(key)) for key in others - STATEFUL_CHANGES - {"selector"}):
            message = (
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                "'minReadySeconds' are forbidden"
            )
            yield "FieldValueForbidden", f"Forbidden: {message}", "spec"
    yield from _pod_spec(template.get("spec") or {}, "spec.template.spec")
    policy = (template.get("spec") or {}).get("restartPolicy")
    if policy != "Always":
        message = f'Unsupported value: "{policy}": supported values: "Always"'
        yield "FieldValueNotSupported", message, "spec.template.spec.restartPolicy"


def _pod_spec(spec: Json, place: str) -> Iterator[Cause]:
    containers = spec.get("containers") or []
    if not containers:
        yield "FieldValueRequired", "Required value", f"{place}.containers"
    seen: set[str] = set()
    for index, each in enumerate(containers):
        at = f"{place}.containers[{index}]"
        if not each.get("name"):
            yield "FieldValueRequired", "Required value", f"{at}.name"
        elif each["name"] in seen:
            yield "FieldValueDuplicate", f'Duplicate value: "{each["name"]}"', f"{at}.name"
        seen.add(each.get("name", ""))
        image = each.get("image") or ""
        if not image:
            yield "FieldValueRequired", "Required value", f"{at}.image"
        elif image != image.strip():
            yield _bad(f"{at}.image", image, "must not have leading or trailing whitespace")
        yield from resource_causes(each, at)


def _fixed(spec: Json) -> Json:
    """A pod's spec without what may change."""
    fixed = {key: value for key, value in spec.items() if key not in POD_CHANGES}
    for kind in ("containers", "initContainers"):
        fixed[kind] = [
            {key: value for key, value in each.items() if key not in ("image", "resources")}
            for each in spec.get(kind) or []
        ]
    return fixed


def _bad(field: str, value: Any, message: str) -> Cause:
    shown = msgspec.json.encode(value).decode()
    return "FieldValueInvalid", f"Invalid value: {shown}: {message}", field
