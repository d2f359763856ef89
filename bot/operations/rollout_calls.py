"""The calls of `rollout restart`, `pause` and `resume`, as kubectl has them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.operations.json import Object, pointer, resolve
from bot.operations.plan import Call, ContentType
from bot.operations.workloads import Seen

RESTARTED_AT: Final = "kubectl.kubernetes.io/restartedAt"
RESTARTED_POINTER: Final = pointer("spec", "template", "metadata", "annotations", RESTARTED_AT)
PAUSE: Final[Object] = {"spec": {"paused": True}}
RESUME: Final[Object] = {"spec": {"paused": None}}
"""As kubectl's two-way patch has it: null, not false."""


def restart_body(stamp: str) -> Object:
    """The strategic merge of `rollout restart`; `stamp` is RFC 3339 in whole seconds (kubectl `objectrestarter.go`)."""
    return {"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: stamp}}}}}


def restart_call(seen: Seen, stamp: str) -> Call:
    """The annotation of a pod template that makes all of its pods anew."""
    return _patch(seen, restart_body(stamp), RESTARTED_POINTER, "/spec/paused")


def restarted_since(seen: Seen, stamp: str) -> bool:
    """Whether it was restarted at this moment or later: then the restart that was asked for has happened."""
    said = resolve(seen.whole, RESTARTED_POINTER)
    if not isinstance(said, str):
        return False
    try:
        return datetime.fromisoformat(said) >= datetime.fromisoformat(stamp)
    except (ValueError, TypeError):
        return False


def pause_call(seen: Seen, *, paused: bool) -> Call:
    """To resume is to release, so that it is bound to the template that is there to be released."""
    return _patch(seen, PAUSE, "/spec/paused") if paused else _patch(seen, RESUME, "/spec/paused", "/spec/template")


def _patch(seen: Seen, body: Object, *pointers: str) -> Call:
    return Call(
        id="step-1",
        verb="patch",
        target=seen.target,
        content_type=ContentType.STRATEGIC,
        body=body,
        uid=seen.uid,
        preconditions=seen.holds(*pointers),
    )
