"""The calls on a Rollout that change no template: merge patches of its status and of its spec.

From `pkg/kubectl-argo-rollouts/cmd/{abort,retry,pause,restart,terminate}`. A status goes to the status
subresource only: what lacks one is older than version 0.10, and is refused by its 404.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.operations.argo.rollout import Seen, seen
from bot.operations.json import Object
from bot.operations.patches import apply_patch
from bot.operations.plan import Call, ContentType
from bot.text import Text

ABORT: Final[Object] = {"status": {"abort": True}}
RETRY: Final[Object] = {"status": {"abort": False}}
PAUSE: Final[Object] = {"spec": {"paused": True}}
RESUME: Final[Object] = {"spec": {"paused": False}}
TERMINATE: Final[Object] = {"spec": {"terminate": True}}
UPDATE: Final = ("/status/currentPodHash", "/status/stableRS", "/status/abort")
"""Which update it is about, and whether it goes on."""
RELEASED: Final = ("/spec/template", "/spec/workloadRef", "/status/currentPodHash")
"""What the end of a pause by hand lets loose: the version that was there when it was voted on, and no later one."""


def restart_body(moment: str) -> Object:
    """`moment` is RFC 3339 in whole seconds, UTC."""
    return {"spec": {"restartAt": moment}}


def status_call(found: Seen, body: Object, *pointers: str, step: int = 1, effect: Text | None = None) -> Call:
    """A merge patch of the status."""
    call = spec_call(found, body, *pointers, step=step, effect=effect)
    return msgspec.structs.replace(call, subresource="status")


def spec_call(found: Seen, body: Object, *pointers: str, step: int = 1, effect: Text | None = None) -> Call:
    """A merge patch of the object."""
    return Call(
        id=f"step-{step}",
        verb="patch",
        target=found.target,
        content_type=ContentType.MERGE_PATCH,
        body=body,
        uid=found.uid,
        preconditions=found.holds(*pointers),
        effect=effect,
    )


def after(found: Seen, call: Call) -> Seen:
    """The Rollout as a call would leave it, before its controller acts."""
    return seen(found.target, apply_patch(call.body, call.content_type, found.whole))
