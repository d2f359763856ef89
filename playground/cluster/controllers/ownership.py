"""What belongs to whom: pods and revisions of an owner, and how a template is named and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from playground.cluster.resources import Resource
from playground.cluster.store import Change, Key, Store
from playground.cluster.wire import Json, clone, controller_of, equal, labels_of

SAFE: Final = "bcdfghjklmnpqrstvwxz2456789"
"""Letters that make no words, as apimachinery `rand.SafeEncodeString` has them."""

TEMPLATE_HASH: Final = "pod-template-hash"
REVISION_HASH: Final = "controller-revision-hash"


def owned_by(store: Store, resource: Resource, owner: Json) -> list[Json]:
    """The objects that this owner controls."""
    uid, namespace = owner["metadata"]["uid"], owner["metadata"]["namespace"]
    return [each for each in store.list(resource, namespace) if (controller_of(each) or {}).get("uid") == uid]


def owner_key(found: Json, kind: str) -> list[Key]:
    owner = controller_of(found)
    return [(found["metadata"]["namespace"], owner["name"])] if owner and owner["kind"] == kind else []


def touches(change: Change, own: Resource, owned: Iterable[Resource]) -> list[Key]:
    """The keys of a kind that a change of it, or of what it owns, concerns."""
    if change.resource is own:
        return [change.key]
    if change.resource not in owned:
        return []
    found = [each for each in (change.before, change.after) if each is not None]
    return list(dict.fromkeys(key for each in found for key in owner_key(each, own.kind)))


def reference(owner: Json) -> Json:
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def hash_of(template: Json, collisions: int = 0) -> str:
    """A name for a template. The real hash is of Go's memory layout; this one has the same letters and length."""
    content = msgspec.json.encode([template, collisions], order="deterministic")
    number = int.from_bytes(hashlib.sha256(content).digest()[:4])
    return "".join(SAFE[int(digit) % len(SAFE)] for digit in str(number))


def same_template(one: Json, other: Json) -> bool:
    """Equal but for the hash label that a controller adds."""
    return equal(_plain(one), _plain(other))


def _plain(template: Json) -> Json:
    found: Json = clone(template)
    metadata = found.get("metadata") or {}
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != TEMPLATE_HASH}
    found["metadata"] = {key: value for key, value in metadata.items() if key != "creationTimestamp" and value}
    found["metadata"]["labels"] = labels
    return found


def pod_of(owner: Json, template: Json, **labels: str) -> Json:
    """A pod from a template, owned; its name is the caller's matter."""
    metadata = clone(template.get("metadata") or {})
    metadata["labels"] = {**(metadata.get("labels") or {}), **labels}
    metadata["ownerReferences"] = [reference(owner)]
    metadata.pop("creationTimestamp", None)
    return {"metadata": metadata, "spec": clone(template["spec"])}


def is_going(found: Json) -> bool:
    return bool(found["metadata"].get("deletionTimestamp"))


def is_active(pod: Json) -> bool:
    return pod["status"].get("phase") not in ("Succeeded", "Failed") and not is_going(pod)


def hashed(found: Json, label: str) -> str:
    return labels_of(found).get(label, "")


def set_condition(conditions: list[Json], wanted: Json, *, at: str, update_time: bool) -> list[Json]:
    """Replace the condition of that type; its transition time moves only with its status. The changed one comes last,
    as `SetDeploymentCondition` does it."""
    known = next((each for each in conditions if each["type"] == wanted["type"]), None)
    compared = ("status", "reason", "message") if update_time else ("status", "reason")
    if known is not None and all(known.get(key) == wanted.get(key) for key in compared):
        return conditions
    transition = known["lastTransitionTime"] if known and known["status"] == wanted["status"] else at
    times = {"lastUpdateTime": at} if update_time else {}
    made = {
        "type": wanted["type"],
        "status": wanted["status"],
        **times,
        "lastTransitionTime": transition,
        "reason": wanted.get("reason", ""),
        "message": wanted.get("message", ""),
    }
    return [*(each for each in conditions if each["type"] != wanted["type"]), made]
