"""The versions of an update in words: what serves now, what comes, by their images where they are known."""

from __future__ import annotations

from collections.abc import Sequence

from bot.operations.argo.rollout import Seen
from bot.operations.argo.tree import hash_of
from bot.operations.json import Object
from bot.operations.models import Workload
from bot.operations.templates import before_and_after, images
from bot.text import Bold, Code, Text, text


def template_of(sets: Sequence[Workload], template_hash: str) -> Object | None:
    """The template of the ReplicaSet with this hash."""
    return next((each.spec.template for each in sets if template_hash and hash_of(each) == template_hash), None)


def from_to(found: Seen, sets: Sequence[Workload], *, back: bool) -> tuple[Text, Text]:
    """Stable → new, or the other way round: images, or hashes where no image changes."""
    status = found.live.status
    hashes = (status.current_pod_hash, status.stable_rs) if back else (status.stable_rs, status.current_pod_hash)
    old, new = template_of(sets, hashes[0]), template_of(sets, hashes[1])
    shown = before_and_after(old, new) if old is not None and new is not None else None
    return shown or (
        text("{value}", value=Code(hashes[0] or "-")),
        text("{value}", value=Bold(hashes[1] or "-")),
    )


def new_version(found: Seen, sets: Sequence[Workload]) -> Text | None:
    """The images of the version that is under way."""
    template = template_of(sets, found.live.status.current_pod_hash)
    named = dict.fromkeys(images(template).values()) if template is not None else {}
    return text("{images}", images=Code(", ".join(named))) if named else None
