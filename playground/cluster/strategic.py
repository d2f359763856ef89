"""Strategic merge patch: lists of objects merge by a key, which a table names by the list's place.

Done: merge by key, lists of plain values that merge (finalizers), `$patch: replace|delete|merge`, `$retainKeys`,
`$setElementOrder`, `$deleteFromPrimitiveList`. Rules: apimachinery `strategicpatch`, keys: the `patchMergeKey` tags of
k8s.io/api 1.36.
"""

from __future__ import annotations

import re
from typing import Any, Final, final

from playground.cluster.wire import Json, clone, equal

ORDER: Final = "$setElementOrder/"
DELETE: Final = "$deleteFromPrimitiveList/"
CONTAINER: Final = r"spec/(?:initC|ephemeralC|c)ontainers"
POD_KEYS: Final = (
    (CONTAINER, "name"),
    (rf"{CONTAINER}/(?:env|volumeDevices|resizePolicy)", "name"),
    (rf"{CONTAINER}/volumeMounts", "mountPath"),
    (rf"{CONTAINER}/volumeDevices", "devicePath"),
    (rf"{CONTAINER}/ports", "containerPort"),
    (r"spec/volumes|spec/imagePullSecrets|spec/resourceClaims|spec/schedulingGates", "name"),
    (r"spec/hostAliases", "ip"),
    (r"spec/topologySpreadConstraints", "topologyKey"),
    (r"status/conditions", "type"),
    (r"status/podIPs", "ip"),
)
KEYS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        *((rf"(?:spec/template/|spec/jobTemplate/spec/template/)?(?:{place})", key) for place, key in POD_KEYS),
        (r"(?:.*/)?metadata/ownerReferences", "uid"),
        (r"spec/ports", "port"),
        (r"status/conditions", "type"),
        (r"status/addresses", "type"),
        (r"secrets|imagePullSecrets", "name"),
    )
)
PLAIN: Final = re.compile(r"(?:.*/)?metadata/finalizers|spec/podCIDRs|status/podCIDRs")


@final
class BadPatch(Exception):
    """The patch itself is malformed: the API server answers 400, or 500 where it did not foresee it."""

    def __init__(self, message: str, *, unforeseen: bool = False) -> None:
        super().__init__(message)
        self.unforeseen = unforeseen


def merge_key(place: str) -> str | None:
    """The key by which the list at a place merges; `None`: it is replaced."""
    return next((key for pattern, key in KEYS if pattern.fullmatch(place)), None)


def apply_strategic(document: Json, patch: Any) -> Json:
    """The patched object. Raises `BadPatch`."""
    if not isinstance(patch, dict):
        raise BadPatch("the patch is no object")
    copied: Json = clone(document)
    return _objects(copied, clone(patch), "")


def _objects(document: Json, patch: Json, place: str) -> Json:
    directive = patch.pop("$patch", None)
    if directive == "replace":
        cleaned: Json = _clean(patch)
        return cleaned
    if directive == "delete":
        return {}
    if directive not in (None, "merge"):
        raise BadPatch(f"Unknown patch type found: {directive}")
    retained = patch.pop("$retainKeys", None)
    if retained is not None:
        document = {key: value for key, value in document.items() if key in retained}
    orders = {key[len(ORDER) :]: patch.pop(key) for key in list(patch) if key.startswith(ORDER)}
    for key in [each for each in patch if each.startswith(DELETE)]:
        name, gone = key[len(DELETE) :], patch.pop(key)
        document[name] = [each for each in document.get(name) or [] if each not in gone]
    for key, value in patch.items():
        where = f"{place}/{key}" if place else key
        if value is None:
            document.pop(key, None)
        elif isinstance(value, dict):
            known = document.get(key)
            document[key] = _objects(known if isinstance(known, dict) else {}, value, where)
        elif isinstance(value, list):
            document[key] = _lists(document.get(key) or [], value, where, orders.get(key))
        else:
            document[key] = value
    for key, order in orders.items():
        where = f"{place}/{key}" if place else key
        if key not in patch and document.get(key):
            document[key] = _ordered(document[key], order, merge_key(where))
    return document


def _lists(known: list[Any], patch: list[Any], place: str, order: list[Any] | None) -> list[Any]:
    if PLAIN.fullmatch(place):
        merged = known + [each for each in patch if each not in known]
        return _ordered(merged, order, None) if order else merged
    key = merge_key(place)
    if key is None:
        return [_clean(each) for each in patch]
    if any(not isinstance(each, dict) for each in patch):
        raise BadPatch(f"the list at {place} holds objects")
    if any(each.get("$patch") == "replace" for each in patch):
        return [_clean(each) for each in patch if each.get("$patch") != "replace"]
    merged = list(known)
    for each in patch:
        merged = _element(merged, each, key, place)
    return _ordered(merged, order, key) if order else merged


def _element(known: list[Any], patch: Json, key: str, place: str) -> list[Any]:
    if key not in patch:
        shown = " ".join(f"{name}:{patch[name]}" for name in sorted(patch))
        raise BadPatch(f"map: map[{shown}] does not contain declared merge key: {key}", unforeseen=True)
    at = next((index for index, each in enumerate(known) if equal(each.get(key), patch[key])), None)
    if patch.get("$patch") == "delete":
        return [each for each in known if not equal(each.get(key), patch[key])]
    if at is None:
        return [*known, _objects({}, patch, place)]
    return [*known[:at], _objects(known[at], patch, place), *known[at + 1 :]]


def _ordered(found: list[Any], order: list[Any], key: str | None) -> list[Any]:
    """Those that the order names in its order; the others keep their place before those that follow them."""
    wanted = [each.get(key) if key and isinstance(each, dict) else each for each in order]
    named = [each for each in found if _name(each, key) in wanted]
    named.sort(key=lambda each: wanted.index(_name(each, key)))
    result: list[Any] = []
    for each in found:
        if _name(each, key) in wanted:
            result.append(named.pop(0))
        else:
            result.append(each)
    return result


def _name(each: Any, key: str | None) -> Any:
    return each.get(key) if key and isinstance(each, dict) else each


def _clean(value: Any) -> Any:
    """What is taken over as a whole, without directives."""
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items() if not key.startswith("$") and each is not None}
    return [_clean(each) for each in value] if isinstance(value, list) else value
