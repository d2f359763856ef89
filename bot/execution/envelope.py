"""The envelope: what is put around a call's intent at the moment it is sent, and nothing a vote binds to.

Every write is pinned to the object as it was just read (resourceVersion, and for JSON Patch a literal `test` of each
precondition as read), names its field manager so that it can be recognised later, carries a server-side timeout shorter
than the lease, and an Audit-ID that the API server takes over into its own log (plans.md §1, §2, §5).
`unwrap(wrap(intent))` is the intent: held by a property test.
"""

from __future__ import annotations

import copy
import re
from typing import Any, Final

import msgspec

from bot.errors import Bug
from bot.operations.json import JSON, Object, resolve
from bot.operations.patches import same as same
from bot.operations.plan import REQUEST_LABEL, Call, ContentType
from bot.text import Code, text

MANAGER: Final = re.compile(r"kajitori-(\d+)-.+")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The body and query that go out."""

    body: JSON
    query: dict[str, str]


def manager_of(request: int, step: str, plan_version: int = 1) -> str:
    """The field manager of one step: how a read-back knows that a change is ours (plans.md §5).

    A later plan version has other names, or a late change of the version before would pass for its own.
    """
    return f"kajitori-{request}-{step}" if plan_version == 1 else f"kajitori-{request}-v{plan_version}-{step}"


def request_of(manager: str) -> str:
    """The request that a field manager of ours is of, as `manager_of` wrote it; empty for any other."""
    found = MANAGER.fullmatch(manager)
    return found[1] if found else ""


def audit_id_of(instance: str, request: int, step: str, fence: int) -> str:
    """The Audit-ID of one sending; `instance` keeps two installations on one cluster apart."""
    return f"{instance}.{request}.{step}.{fence}"


def wrap(call: Call, observed: Object | None, *, manager: str, timeout: int, dry_run: bool = False) -> Envelope:
    """Put the envelope around a call. `observed` is its object as just read; `timeout` is in seconds.

    Raises `Bug` for an intent that holds what only the envelope may add.
    """
    query = {"timeout": f"{timeout}s", "fieldManager": manager}
    if dry_run:
        query["dryRun"] = "All"
    if call.subresource == "eviction":
        return _evicting(call, query, dry_run=dry_run)
    if call.verb == "create":
        return Envelope(body=_labelled(call, request_of(manager)), query=query)
    if observed is None:
        raise Bug(text("{path} must be read before it is changed.", path=Code(call.path)))
    version, uid = resolve(observed, "/metadata/resourceVersion"), resolve(observed, "/metadata/uid")
    if call.verb == "delete":
        options: dict[str, Any] = {**_mapping(call), "preconditions": {"uid": uid, "resourceVersion": version}}
        if dry_run:
            options["dryRun"] = ["All"]  # the API server ignores the query of a DELETE that has a body
        return Envelope(body=options, query={})
    if call.content_type is ContentType.JSON_PATCH:
        return Envelope(body=[*_tests(call, observed, version, uid), *_operations(call)], query=query)
    body = copy.deepcopy(_mapping(call))
    metadata = body.setdefault("metadata", {})
    if not isinstance(metadata, dict) or {"resourceVersion", "uid"} & metadata.keys():
        raise Bug(text("{path} pins a version in its intent.", path=Code(call.path)))
    metadata["resourceVersion"] = version
    return Envelope(body=body, query=query)


def _evicting(call: Call, query: dict[str, str], *, dry_run: bool) -> Envelope:
    """An eviction is pinned to the pod's uid, and to nothing else.

    The API server takes one from the budget before it looks at the precondition: a resourceVersion that a status update
    has outdated would cost the budget a pod for two minutes and evict none.
    """
    body = copy.deepcopy(_mapping(call))
    options = body.get("deleteOptions")
    if not call.uid or not isinstance(options, dict) or {"preconditions", "dryRun"} & options.keys():
        raise Bug(text("{path} is no plain eviction of one pod.", path=Code(call.path)))
    options["preconditions"] = {"uid": call.uid}
    if dry_run:
        options["dryRun"] = ["All"]
    return Envelope(body=body, query={"timeout": query["timeout"], **({"dryRun": "All"} if dry_run else {})})


def unwrap(call: Call, envelope: Envelope) -> JSON:
    """Take the envelope off: gives the call's body back, for the comparison of what was approved with what was sent."""
    body = copy.deepcopy(envelope.body)
    if call.subresource == "eviction" and isinstance(body, dict):
        options = body["deleteOptions"]
        if isinstance(options, dict):
            options.pop("preconditions", None)
            options.pop("dryRun", None)
        return body
    if call.verb == "create":
        return _unlabelled(call, body)
    if call.content_type is ContentType.JSON_PATCH and isinstance(body, list):
        return [each for each in body if isinstance(each, dict) and each.get("op") != "test"]
    if isinstance(body, dict):
        body.pop("preconditions", None)
        body.pop("dryRun", None)
        metadata = body.get("metadata")
        if isinstance(metadata, dict):
            metadata.pop("resourceVersion", None)
            if not metadata:
                del body["metadata"]
    return body


