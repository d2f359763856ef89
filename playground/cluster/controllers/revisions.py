"""ControllerRevisions: the history of StatefulSets and DaemonSets."""

from __future__ import annotations

from collections.abc import Callable

from playground.cluster.controllers.ownership import REVISION_HASH, hash_of, owned_by, reference
from playground.cluster.resources import REVISIONS
from playground.cluster.wire import Json, annotations_of, clone, equal
from playground.cluster.writes import Writer, Writes


def data_of(found: Json) -> Json:
    """What a revision keeps: the template, to be put in place as a whole."""
    return {"spec": {"template": {"$patch": "replace", **clone(found["spec"]["template"])}}}


def current_revision(writes: Writes, found: Json, annotations: Callable[[Json], dict[str, str]]) -> Json:
    """The revision of the present template; one that was there before becomes the newest again."""
    history = sorted(owned_by(writes.store, REVISIONS, found), key=lambda each: each["revision"])
    data = data_of(found)
    highest = history[-1]["revision"] if history else 0
    known = next((each for each in history if equal(each["data"], data)), None)
    namespace = found["metadata"]["namespace"]
    if known is not None:
        if known["revision"] == highest:
            return known
        name = known["metadata"]["name"]
        return writes.change(REVISIONS, namespace, name, lambda it: it.update(revision=highest + 1), Writer())
    digest = hash_of(data)
    labels = {**(found["spec"]["template"]["metadata"].get("labels") or {}), REVISION_HASH: digest}
    metadata = {
        "name": f"{found['metadata']['name']}-{digest}",
        "labels": labels,
        "annotations": annotations(found),
        "ownerReferences": [reference(found)],
    }
    return writes.create(REVISIONS, namespace, {"metadata": metadata, "data": data, "revision": highest + 1}, Writer())


def trim(writes: Writes, found: Json, live: set[str]) -> None:
    """Delete the oldest beyond the limit; those in use are not counted."""
    history = sorted(owned_by(writes.store, REVISIONS, found), key=lambda each: each["revision"])
    unused = [each for each in history if each["metadata"]["name"] not in live]
    limit = found["spec"].get("revisionHistoryLimit", 10)
    for each in unused[: max(len(unused) - limit, 0)]:
        writes.delete(REVISIONS, found["metadata"]["namespace"], each["metadata"]["name"], {})


def own_annotations(found: Json) -> dict[str, str]:
    return dict(annotations_of(found))
