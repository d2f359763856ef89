"""`deleted`: is this very object gone? Another one of its name (a StatefulSet's next pod) is not it."""

from __future__ import annotations

import msgspec

from bot.operations.json import resolve
from bot.operations.models import Lean, Meta
from bot.operations.progress import Observation, Progress
from bot.text import Code, text


class _Any(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()


def deleted(seen: Observation) -> Progress:
    """Argument `uid`: the object's, as it was when the plan was made."""
    if seen.target is None or resolve(seen.target, "/metadata/uid") != seen.arguments.get("uid"):
        return Progress(done=True, ready=1, total=1, message=text("deleted"))
    meta = msgspec.convert(seen.target, _Any).metadata
    if meta.deletion_timestamp is None:
        return Progress(total=1, message=text("waiting until it stops"))
    stuck = text("held by {finalizers}", finalizers=Code(", ".join(meta.finalizers))) if meta.finalizers else None
    return Progress(total=1, message=text("it is terminating"), stuck=stuck)
