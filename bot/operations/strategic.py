"""Kubernetes' strategic merge: lists of things with a key are merged by it, `$` directives are obeyed.

After `k8s.io/apimachinery` `pkg/util/strategicpatch/patch.go`. The API server takes keys from its Go types; here they
stand as data, for the kinds that operations change. A list that is not named here is replaced, as there.
"""

from __future__ import annotations

from typing import Any, Final

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "resourceClaims": ("name",),
    "ports": ("containerPort", "port"),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
    "conditions": ("type",),
    "taints": ("key",),
    "ownerReferences": ("uid",),
    "secrets": ("name",),
}
"""Merge keys by field; the first key that all of the patch's elements have is used."""
UNITED: Final = frozenset({"finalizers"})
"""Lists of words that are united instead of replaced."""
ORDER: Final = "$setElementOrder/"
DROP: Final = "$deleteFromPrimitiveList/"


def merge_strategic(whole: Any, patch: dict[str, Any]) -> Any:
    """The object as the patch would make it. `$setElementOrder` changes no content and is left out."""
    directive = patch.get("$patch")
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    if directive == "delete":
        return {}
    merged = dict(whole) if isinstance(whole, dict) else {}
    if isinstance(kept := patch.get("$retainKeys"), list):
        merged = {key: value for key, value in merged.items() if key in kept}
    for key, value in patch.items():
        if key.startswith(DROP):
            _drop(merged, key.removeprefix(DROP), value)
        elif key in ("$patch", "$retainKeys") or key.startswith(ORDER):
            continue
        elif value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = merge_strategic(merged.get(key), value)
        elif isinstance(value, list):
            merged[key] = _merge_list(key, merged.get(key), value)
        else:
            merged[key] = value
    return merged


def _drop(merged: dict[str, Any], key: str, words: Any) -> None:
    if isinstance(merged.get(key), list) and isinstance(words, list):
        merged[key] = [each for each in merged[key] if each not in words]


def _merge_list(field: str, whole: Any, patch: list[Any]) -> list[Any]:
    have = list(whole) if isinstance(whole, list) else []
    if field in UNITED:
        return [*have, *(each for each in patch if each not in have)]
    if field in KEYS and not patch:
        return have
    key = _key_of(field, patch)
    if key is None:
        return patch
    if any(each.get("$patch") == "replace" for each in patch):
        return [each for each in patch if each.get("$patch") != "replace"]
    for each in patch:
        at = next((i for i, old in enumerate(have) if isinstance(old, dict) and old.get(key) == each.get(key)), None)
        if each.get("$patch") == "delete":
            have = [old for i, old in enumerate(have) if i != at]
        elif at is None:
            have.append(merge_strategic({}, each))
        else:
            have[at] = merge_strategic(have[at], each)
    return have


def _key_of(field: str, patch: list[Any]) -> str | None:
    if not all(isinstance(each, dict) for each in patch):
        return None
    plain = [each for each in patch if each.get("$patch") != "replace"]
    return next((key for key in KEYS.get(field, ()) if all(key in each for each in plain)), None)
