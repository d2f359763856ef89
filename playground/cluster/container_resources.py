"""Requests and limits of a container: their canonical form, and what of them is not valid.

Rules: k8s.io/kubernetes `pkg/apis/core/validation`, `ValidateContainerResourceRequirements`, 1.36.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from playground.cluster.problems import bad_request
from playground.cluster.quantities import parse_quantity, show_quantity
from playground.cluster.wire import Json

Cause = tuple[str, str, str]
STANDARD: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
HUGE: Final = "hugepages-"
NO_QUANTITY: Final = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


def make_canonical(found: Json, pod: Json) -> None:
    """Write all quantities of its pods as the API server does, in place. Raises `Problem` 400 for what is none."""
    for container in (*(pod.get("initContainers") or ()), *(pod.get("containers") or ())):
        for kind in ("limits", "requests"):
            amounts = (container.get("resources") or {}).get(kind) or {}
            for name, written in amounts.items():
                try:
                    amounts[name] = _canonical(written)
                except ValueError as error:
                    _, _, version = found["apiVersion"].rpartition("/")
                    what = f'{found["kind"]} in version "{version}" cannot be handled as a {found["kind"]}'
                    raise bad_request(f"{what}: {NO_QUANTITY}") from error


def _canonical(written: object) -> str:
    return show_quantity(parse_quantity(written), binary=str(written).endswith("i"))


def resource_causes(container: Json, place: str) -> Iterator[Cause]:
    """What is wrong with them; limits are looked at first."""
    resources = container.get("resources") or {}
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, written in limits.items():
        yield from _one(name, written, f"{place}.resources.limits[{name}]")
    for name, written in requests.items():
        yield from _one(name, written, f"{place}.resources.requests[{name}]")
        yield from _against(name, written, limits, f"{place}.resources")


def _one(name: str, written: str, field: str) -> Iterator[Cause]:
    if "/" not in name and name not in STANDARD and not name.startswith(HUGE):
        for what in ("type or fully qualified", "for containers"):
            yield "FieldValueInvalid", f'Invalid value: "{name}": must be a standard resource {what}', field
    value = parse_quantity(written)
    if value < 0:
        yield "FieldValueInvalid", f'Invalid value: "{written}": must be greater than or equal to 0', field
    if "/" in name and value != value.to_integral_value():
        yield "FieldValueInvalid", f'Invalid value: "{written}": must be an integer', field


def _against(name: str, written: str, limits: Json, place: str) -> Iterator[Cause]:
    shared = "/" not in name and not name.startswith(HUGE)
    if name not in limits:
        if not shared:
            message = "Required value: Limit must be set for non overcommitable resources"
            yield "FieldValueRequired", message, f"{place}.limits"
        return
    value, limit = parse_quantity(written), parse_quantity(limits[name])
    if value == limit or (shared and value < limit):
        return
    must = "must be less than or equal to" if shared else "must be equal to"
    message = f'Invalid value: "{written}": {must} {name} limit of {limits[name]}'
    yield "FieldValueInvalid", message, f"{place}.requests"
