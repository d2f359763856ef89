"""What is not valid in an autoscaler, a budget, a Service or the Pod Security levels of a namespace.

Rules: k8s.io/kubernetes `pkg/apis/{autoscaling,policy,core}/validation` and k8s.io/pod-security-admission, 1.36.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from playground.cluster.pod_security import LABEL, LEVELS, VERSION
from playground.cluster.resources import AUTOSCALERS, BUDGETS, NAMESPACES, SERVICES, Resource
from playground.cluster.wire import Json, labels_of

Cause = tuple[str, str, str]
PERCENT: Final = re.compile(r"[0-9]+%")
NO_PERCENT: Final = (
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for "
    "validation is '[0-9]+%')"
)
HIGHEST: Final = 65535


def policy_causes(resource: Resource, found: Json) -> Iterator[Cause]:
    """Nothing for all other kinds."""
    causes = CAUSES.get(resource)
    return causes(found) if causes is not None else iter(())


def _autoscaler(found: Json) -> Iterator[Cause]:
    spec = found.get("spec") or {}
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas", 0)
    if least < 1:
        yield _bad("spec.minReplicas", least, "must be greater than or equal to 1")
    if most < 1:
        yield "FieldValueRequired", "Required value: must be set and greater than 0", "spec.maxReplicas"
    if most < least:
        yield _bad("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`")
    target = spec.get("scaleTargetRef") or {}
    for key in ("kind", "name"):
        if not target.get(key):
            yield "FieldValueRequired", "Required value", f"spec.scaleTargetRef.{key}"
    version = target.get("apiVersion", "")
    if "/" not in version:
        yield _bad("spec.scaleTargetRef.apiVersion", version, "apiVersion must specify API group")
    if least == 0 and all(each["type"] not in ("Object", "External") for each in spec.get("metrics") or ()):
        why = "must specify at least one Object or External metric to support scaling to zero replicas"
        yield "FieldValueForbidden", f"Forbidden: {why}", "spec.metrics"


def _budget(found: Json) -> Iterator[Cause]:
    spec = found.get("spec") or {}
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    if least is not None and most is not None:
        written = {
            "MinAvailable": least,
            "Selector": spec.get("selector"),
            "MaxUnavailable": most,
            "UnhealthyPodEvictionPolicy": spec.get("unhealthyPodEvictionPolicy"),
        }
        yield _bad("spec", written, "minAvailable and maxUnavailable cannot be both set")
    for key in ("minAvailable", "maxUnavailable"):
        if spec.get(key) is not None:
            yield from _share(spec[key], f"spec.{key}")


def _share(value: Any, field: str) -> Iterator[Cause]:
    """A number of pods, or a part of them."""
    if isinstance(value, int):
        if value < 0:
            yield _bad(field, value, "must be greater than or equal to 0")
    elif not PERCENT.fullmatch(value):
        yield _bad(field, value, NO_PERCENT)
    elif int(value[:-1]) > 100:
        yield _bad(field, value, "must not be greater than 100%")


def _service(found: Json) -> Iterator[Cause]:
    spec = found.get("spec") or {}
    ports = spec.get("ports") or ()
    if not ports and spec.get("clusterIP") != "None" and spec.get("type") != "ExternalName":
        yield "FieldValueRequired", "Required value", "spec.ports"
    for index, each in enumerate(ports):
        place = f"spec.ports[{index}]"
        if len(ports) > 1 and not each.get("name"):
            yield "FieldValueRequired", "Required value", f"{place}.name"
        for key in ("port", "targetPort"):
            number = each.get(key)
            if isinstance(number, int) and not 1 <= number <= HIGHEST:
                yield _bad(f"{place}.{key}", number, f"must be between 1 and {HIGHEST}, inclusive")


def _namespace(found: Json) -> Iterator[Cause]:
    for mode in ("enforce", "audit", "warn"):
        level = labels_of(found).get(LABEL + mode)
        if level is not None and level not in LEVELS:
            yield _bad(f"metadata.labels[{LABEL}{mode}]", level, f"must be one of {', '.join(LEVELS)}")
        version = labels_of(found).get(f"{LABEL}{mode}-version")
        if version is not None and not VERSION.fullmatch(version):
            yield _bad(f"metadata.labels[{LABEL}{mode}-version]", version, 'must be "latest" or "v1.x"')


CAUSES: Final[dict[Resource, Callable[[Json], Iterator[Cause]]]] = {
    AUTOSCALERS: _autoscaler,
    BUDGETS: _budget,
    NAMESPACES: _namespace,
    SERVICES: _service,
}


def _bad(field: str, value: Any, message: str) -> Cause:
    return "FieldValueInvalid", f"Invalid value: {msgspec.json.encode(value).decode()}: {message}", field
