"""JSON Merge Patch (RFC 7386)."""

from __future__ import annotations

from typing import Any

from playground.cluster.wire import clone


def apply_merge_patch(document: Any, patch: Any) -> Any:
    """The patched document: null removes, objects merge, all else replaces. Nothing is shared with the given ones."""
    if not isinstance(patch, dict):
        return clone(patch)
    merged = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = apply_merge_patch(merged.get(key), value)
    return clone(merged)
