"""The revisions of a workload, found and restored as kubectl does, with two differences that are meant.

From kubectl v1.36 `pkg/polymorphichelpers/{history,rollback}.go`. A Deployment's revisions are its ReplicaSets,
those of a StatefulSet or DaemonSet its ControllerRevisions. The differences: annotations are set one by one instead of
being replaced as a whole, which erases what was added since (plans.md §2); and a template is known again by its hash,
because numbers move: the revision that was rolled back to gets a new one.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.errors import NotFound, Refused
from bot.operations.json import Object, pointer, resolve
from bot.operations.kinds import CONTROLLER_REVISION, DEPLOYMENT, REPLICASET, Target
from bot.operations.models import Meta, Revision, Workload
from bot.operations.patches import add, apply_patch, reached, replace, same
from bot.operations.plan import Call, ContentType, Precondition
from bot.operations.reader import Reader
from bot.operations.selectors import selector_of
from bot.operations.templates import HASH
from bot.operations.workloads import Seen
from bot.text import Code, text

REVISION: Final = "deployment.kubernetes.io/revision"
CAUSE: Final = "kubernetes.io/change-cause"
KEPT: Final = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        "deployment.kubernetes.io/revision-history",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "deprecated.deployment.rollback.to",
    }
)
"""Annotations of a ReplicaSet that are never taken over (kubectl's `annotationsToSkip`)."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """One revision. `template` is whole and without the hash label; `hash` is the pod-template-hash, or the
    ControllerRevision's name; `data` is a ControllerRevision's patch; `held_by` is the object that holds it.
    """

    revision: int
    hash: str
    template: Object
    held_by: Target
    meta: Meta
    data: Object = field(default_factory=dict)

    @property
    def cause(self) -> str:
        return (self.meta.annotations or {}).get(CAUSE, "")


async def read_history(cluster: Reader, seen: Seen) -> tuple[Past, ...]:
    """All revisions that are kept, oldest number first. Raises `Refused`, `Unavailable`."""
    labels, namespace = selector_of(seen.live.spec.selector), seen.target.namespace
    if seen.target.kind == DEPLOYMENT:
        sets = await cluster.list(REPLICASET, namespace, Workload, labels=labels)
        past = [found for each in sets if _owned(each.metadata, seen) and (found := _of_replica_set(each)) is not None]
    else:
        revisions = await cluster.list(CONTROLLER_REVISION, namespace, Revision, labels=labels)
        past = [_of_revision(each, seen) for each in revisions if _owned(each.metadata, seen)]
    return tuple(sorted(past, key=lambda each: each.revision))


def _owned(meta: Meta, seen: Seen) -> bool:
    return meta.controller is not None and meta.controller.uid == seen.uid


def _of_replica_set(found: Workload) -> Past | None:
    said = (found.metadata.annotations or {}).get(REVISION, "0")
    if not (said.isascii() and said.removeprefix("-").isdigit()):
        return None
    return Past(
        revision=int(said),
        hash=(found.metadata.labels or {}).get(HASH, ""),
        template=without_hash(found.spec.template),
        held_by=Target(kind=REPLICASET, name=found.metadata.name, namespace=found.metadata.namespace),
        meta=found.metadata,
    )


def _of_revision(found: Revision, seen: Seen) -> Past:
    template = resolve(apply_patch(found.data, ContentType.STRATEGIC, seen.whole), "/spec/template")
    return Past(
        revision=found.revision,
        hash=found.metadata.name,
        template=template if isinstance(template, dict) else {},
        held_by=Target(kind=CONTROLLER_REVISION, name=found.metadata.name, namespace=found.metadata.namespace),
        meta=found.metadata,
        data=found.data,
    )


def without_hash(template: Object) -> Object:
    """A ReplicaSet's template as the Deployment had it."""
    bare: Any = copy.deepcopy(template)
    labels = resolve(bare, "/metadata/labels")
    if isinstance(labels, dict):
        labels.pop(HASH, None)
    return dict(bare)


def is_live(seen: Seen, past: Past) -> bool:
    """Whether the workload's template is this revision's already (kubectl's "skipped rollback")."""
    if past.data:
        return reached(past.data, ContentType.STRATEGIC, seen.whole)
    return same(past.template, without_hash(seen.template))


def live_revision(seen: Seen, history: Sequence[Past]) -> Past | None:
    """The revision that the template is now; `None` before the controller has recorded it."""
    return next((each for each in reversed(history) if is_live(seen, each)), None)


def find_revision(seen: Seen, history: Sequence[Past], number: int, *, template_hash: str = "") -> Past:
    """The revision meant: by its hash if it is known already, else by number; 0 is the second newest.

    Raises `NotFound` with kubectl's reasons, and `Refused` for "the previous" while the last change is not recorded.
    """
    if template_hash:
        found = next((each for each in history if each.hash == template_hash), None)
        if found is None:
            raise _missing(seen, number)
        return found
    if number > 0:
        found = next((each for each in history if each.revision == number), None)
        if found is None:
            raise _missing(seen, number)
        return found
    if not seen.observed:
        raise Refused(
            text("The last change of {target} is not recorded yet.", target=Code(seen.target.reference)),
            target=seen.target.title,
            why=text("So it is not certain which revision is the previous one."),
            next=text("Ask again in a few seconds, or name the revision: {flag}.", flag=Code("--to-revision=N")),
        )
    if len(history) < 2:
        what = (
            text("no rollout history found for deployment {name}", name=Code(seen.target.name))
            if seen.target.kind == DEPLOYMENT
            else text("no last revision to roll back to")
        )
        raise NotFound(what, target=seen.target.title, next=text("There is only one revision: set another image."))
    return history[-2]


def _missing(seen: Seen, number: int) -> NotFound:
    return NotFound(
        text("unable to find specified revision {number} in history", number=number),
        target=seen.target.title,
        next=text("See what there is: {command}.", command=Code(f"rollout history {seen.target.reference}")),
    )


def restore(seen: Seen, past: Past, step: str) -> Call:
    """The call that brings a revision's template back."""
    if seen.target.kind == DEPLOYMENT:
        return _restore_deployment(seen, past, step)
    return Call(
        id=step,
        verb="patch",
        target=seen.target,
        content_type=ContentType.STRATEGIC,
        body=past.data,
        uid=seen.uid,
        preconditions=seen.holds("/spec/template", "/spec/selector", "/spec/updateStrategy"),
        effect=text("template of revision {revision}", revision=past.revision),
    )


def _restore_deployment(seen: Seen, past: Past, step: str) -> Call:
    body, pointers = restore_template(past.template, seen.live.metadata.annotations, past.meta.annotations or {})
    return Call(
        id=step,
        verb="patch",
        target=seen.target,
        content_type=ContentType.JSON_PATCH,
        body=[*body],
        uid=seen.uid,
        preconditions=_with_paused(seen, pointers),
        effect=text("template of revision {revision}", revision=past.revision),
    )


def _with_paused(seen: Seen, pointers: Sequence[str]) -> tuple[Precondition, ...]:
    return seen.holds("/spec/template", "/spec/selector", "/spec/paused", "/spec/strategy", *pointers)


def restore_template(
    template: Object, live: dict[str, str] | None, old: dict[str, str]
) -> tuple[list[Object], list[str]]:
    """The JSON Patch of a Deployment's undo, and the annotations it overwrites: only those that the revision had and
    that differ now, one operation each.
    """
    body = [replace("/spec/template", template)]
    changed = {key: value for key, value in sorted(old.items()) if key not in KEPT and (live or {}).get(key) != value}
    if changed and not live:
        return [*body, add("/metadata/annotations", {**changed})], ["/metadata/annotations"]
    pointers = [pointer("metadata", "annotations", key) for key in changed]
    return [*body, *(add(at, value) for at, value in zip(pointers, changed.values(), strict=True))], pointers