def violated(call: Call, observed: Object) -> list[str]:
    """The pointers whose value is no longer as the plan read it; `/metadata/uid` if it is another object by now."""
    moved = [each.pointer for each in call.preconditions if not same(resolve(observed, each.pointer), each.value)]
    if call.uid and resolve(observed, "/metadata/uid") != call.uid:
        moved.insert(0, "/metadata/uid")
    return moved


def _tests(call: Call, observed: Object, version: JSON, uid: JSON) -> list[JSON]:
    pinned: list[JSON] = [
        {"op": "test", "path": "/metadata/uid", "value": uid},
        {"op": "test", "path": "/metadata/resourceVersion", "value": version},
    ]
    # JSON Patch compares literally, so the test says what was just read, not what was planned (plans.md §2). Below
    # what is not there the server finds nothing to compare and refuses; the version says that it is still not there.
    return pinned + [
        {"op": "test", "path": each.pointer, "value": resolve(observed, each.pointer)}
        for each in call.preconditions
        if resolve(observed, each.pointer.rpartition("/")[0]) is not None
    ]


def _operations(call: Call) -> list[JSON]:
    if not isinstance(call.body, list) or any(
        isinstance(each, dict) and each.get("op") == "test" for each in call.body
    ):
        raise Bug(text("{path} is no plain JSON Patch.", path=Code(call.path)))
    return call.body


def _labelled(call: Call, request: str) -> JSON:
    """What is created says which request made it, so that a read-back knows it (plans.md §5). A subresource has no
    labels of its own. Rehearsed with it too (request 0), for admission may have rules about labels.
    """
    if call.subresource or not request:
        return call.body
    body = copy.deepcopy(_mapping(call))
    labels = resolve(body, "/metadata/labels")
    if isinstance(labels, dict) and REQUEST_LABEL in labels:
        raise Bug(text("{path} names a request in its intent.", path=Code(call.path)))
    metadata = body.get("metadata")
    kept = dict(labels) if isinstance(labels, dict) else {}
    body["metadata"] = {**(metadata if isinstance(metadata, dict) else {}), "labels": {**kept, REQUEST_LABEL: request}}
    return body


def _unlabelled(call: Call, body: JSON) -> JSON:
    metadata, intended = resolve(body, "/metadata"), resolve(call.body, "/metadata")
    labels = resolve(metadata, "/labels")
    if not isinstance(body, dict) or not isinstance(metadata, dict) or not isinstance(labels, dict):
        return body
    labels.pop(REQUEST_LABEL, None)
    if not labels and isinstance(intended, dict) and "labels" in intended:
        metadata["labels"] = copy.deepcopy(intended["labels"])
    elif not labels:
        del metadata["labels"]
    if not metadata and intended is None:
        del body["metadata"]
    return body


def _mapping(call: Call) -> dict[str, Any]:
    if call.body is not None and not isinstance(call.body, dict):
        raise Bug(text("{path} has a body that is no object.", path=Code(call.path)))
    return call.body or {}
