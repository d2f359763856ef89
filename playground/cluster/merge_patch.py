"""JSON Merge Patch (RFC 7386)."""

from __future__ import annotations

from typing import Any

import json_merge_patch

from playground.cluster.wire import clone


def apply_merge_patch(document: Any, patch: Any) -> Any:
    """The patched document: null removes, objects merge, all else replaces. Nothing is shared with the given ones."""
    return json_merge_patch.merge(clone(document), clone(patch))
