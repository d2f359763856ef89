"""Label and field selectors, parsed as strictly as the API server does for what it serves."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, final

from playground.cluster.resources import EVENTS, NAMESPACES, PODS, SECRETS, Resource
from playground.cluster.wire import Json, labels_of

Selects = Callable[[Json], bool]
TERM: Final = re.compile(
    r"\s*(?:(?P<no>!)\s*(?P<absent>[\w./-]+)"
    r"|(?P<key>[\w./-]+)(?:\s*(?P<op>==|!=|=)\s*(?P<value>[\w./-]*)"
    r"|\s+(?P<set>in|notin)\s*\((?P<values>[^)]*)\))?)\s*(?:,|$)"
)
FIELDS: Final[dict[Resource, frozenset[str]]] = {
    PODS: frozenset(
        {
            *("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName"),
            *("spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"),
        }
    ),
    EVENTS: frozenset(
        {
            *(f"involvedObject.{each}" for each in ("kind", "namespace", "name", "uid", "apiVersion")),
            *("involvedObject.resourceVersion", "involvedObject.fieldPath"),
            *("reason", "reportingComponent", "source", "type"),
        }
    ),
    NAMESPACES: frozenset({"status.phase"}),
    SECRETS: frozenset({"type"}),
}


@final
class BadSelector(Exception):
    """The selector cannot be understood, or names a field that the kind cannot be selected by."""


def everything(_: Json) -> bool:
    return True


def by_labels(selector: str) -> Selects:
    """Raises `BadSelector`."""
    if not selector.strip():
        return everything
    terms: list[Callable[[dict[str, str]], bool]] = []
    at = 0
    while at < len(selector):
        match = TERM.match(selector, at)
        if match is None or match.end() == at:
            rest = selector[at:]
            if "(" in rest and ")" not in rest:
                raise BadSelector("unable to parse requirement: found '', expected: ',' or ')'")
            raise BadSelector(f"unable to parse requirement: found '{rest.strip()}', expected: a requirement")
        terms.append(_term(match))
        at = match.end()
    return lambda found: all(term(labels_of(found)) for term in terms)


def _term(match: re.Match[str]) -> Callable[[dict[str, str]], bool]:
    key, value = match["key"] or match["absent"], match["value"]
    if match["no"]:
        return lambda labels: key not in labels
    if match["set"]:
        values = {each.strip() for each in match["values"].split(",")}
        if match["set"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if match["op"] == "!=":
        return lambda labels: labels.get(key) != value
    if match["op"]:
        return lambda labels: labels.get(key) == value
    return lambda labels: key in labels


def matches_selector(selector: Json | None, labels: dict[str, str]) -> bool:
    """A `LabelSelector` object; null selects nothing, an empty one everything."""
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    for each in selector.get("matchExpressions") or []:
        has, value, values = each["key"] in labels, labels.get(each["key"]), each.get("values") or []
        holds = {
            "In": has and value in values,
            "NotIn": not has or value not in values,
            "Exists": has,
            "DoesNotExist": not has,
        }
        if not holds[each["operator"]]:
            return False
    return True


def by_fields(resource: Resource, selector: str) -> Selects:
    """Raises `BadSelector` for fields that this kind is not indexed by."""
    terms = [_field_term(resource, each) for each in selector.split(",") if each.strip()]
    return lambda found: all((field_of(found, field) == value) is wanted for field, value, wanted in terms)


def exact_name(selector: str) -> str:
    """The name that a field selector asks for, which authorization then is about."""
    found = [each.partition("=") for each in selector.split(",")]
    return next((value.lstrip("=") for key, _, value in found if key.strip() == "metadata.name"), "")


def _field_term(resource: Resource, term: str) -> tuple[str, str, bool]:
    for operator in ("!=", "==", "="):
        field, found, value = term.partition(operator)
        if found:
            known = {"metadata.name"} | ({"metadata.namespace"} if resource.namespaced else set())
            if field.strip() not in known | FIELDS.get(resource, frozenset()):
                raise BadSelector(_unknown_field(resource, field.strip()))
            return field.strip(), value.strip(), operator != "!="
    raise BadSelector(f"invalid selector: '{term}'; can't understand '{term}'")


def _unknown_field(resource: Resource, field: str) -> str:
    if resource in FIELDS or resource.custom:
        return f"field label not supported: {field}"
    return f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'


def field_of(found: Json, field: str) -> str:
    """A field as selectors see it: what is absent is an empty word."""
    value: object = found
    if field == "source":
        field = "source.component"
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
