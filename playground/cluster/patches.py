"""A PATCH request's body, by its content type, into the object that is to be."""

from __future__ import annotations

from typing import Any, Final

from playground.cluster.json_patch import PatchFailed, apply_json_patch
from playground.cluster.merge_patch import apply_merge_patch
from playground.cluster.problems import bad_request, internal, not_simulated, unprocessable, unsupported_media
from playground.cluster.resources import is_custom
from playground.cluster.strategic import BadPatch, apply_strategic
from playground.cluster.wire import Json

JSON_PATCH: Final = "application/json-patch+json"
MERGE: Final = "application/merge-patch+json"
CUSTOM: Final = (JSON_PATCH, MERGE, "application/apply-patch+yaml")
STRATEGIC: Final = "application/strategic-merge-patch+json"
APPLY: Final = ("application/apply-patch+yaml", "application/apply-patch+cbor")


def apply_patch(content_type: str, before: Json, patch: Any) -> Json:
    """Raises `Problem`: 400, 415, 422, and 501 for server-side apply."""
    if content_type in APPLY:
        raise not_simulated("server-side apply")
    if content_type == STRATEGIC and is_custom(before):  # it has no merge keys
        raise unsupported_media(CUSTOM)
    if content_type not in (JSON_PATCH, MERGE, STRATEGIC):
        raise unsupported_media()
    try:
        if content_type == JSON_PATCH:
            if not isinstance(patch, list):
                kind = "object" if isinstance(patch, dict) else type(patch).__name__
                go = "Go value of type []handlers.jsonPatchOp"
                raise bad_request(f"error decoding patch: json: cannot unmarshal {kind} into {go}")
            after = apply_json_patch(before, patch)
        elif content_type == MERGE:
            after = apply_merge_patch(before, patch)
        else:
            after = apply_strategic(before, patch)
    except PatchFailed as error:
        raise unprocessable() from error
    except BadPatch as error:
        raise (internal if error.unforeseen else bad_request)(str(error)) from error
    if not isinstance(after, dict) or not isinstance(after.get("metadata"), dict):
        raise bad_request("the patched document is no object")
    return after
